// Takes a pasted request of this API into the form, or hands on a pasted FHIR resource as it is.

import { find } from "./dom.js";
import { load } from "./panels.js";

// Returns the text of a FHIR resource, to be sent as it is, or "" once a request has filled the form; throws what is wrong.
export async function usePasted() {
  const text = find("#paste-text").value;
  let document;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Error("This is not JSON.");
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) throw new Error("A JSON object is needed.");
  const twice = keyGivenTwice(text);
  if (twice !== undefined) throw new Error(`The key ${JSON.stringify(twice)} is given twice in one object: keep one of them.`);
  if (document.resourceType) return text;
  await load(document);
  return "";
}

// JSON.parse keeps the last of two equal keys without a word, and so would lose a value.
function keyGivenTwice(text) {
  const open = [];
  let before = "";
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === "{" || token === "[") open.push(new Set());
    if (token === "}" || token === "]") open.pop();
    if (token === ":") {
      const key = JSON.parse(before);
      if (open.at(-1).has(key)) return key;
      open.at(-1).add(key);
    }
    before = token;
  }
  return undefined;
}
