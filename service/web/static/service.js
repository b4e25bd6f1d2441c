// Speaks to the service that served this page, and to no other. An access key stays in this module's memory.

import { find } from "./dom.js";
import { msg } from "./language.js";

const PATIENCE = 60_000; // milliseconds for an answer
const ROOT = new URL("..", import.meta.url);
let credentials = "";
let known = null;

export const address = (path) => new URL(path, ROOT).href;
export const useKey = (key) => (credentials = key.trim());
export const usesKey = () => credentials !== "";

// In the form of a problem.
export const NO_ANSWER = {
  status: 0,
  document: { title: msg("No answer"), detail: msg("The service did not answer. Check the network, then try again; what you entered is still here."), errors: [] },
};

// Returns {status, document}, or NO_ANSWER.
export async function ask(path, body, type = "application/json") {
  const headers = { Accept: "application/json, application/fhir+json" };
  if (credentials) headers.Authorization = `Bearer ${credentials}`;
  if (body !== undefined) headers["Content-Type"] = type;
  try {
    const answer = await fetch(address(path), { method: body === undefined ? "GET" : "POST", headers, body, signal: AbortSignal.timeout(PATIENCE) });
    const text = await answer.text();
    return { status: answer.status, document: JSON.parse(text) };
  } catch {
    return NO_ANSWER;
  }
}

// What the service knows: {analytes, sets} by id; empty while it may not be asked, which a page with a field for the key knows.
export async function knowledge() {
  if (known) return known;
  if (find("#key") && !usesKey()) return { analytes: new Map(), sets: new Map() };
  const [analytes, criteria] = await Promise.all([ask("v1/analytes"), ask("v1/criteria")]);
  const byId = (list) => new Map((list ?? []).map((one) => [one.id, one]));
  const found = { analytes: byId(analytes.document.observations), sets: byId(criteria.document.criteria) };
  if (found.analytes.size && found.sets.size) known = found;
  return found;
}
