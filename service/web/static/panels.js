// One patient, one or more panels in time: which of them the form shows, and the request they make together.

import { all, button, el, find } from "./dom.js";
import { PANEL, addRow, readPanel, readShared, rows, writePanel, writeRows, writeShared } from "./form.js";
import { knowledge } from "./service.js";

let panels = [{}];
let open = 0;
let changed = () => {};

export const isCourse = () => panels.length > 1;
export const openPanel = () => open;
export const whenChanged = (handler) => (changed = handler);

export async function load(document) {
  const { analytes } = await knowledge();
  const fragment = Object.fromEntries(Object.entries(document).filter(([key]) => PANEL.includes(key)));
  panels = Array.isArray(document.panels) && document.panels.length ? document.panels.map((one) => own(document, one)) : [fragment];
  open = panels.length - 1;
  writeShared(document);
  draw(Array.isArray(document.treatments) ? document.treatments : []);
  writePanel(panels[open], analytes);
}

// A panel with the findings that were given once for all of them.
const own = ({ findings }, panel) => structuredClone(findings ? { ...panel, findings: { ...findings, ...panel.findings } } : panel);

export async function show(at) {
  if (at === open) return;
  panels[open] = readPanel();
  open = at;
  writePanel(panels[open], (await knowledge()).analytes);
  draw();
  changed({ shown: true });
}

// The request for all panels (POST /v1/trajectories), or for the only one (POST /v1/assessments).
export function request() {
  panels[open] = readPanel();
  const treatments = rows("treatments", "given_at");
  return isCourse() ? { ...readShared(), panels, ...(treatments ? { treatments } : {}) } : { ...readShared(), ...panels[0] };
}

// The request for the open panel alone; what was given before it counts among its medications.
export function openRequest() {
  const shared = structuredClone(readShared());
  const { context, ...panel } = readPanel();
  if (context) shared.context = { ...shared.context, ...context };
  const given = (rows("treatments", "given_at") ?? []).filter((one) => isCourse() && precedes(one.given_at, panel.collected_at));
  const medications = [...(shared.context?.medications ?? []), ...given.map(({ name, given_at }) => ({ name, last_dose: given_at }))];
  if (medications.length) shared.context = { ...shared.context, medications };
  return { ...shared, ...panel };
}

// Whether one moment is certain to come first; of two on one day without times it is not.
function precedes(one = "", other = "") {
  const whole = one.length > 10 && other.length > 10;
  return one !== "" && (whole ? Date.parse(one) < Date.parse(other) : one.slice(0, 10) < other.slice(0, 10));
}

export function draw(treatments = rows("treatments", "given_at") ?? []) {
  const place = find("#panels");
  const tab = (panel, at) => button(title(panel, at), () => show(at), { class: "tab", "aria-pressed": String(at === open) });
  const bar = el("div", { class: "buttons", role: "group", "aria-label": "Panels" });
  if (isCourse()) bar.append(...panels.map(tab), button("Remove this panel", remove, { class: "quiet" }));
  bar.append(button(isCourse() ? "Add a panel" : "Add a later panel", add, { class: "quiet", id: "add-panel" }));
  place.replaceChildren(bar);
  if (!isCourse()) return;
  place.append(el("fieldset", { class: "group" }, el("legend", {}, "Treatments during the course"), el("p", { class: "hint" }, "Generic name, and the day it was given."), el("div", { id: "treatments" }),
    button("Add a treatment", () => addRow("treatments", "given_at").focus(), { class: "quiet" })));
  writeRows("treatments", "given_at", treatments);
}

const title = (panel, at) => `${at + 1}: ${(panel.collected_at ?? "").slice(0, 10) || "no date"}`;

async function add() {
  panels[open] = readPanel();
  panels.push({});
  open = panels.length - 1;
  writePanel({}, (await knowledge()).analytes);
  draw();
  changed({ shown: false });
  find("#collected").focus();
}

async function remove() {
  panels.splice(open, 1);
  open = Math.min(open, panels.length - 1);
  writePanel(panels[open], (await knowledge()).analytes);
  draw();
  changed({ shown: false });
  (all("#panels .tab")[open] ?? find("#add-panel")).focus();
}
