// openapi-typescript with openapi-fetch.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const client = createClient<paths>({ baseUrl: process.argv[2]! });
const good = await client.POST("/v1/assessments", { body: { observations: { ferritin: "905 ug/L" }, context: { condition: "sjia" } } });
const bad = await client.POST("/v1/assessments", { body: { observations: { platelets: "116 10*12/L" } } });
if (!good.data || !bad.error || bad.error.status !== 422) throw new Error("an answer was not read");
console.log(JSON.stringify({ category: good.data.classification.category, codes: bad.error.errors.map((fault) => fault.code) }));
