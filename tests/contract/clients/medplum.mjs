// Calls the service as a Medplum application does: discovery, prefetch from a FHIR server, one call.
// Usage: node medplum.mjs MODULES FHIR_SERVER SERVICE ; prints the services, the request and the answer.
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [, , modules, server, service] = process.argv;
const require = createRequire(resolve(modules, "package.json"));
const { MedplumClient, buildCdsRequest } = require("@medplum/core");

const medplum = new MedplumClient({
  baseUrl: server,
  fhirUrlPath: "fhir",
  cdsServicesUrl: `${service}/cds-services`,
});
const { services } = await medplum.getCdsServices();
const user = { resourceType: "Practitioner", id: "doctor" };
const asked = await buildCdsRequest(medplum, user, services[0], { userId: "Practitioner/doctor", patientId: "p1" });
const answer = await medplum.callCdsService(services[0].id, asked);
console.log(JSON.stringify({ services, prefetched: Object.keys(asked.prefetch ?? {}), answer }));
