// @hey-api/openapi-ts with its fetch client.
import { client } from "./hey/client.gen.js";
import { assess } from "./hey/sdk.gen.js";

client.setConfig({ baseUrl: process.argv[2]! });
const good = await assess({ body: { observations: { ferritin: "905 ug/L" }, context: { condition: "sjia" } } });
const bad = await assess({ body: { observations: { platelets: "116 10*12/L" } } });
if (!good.data || !bad.error) throw new Error("an answer was not read");
console.log(JSON.stringify({ category: good.data.classification.category, codes: bad.error.errors.map((fault) => fault.code) }));
