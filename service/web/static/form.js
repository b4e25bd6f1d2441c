// The form as the parts of a request, and back. What the form has no field for is kept and sent along,
// so that the service names a misspelt key instead of the page dropping it.

import { all, button, el, find } from "./dom.js";
import * as cell from "./cell.js";
import { typed } from "./decimal.js";
import { day, setDay } from "./day.js";
import { t } from "./language.js";

export const PANEL = ["collected_at", "observations", "findings"];
let rest = {}; // of what the panels share
let restOfPanel = {};

const loadedRows = new WeakMap(); // row -> what was loaded into it, with keys that it has no field for

const isObject = (one) => typeof one === "object" && one !== null && !Array.isArray(one);
const cells = () => all("[data-observation]");

// Takes away the marks that an answer left beside the tests that would decide.
export const unmarkForm = () => all(".in-form").forEach((one) => one.remove());

export function readShared() {
  const patient = { age_years: number("age"), age_at_onset_years: number("onset") };
  const asked = all("[data-criteria]");
  const ticked = asked.filter((box) => box.checked).map((box) => box.dataset.criteria);
  const context = {
    condition: find("#condition").value || undefined,
    medications: rows("medications", "last_dose"),
    confounders: some(all("[data-confounder]").filter((box) => box.checked).map((box) => box.dataset.confounder)),
  };
  const options = { criteria: ticked.length === asked.length ? undefined : ticked };
  return joined(rest, { patient, context, options });
}

export function readPanel() {
  const observations = Object.fromEntries(cells().map((row) => [row.dataset.observation, cell.read(row)]));
  const findings = {};
  for (const box of all("[data-finding] input:checked")) {
    if (box.value) findings[box.name] = box.value === "true";
  }
  return joined(restOfPanel, { collected_at: day(find("#collected")), observations, findings });
}

export function writeShared(document) {
  rest = structuredClone(document);
  const taken = (group, key, fits) => take(rest, group, key, fits);
  const isNumber = (one) => typeof one === "number";
  find("#age").value = taken("patient", "age_years", isNumber) ?? "";
  find("#onset").value = taken("patient", "age_at_onset_years", isNumber) ?? "";
  find("#condition").value = taken("context", "condition", (one) => all("#condition option").some((each) => each.value === one)) ?? "";
  writeRows("medications", "last_dose", taken("context", "medications", areRows("last_dose")) ?? []);
  tick("confounder", taken("context", "confounders", Array.isArray) ?? []);
  const sets = all("[data-criteria]").map((box) => box.dataset.criteria);
  tick("criteria", taken("options", "criteria", (list) => Array.isArray(list) && list.every((one) => sets.includes(one))) ?? sets);
}

// Shows a panel; with `keepUnits` a row without a value keeps the unit of the panel before.
export function writePanel(panel, analytes, keepUnits = false) {
  restOfPanel = structuredClone(panel);
  setDay(find("#collected"), restOfPanel.collected_at);
  if (/^\d{4}-\d\d-\d\d/.test(restOfPanel.collected_at ?? "")) delete restOfPanel.collected_at;
  for (const row of cells()) cell.write(row, take(restOfPanel, "observations", row.dataset.observation, () => true), analytes, keepUnits);
  for (const box of all("[data-finding]")) {
    const value = take(restOfPanel, "findings", box.dataset.finding, (one) => typeof one === "boolean");
    find(`input[value="${value ?? ""}"]`, box).checked = true;
  }
}

export function addRow(place, moment, one = {}) {
  const drug = place === "medications";
  const name = el("input", { type: "text", list: "drugs", autocomplete: "off", "aria-label": drug ? t("Medication") : t("Treatment given"), placeholder: t("Name") });
  const date = el("input", { type: "date", "aria-label": drug ? t("Last dose") : t("Given on") });
  const row = el("div", { class: "row" }, name, date);
  row.append(button("×", () => { row.remove(); numberRows(place); find(`#${place} + button`).focus(); }, { class: "quiet", "aria-label": t("Remove this line") }));
  name.value = one.name ?? "";
  setDay(date, one[moment]);
  loadedRows.set(row, one);
  find(`#${place}`).append(row);
  numberRows(place);
  return name;
}

export function rows(place, moment) {
  return some(all(`#${place} .row`).map((row) => {
    const [name, date] = all("input", row);
    return { ...loadedRows.get(row), name: name.value.trim(), [moment]: day(date) };
  }).filter((one) => one.name || one[moment]).map(compact));
}

// Whether a list can be shown as rows; another one is kept as it is, for the service to refuse.
export const areRows = (moment) => (list) => Array.isArray(list) && list.every((one) => isObject(one) && [one.name, one[moment]].every((text) => typeof (text ?? "") === "string"));

export function writeRows(place, moment, list) {
  find(`#${place}`)?.replaceChildren();
  for (const one of list) addRow(place, moment, one);
}

// Moves what stands under a key the service does not know to the key it suggests.
export function rename(group, wrong, right, analytes) {
  for (const kept of [restOfPanel, rest]) {
    if (!isObject(kept[group]) || !(wrong in kept[group])) continue;
    const value = kept[group][wrong];
    delete kept[group][wrong];
    const next = joined(kept === rest ? readShared() : readPanel(), { [group]: { [right]: value } });
    return kept === rest ? writeShared(next) : writePanel(next, analytes);
  }
}

function numberRows(place) {
  const root = place === "medications" ? "/context/medications" : "/treatments";
  all(`#${place} .row`).forEach((row, at) => (row.dataset.pointer = `${root}/${at}`));
}

function number(id) {
  const field = find(`#${id}`);
  const said = typed(field.value);
  if (!said.choices && said.text !== field.value) field.value = said.text; // 10,5 is shown back as 10.5
  const text = field.value.trim();
  return text === "" ? undefined : /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function take(from, group, key, fits) {
  const value = from[group]?.[key];
  if (value === undefined || value === null || !fits(value)) return undefined;
  delete from[group][key];
  return value;
}

const tick = (name, wanted) => all(`[data-${name}]`).forEach((box) => (box.checked = wanted.includes(box.dataset[name])));
const some = (items) => (items.length ? items : undefined);
const compact = (one) => Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined && value !== ""));

// Lays `over` on a copy of `base`; undefined and empty objects leave no key, and what is no object stays for the service to refuse.
function joined(base, over) {
  const out = isObject(base) ? structuredClone(base) : {};
  for (const [key, value] of Object.entries(over)) {
    const next = isObject(value) ? joined(out[key], value) : value;
    if (next !== undefined && !isEmpty(next)) out[key] = next;
    if (isEmpty(out[key])) delete out[key];
  }
  return out;
}

const isEmpty = (one) => isObject(one) && !Object.keys(one).length;
