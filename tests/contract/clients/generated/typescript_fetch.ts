// openapi-generator, typescript-fetch.
import { AssessmentApi, Configuration, ProblemFromJSON, ResponseError } from "./typescript-fetch/index.js";

const api = new AssessmentApi(new Configuration({ basePath: process.argv[2]! }));
const good = await api.assess({ panelRequest: { observations: { ferritin: "905 ug/L" }, context: { condition: "sjia" } } });
const bad: unknown = await api.assess({ panelRequest: { observations: { platelets: "116 10*12/L" } } }).catch((error: unknown) => error);
if (!(bad instanceof ResponseError) || bad.response.status !== 422) throw new Error("the refusal was not read");
const problem = ProblemFromJSON(await bad.response.json());
console.log(JSON.stringify({ category: good.classification.category, codes: problem.errors.map((fault) => fault.code) }));
