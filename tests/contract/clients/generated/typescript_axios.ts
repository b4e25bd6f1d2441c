// openapi-generator, typescript-axios.
import { isAxiosError } from "axios";
import { AssessmentApi, Configuration } from "./typescript-axios/index.js";
import type { Problem } from "./typescript-axios/index.js";

const api = new AssessmentApi(new Configuration({ basePath: process.argv[2]! }));
const good = await api.assess({ observations: { ferritin: "905 ug/L" }, context: { condition: "sjia" } });
const bad: unknown = await api.assess({ observations: { platelets: "116 10*12/L" } }).catch((error: unknown) => error);
if (!isAxiosError<Problem>(bad) || bad.response?.status !== 422) throw new Error("the refusal was not read");
console.log(JSON.stringify({ category: good.data.classification.category, codes: bad.response.data.errors.map((fault) => fault.code) }));
