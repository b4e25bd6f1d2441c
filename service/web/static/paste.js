// Takes a pasted request of this API into the form, or sends a pasted FHIR resource as it is.

import { find } from "./dom.js";
import { load } from "./panels.js";

// Returns a FHIR resource to be sent as it is, or null once a request has filled the form; throws what is wrong.
export async function usePasted() {
  let document;
  try {
    document = JSON.parse(find("#paste-text").value);
  } catch {
    throw new Error("This is not JSON.");
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) throw new Error("A JSON object is needed.");
  if (document.resourceType) return document;
  await load(document);
  return null;
}
