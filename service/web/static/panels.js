// One patient, one or more panels in time: which of them the form shows, and the request they make together.

import { moment } from "./day.js";
import { all, button, el, find } from "./dom.js";
import { PANEL, addRow, areRows, readPanel, readShared, rows, writePanel, writeRows, writeShared } from "./form.js";
import { t } from "./language.js";
import { knowledge } from "./service.js";

let panels = [{}];
let open = 0;
let changed = () => {};
let serial = false; // whether the request is one for a course, even of a single panel

export const isCourse = () => serial;
export const openPanel = () => open;
export const whenChanged = (handler) => (changed = handler);

export async function load(document) {
  const { analytes } = await knowledge();
  serial = Array.isArray(document.panels) && document.panels.length > 0;
  const doses = serial && areRows("given_at")(document.treatments) ? document.treatments : [];
  panels = serial ? document.panels.map((one) => own(document, one)) : [only(document, PANEL)];
  open = panels.length - 1;
  const shown = serial ? ["panels", ...(typeof document.findings === "object" ? ["findings"] : []), ...(doses.length ? ["treatments"] : [])] : PANEL;
  writeShared(only(document, Object.keys(document).filter((key) => !shown.includes(key))));
  draw(doses);
  writePanel(panels[open], analytes);
}

const only = (document, keys) => Object.fromEntries(Object.entries(document).filter(([key]) => keys.includes(key)));

// A panel with the findings that were given once for all of them.
const own = ({ findings }, panel) => structuredClone(findings ? { ...panel, findings: { ...findings, ...panel.findings } } : panel);

export async function show(at) {
  if (at === open) return;
  panels[open] = readPanel();
  open = at;
  writePanel(panels[open], (await knowledge()).analytes, true);
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
  const tab = (panel, at) => button(title(panel, at), () => show(at), { class: "tab", "aria-pressed": String(at === open) });
  const bar = el("div", { class: "buttons", role: "group", "aria-label": t("Panels") }, panels.map(tab));
  if (panels.length > 1) bar.append(button(t("Remove this panel"), remove, { class: "quiet" }));
  find("#panels").replaceChildren(...(isCourse() ? [bar] : []));
  const treated = el("fieldset", { class: "treated" }, el("legend", {}, t("Given during the course, with the day")), el("div", { id: "treatments" }),
    button(t("Add a treatment"), () => addRow("treatments", "given_at").focus(), { class: "quiet" }));
  find("#course-treatments").replaceChildren(...(isCourse() ? [treated] : []));
  writeRows("treatments", "given_at", treatments);
}

const title = (panel, at) => `${at + 1}: ${moment(String(panel.collected_at ?? "")) || t("no date")}`;

// Writes the date of the open panel on its tab as soon as it is entered.
export function nameTab() {
  const tab = all("#panels .tab")[open];
  if (tab) tab.textContent = title(readPanel(), open);
}

export async function add() {
  panels[open] = readPanel();
  serial = true;
  panels.push({});
  open = panels.length - 1;
  writePanel({}, (await knowledge()).analytes, true);
  draw();
  changed({ shown: false });
  find("#collected").focus();
}

async function remove() {
  panels.splice(open, 1);
  serial = panels.length > 1 || rows("treatments", "given_at") !== undefined; // a treatment is not dropped unseen
  open = Math.min(open, panels.length - 1);
  writePanel(panels[open], (await knowledge()).analytes, true);
  draw();
  changed({ shown: false });
  (all("#panels .tab")[open] ?? find("#add-panel")).focus();
}
