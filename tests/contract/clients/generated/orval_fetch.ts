// orval with its fetch client; the address is given relative to the caller's page, so it is completed here.
import { assess } from "./orval/client.js";

const plain = globalThis.fetch;
globalThis.fetch = (address, options) => plain(new URL(String(address), process.argv[2]!), options);
const good = await assess({ observations: { ferritin: "905 ug/L" }, context: { condition: "sjia" } });
const bad = await assess({ observations: { platelets: "116 10*12/L" } });
if (good.status !== 200 || bad.status !== 422) throw new Error("an answer was not read");
console.log(JSON.stringify({ category: good.data.classification.category, codes: bad.data.errors.map((fault) => fault.code) }));
