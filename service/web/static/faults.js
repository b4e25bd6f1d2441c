// Shows the problems of a request at their fields, each with the way to mend it where the service names one.

import { all, button, el, entry, find } from "./dom.js";
import * as cell from "./cell.js";
import { rename } from "./form.js";
import { openPanel, show } from "./panels.js";
import { knowledge } from "./service.js";
import { msg, t } from "./language.js";
import { label, readable, unit } from "./words.js";

const tokens = (pointer) => pointer.split("/").slice(1).map((one) => one.replaceAll("~1", "/").replaceAll("~0", "~"));

let shown = null; // the problem on the page, with what it was shown by

export function clear() {
  shown = null;
  find("#faults").hidden = true;
  find("#faults").replaceChildren();
  for (const one of all(".at-field")) one.remove();
  for (const one of all("[aria-invalid]")) {
    one.removeAttribute("aria-invalid");
    one.removeAttribute("aria-describedby");
  }
}

// Shows a problem (RFC 9457); `say` announces, `without` sends the request again leaving the bad values out.
export function showProblem(problem, { say, without }) {
  clear();
  shown = { problem, by: { say, without } };
  const faults = problem.errors ?? [];
  const place = find("#faults");
  place.hidden = false;
  place.append(el("h3", { id: "faults-title", tabindex: "-1" }, titleOf(problem)));
  if (!faults.length) place.append(el("p", {}, t(problem.detail)));
  const key = problem.status === 401 && find("#key");
  if (key) place.append(button(t("Enter the access key"), () => key.focus(), { class: "link" }));
  if (faults.length) place.append(el("ol", {}, faults.map((fault) => summaryOf(fault, say))));
  if (faults.length && faults.every((one) => tokens(one.pointer).length > 1)) {
    place.append(el("p", { class: "buttons" }, button(t("Assess without them"), without), el("span", { class: "hint" }, t("What is left out counts as not known."))));
  }
  find("#faults-title").focus();
}

// A fault of the whole request is no fault of a field.
const titleOf = ({ errors = [], detail, title }) => (errors.some((one) => placeOf(one.pointer)[1]) ? readable(detail) : errors.length ? t("Not enough to assess") : t(title));

// Shows what is left of the problem at the fields of the panel that is open now.
export function refresh() {
  if (shown) showProblem(shown.problem, shown.by);
}

function settle(fault) {
  const { problem } = shown;
  shown.problem = { ...problem, detail: t("What is left:"), errors: problem.errors.filter((one) => one !== fault) };
}

function summaryOf(fault, say) {
  const [panel, path] = placeOf(fault.pointer);
  const field = panel === openPanel() ? fieldOf(path) : null;
  if (field) {
    atField(field, fault, path, say);
    return el("li", {}, button(field.name, () => field.control.focus(), { class: "link" }), ": ", readable(fault.detail));
  }
  const elsewhere = panel !== openPanel() && button(t("Panel {number}", { number: panel + 1 }), () => show(panel), { class: "link" });
  const [group, wrong] = tokens(path);
  const mend = fault.code === "unknown_field" && fault.did_you_mean && group && wrong && !elsewhere && button(t("Rename to {name}", { name: fault.did_you_mean }), async (event) => {
    rename(group, wrong, fault.did_you_mean, (await knowledge()).analytes);
    settle(fault);
    mended(event.target.closest("li"), t("Renamed to {name}.", { name: fault.did_you_mean }), say);
  }, { class: "mend" });
  const where = [elsewhere, path && el("code", {}, path)].filter(Boolean);
  return el("li", {}, where, where.length > 0 && ": ", readable(fault.detail), " ", mend);
}

// [index of the panel, pointer within that panel]
function placeOf(pointer) {
  const [, at, path] = /^\/panels\/(\d+)(.*)$/.exec(pointer) ?? ["", openPanel(), pointer];
  return [Number(at), path];
}

function fieldOf(pointer) {
  const [group, id, part, end] = tokens(pointer);
  const kind = entry({ observations: "observation", findings: "finding" }, group);
  if (kind) {
    const box = find(`[data-${kind}="${CSS.escape(id ?? "")}"]`);
    if (!box) return null;
    const limit = part === "reference_range" && end !== "unit" && find(`[data-end="${CSS.escape(end ?? "low")}"]`, box);
    const control = limit || ([part, end].includes("unit") ? cell.picker(box) : find("input:checked, input", box));
    const detail = limit ? `, ${t(entry({ low: msg("low end of the range"), high: msg("high end of the range") }, end) ?? msg("range"))}` : "";
    return { box, control, name: label(id) + detail };
  }
  const box = all("[data-pointer]").find((one) => pointer === one.dataset.pointer || pointer.startsWith(`${one.dataset.pointer}/`));
  if (!box) return null;
  const control = (/\/(?:last_dose|given_at)$/.test(pointer) && find("input[type=date]", box)) || find("input, select", box);
  return { box, control, name: find("legend, label", box)?.textContent ?? control.getAttribute("aria-label") };
}

function atField({ box, control, name }, fault, path, say) {
  const id = `fault${path.replaceAll(/[^\w]/g, "-")}`;
  const done = (text) => {
    settle(fault);
    mended(note, text, say);
    for (const one of all("[aria-invalid]", box)) one.removeAttribute("aria-invalid");
    find("input", box).focus();
  };
  const use = (code) => button(t("Use {unit}", { unit: unit(code) }), () => {
    cell.mend(box, code);
    done(t("{name} is now in {unit}. Assess again.", { name, unit: unit(code) }));
  }, { class: "mend" });
  const codes = box.dataset.observation ? [fault.suggestion ?? (fault.code.startsWith("unit") ? fault.accepted : [])].flat() : [];
  const said = control.dataset.end ? `${name}: ${readable(fault.detail)}` : readable(fault.detail);
  const note = el("div", { class: "fault at-field", id }, said, codes.length ? el("span", { class: "buttons" }, codes.map(use)) : null);
  box.append(note);
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", id);
  box.closest("details")?.setAttribute("open", "");
}

function mended(note, text, say) {
  note.className = "mended at-field";
  note.replaceChildren(`✓ ${text}`);
  say(text);
}
