// orval with zod: the schemas check what is sent and what comes back.
import { assessBody, assessResponse } from "./orval/schemas.js";

async function send(panel: unknown): Promise<Response> {
  const body = JSON.stringify(assessBody.parse(panel));
  return fetch(new URL("/v1/assessments", process.argv[2]!), { method: "POST", headers: { "Content-Type": "application/json" }, body });
}
const good = await send({ observations: { ferritin: "905 ug/L" }, context: { condition: "sjia" } });
const bad = await send({ observations: { platelets: "116 10*12/L" } });
if (good.status !== 200 || bad.status !== 422) throw new Error("an answer has another status");
const problem = (await bad.json()) as { errors: { code: string }[] };
console.log(JSON.stringify({ category: assessResponse.parse(await good.json()).classification.category, codes: problem.errors.map((fault) => fault.code) }));
