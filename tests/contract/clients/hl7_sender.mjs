// Builds results with node-hl7-client, sends them over HTTP, and reads the acknowledgements with it.
// Usage: node hl7_sender.mjs TOOLS ADDRESS. Writes one line of JSON: by case the status, MSA-1 to MSA-3 and the number of ERR.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [tools, address] = process.argv.slice(2);
const require = createRequire(join(tools, "package.json"));
const hl7 = await import(pathToFileURL(require.resolve("node-hl7-client")));

const VERSIONS = { "2.3": hl7.HL7_2_3, "2.4": hl7.HL7_2_4, "2.5": hl7.HL7_2_5, "2.5.1": hl7.HL7_2_5_1, "2.8": hl7.HL7_2_8 };
const RESULTS = [
  ["SN", "2276-4^Ferritin^LN", ">^12500", "ng/mL", "HH"],
  ["NM", "777-3^Platelets^LN", "95", "10*3/uL", "L"],
  ["NM", "1920-8^AST^LN", "140", "U/L", "H"],
  ["NM", "3255-7^Fibrinogen^LN", "140", "mg/dL", "L"],
  ["NM", "8310-5^Body temperature^LN", "39.2", "Cel", "H"],
];

function built(kind, id, event = "R01") {
  const message = new kind().buildMSH({
    msh_3: "LIS", msh_4: "LAB", msh_5: "MAS", msh_6: "HOSP", msh_9_1: "ORU", msh_9_2: event, msh_10: id, msh_11_1: "P",
  }).toMessage();
  const segment = (name, fields) => {
    const added = message.addSegment(name);
    for (const [at, value] of Object.entries(fields)) added.set(Number(at), value);
  };
  segment("PID", { 1: "1", 3: "12345", 7: "20140301", 8: "F" });
  segment("DG1", { 1: "1", 3: "M08.2^Still^I10", 6: "F" });
  segment("OBR", { 1: "1", 4: "24323-8", 7: "20261122074500", 25: "F" });
  RESULTS.forEach(([type, code, value, unit, flag], at) =>
    segment("OBX", { 1: String(at + 1), 2: type, 3: code, 5: value, 6: unit, 8: flag, 11: "F", 14: "20261122074500" }));
  return message.toString();
}

async function sent(body) {
  const headers = { "Content-Type": "application/hl7-v2", Accept: "application/hl7-v2" };
  const answer = await fetch(address, { method: "POST", headers, body });
  const text = await answer.text();
  const read = new hl7.Message({ text: text.trimEnd() });
  const errors = text.split("\r").filter((line) => line.startsWith("ERR")).length;
  return { status: answer.status, code: read.get("MSA.1").toString(), id: read.get("MSA.2").toString(), said: read.get("MSA.3").toString(), errors };
}

const found = {};
for (const [version, kind] of Object.entries(VERSIONS)) found[version] = await sent(built(kind, `id ${version}`));
found["another event"] = await sent(built(hl7.HL7_2_5, "id R30", "R30"));
console.log(JSON.stringify(found));
