// What comes into the form at once: pasted text, a dropped or opened file, a link; and the form as a file or a link.

import { el, find } from "./dom.js";
import { t } from "./language.js";
import { load, request } from "./panels.js";
import { fillFrom, readReport } from "./report.js";
import { address, ask, knowledge } from "./service.js";
import { readable } from "./words.js";

const MARK = "#panel=";
const FHIR = "application/fhir+json";

export function wireIntake({ assess, say }) {
  const take = (text) => taken(text, { assess, say });
  find("#paste-open").addEventListener("click", (event) => toggle(event.target, find("#paste")));
  find("#paste-use").addEventListener("click", () => take(find("#paste-text").value));
  find("#file-open").addEventListener("click", () => find("#file").click());
  find("#file").addEventListener("change", async ({ target }) => target.files[0] && take(await target.files[0].text()));
  find("#file-save").addEventListener("click", save);
  find("#link-open").addEventListener("click", (event) => {
    toggle(event.target, find("#link"));
    find("#link-text").value = find("#link").hidden ? "" : linked();
    find("#link-text").select();
  });
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", async (event) => {
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    take(file ? await file.text() : event.dataTransfer.getData("text/plain"));
  });
  if (location.hash.startsWith(MARK)) {
    const text = unpacked(location.hash.slice(MARK.length));
    location.replace("#"); // the address keeps no value
    take(text);
  }
}

// Fills the form from a text, says what of it was not read, and asks the service.
async function taken(text, { assess, say }) {
  find("#paste-fault").textContent = "";
  clearBrought();
  try {
    await (/^\s*[{[]/.test(text) ? useJson(text) : useReport(text));
  } catch (error) {
    if (find("#paste").hidden) toggle(find("#paste-open"), find("#paste"));
    find("#paste-text").value = text;
    find("#paste-fault").textContent = error.message;
    find("#paste-text").focus();
    return say(error.message);
  }
  await assess();
  if (find("#faults").hidden && !find("#paste").hidden) toggle(find("#paste-open"), find("#paste"));
}

async function useJson(text) {
  const document = parsed(text);
  const [first] = [document].flat();
  if (first?.resourceType) return useRecord(text);
  if (Array.isArray(document)) throw new Error(t("A JSON object is needed."));
  return load(document);
}

function parsed(text) {
  let document;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Error(t("This is not JSON."));
  }
  const twice = keyGivenTwice(text);
  if (twice !== undefined) throw new Error(t("The key {key} is given twice in one object: keep one of them.", { key: JSON.stringify(twice) }));
  return document;
}

// The service reads the record, and the form shows what it read.
export async function useRecord(text) {
  const { status, document } = await ask("v1/records", text, FHIR);
  if (status !== 200) throw new Error(document.errors?.[0]?.detail ?? document.detail);
  await load(document.panel);
  brought(t("What the record did not give"), document.remarks.filter((one) => one.matters).map((one) => readable(one.message)));
}

async function useReport(text) {
  const { analytes } = await knowledge();
  const { read, unread } = readReport(text, analytes);
  if (!read.length) throw new Error(t("No line was read. Write for example: Ferritin 905 ug/L"));
  fillFrom(read);
  brought(t("Lines that were not read"), unread);
}

// What was brought in and could not be used stands above the form until the next patient.
function brought(title, lines) {
  const texts = [...new Set(lines)];
  find("#brought").hidden = !texts.length;
  find("#brought").replaceChildren(el("h3", {}, title), el("ul", {}, texts.map((line) => el("li", {}, line))));
}

export function clearBrought() {
  const launched = find("#launch");
  if (launched) launched.hidden = true; // it names the patient of before
  find("#brought").hidden = true;
  find("#brought").replaceChildren();
}

function toggle(opener, place) {
  place.hidden = !place.hidden;
  find("textarea", place).value = "";
  opener.setAttribute("aria-expanded", String(!place.hidden));
  if (!place.hidden) find("textarea", place).focus();
}

function save() {
  const file = new Blob([`${JSON.stringify(request(), null, 2)}\n`], { type: "application/json" });
  const link = el("a", { href: URL.createObjectURL(file), download: "mas-panel.json" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}

const linked = () => `${address("")}${MARK}${packed(JSON.stringify(request()))}`;

// Text as base64url, so that a link survives mail.
const packed = (text) => btoa(String.fromCodePoint(...new TextEncoder().encode(text))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function unpacked(code) {
  try {
    const bytes = atob(code.replaceAll("-", "+").replaceAll("_", "/"));
    return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.codePointAt(0)));
  } catch {
    return "";
  }
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
