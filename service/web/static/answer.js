// The answer as people read it: category and sentence, what would decide, cautions, warnings, then set by set.

import { all, button, el, find } from "./dom.js";
import { countBar } from "./bars.js";
import { copyButtons, notes } from "./copy.js";
import { entered } from "./entered.js";
import { unmarkForm } from "./form.js";
import { references, setRow, verdicts } from "./sets.js";
import { category, label, readable } from "./words.js";

export const MARKS = { likely: "▲", probable: "▲", possible: "◆", indeterminate: "◐", unlikely: "○" };

export function showAssessment(answer, request, sets) {
  find("#answer-title").textContent = "The answer";
  find("#result").replaceChildren(
    headline(answer, sets), onPaper(request), ...inOrder(answer, deciding(answer, sets), cautions(answer.cautions)), warnings(answer.warnings),
    copyButtons({ path: "v1/assessments", request, answer, text: () => notes(answer, request, sets) }), setBySet(answer, sets), closing(answer));
  markForm(answer);
  return `${category(answer.classification.category)}. ${answer.classification.summary}`;
}

// A caution that the answer may mislead comes before what to measure next.
const inOrder = ({ cautions: items }, decide, caution) => (items.some((one) => one.severity === "warning") ? [caution, decide] : [decide, caution]);

// What was entered: on the screen the form shows it, on paper this does.
const onPaper = (request) => el("section", { class: "entered" }, el("h3", {}, "What was entered"),
  entered(request).map(([name, text]) => el("p", {}, el("b", {}, `${name}: `), text)));

function headline({ classification, criteria }, sets) {
  const primary = (one) => one.criteria === classification.primary;
  const count = (one) => primary(one) && criteria.find(({ id }) => id === one.criteria)?.count;
  const basis = (one) => el("li", {}, name(one.criteria, sets), primary(one) ? " (primary): " : ": ", verdicts(one), count(one) && [" ", countBar(count(one))]);
  return el("article", { class: `headline ${classification.category}`, "data-category": classification.category },
    el("p", { class: "category" }, el("span", { "aria-hidden": "true" }, `${MARKS[classification.category] ?? ""} `), category(classification.category)),
    el("p", { class: "summary" }, readable(classification.summary)),
    el("ul", { class: "basis" }, classification.basis.map(basis)));
}

const name = (id, sets) => sets.get(id)?.short_title ?? id;
const fits = (one) => one.applicability !== "not_applicable";

// Per set that fits the patient the tests one value of which could settle it; a press goes to the field.
function deciding(answer, sets) {
  const primary = answer.classification.primary;
  const open = answer.criteria.filter((one) => fits(one) && one.decisive.length);
  open.sort((one, other) => (other.id === primary) - (one.id === primary));
  const other = answer.suggested_tests.filter((one) => !open.some((set) => set.decisive.includes(one.observation)));
  if (!open.length && !other.length) return "";
  const row = (set) => el("li", {}, el("b", {}, name(set.id, sets)), " ", el("span", { class: "buttons" }, set.decisive.map((id) => [toField(id), " "])));
  const more = el("ul", {}, grouped(other, (one) => one.why).map(([why, those]) => el("li", {}, those.map((one) => [toField(one.observation), " "]), readable(why))));
  return el("section", { class: "decide", "aria-labelledby": "decide-title" },
    el("h3", { id: "decide-title" }, open.length ? "One of these would decide" : "Worth measuring"),
    open.length > 0 && el("ul", {}, open.map(row)),
    other.length > 0 && (open.length ? el("details", {}, el("summary", {}, "Also worth measuring"), more) : more));
}

// [key, those with that key] in order of appearance
export function grouped(items, key) {
  const found = new Map();
  for (const one of items) found.set(key(one), [...(found.get(key(one)) ?? []), one]);
  return [...found];
}

function toField(id) {
  const go = () => {
    const field = find(`[data-observation="${CSS.escape(id)}"] input, [data-finding="${CSS.escape(id)}"] input:checked`) ?? find("#onset");
    field.closest("details")?.setAttribute("open", "");
    field.focus();
  };
  return button(label(id), go, { class: "test", "aria-label": `${label(id)}: go to its field` });
}

function cautions(items) {
  const one = (item) => el("li", { class: item.severity }, el("b", {}, item.severity === "warning" ? "⚠ Caution: " : "Note: "),
    readable(item.message), references(item.references));
  const sorted = [...items].sort((first, second) => (second.severity === "warning") - (first.severity === "warning"));
  return items.length ? el("section", { class: "cautions", "aria-labelledby": "cautions-title" }, el("h3", { id: "cautions-title" }, "Cautions"), el("ul", {}, sorted.map(one))) : "";
}

function warnings(items) {
  if (!items.length) return "";
  const about = (one) => label(one.pointer.split("/")[2] ?? one.pointer.slice(1));
  const line = ([message, those]) => el("li", {}, el("b", {}, [...new Set(those.map(about))].join(", ")), ": ", readable(message));
  return el("section", { class: "warnings", "aria-labelledby": "warnings-title" },
    el("h3", { id: "warnings-title" }, "About what was entered"), el("ul", {}, grouped(items, (one) => one.message).map(line)));
}

function setBySet(answer, sets) {
  const { primary, basis } = answer.classification;
  const leading = primary ?? basis[0]?.criteria;
  const rows = (wanted) => answer.criteria.filter((one) => fits(one) === wanted).map((one) => setRow(one, sets.get(one.id), one.id === leading));
  const unfit = rows(false);
  return el("section", { class: "sets", "aria-labelledby": "sets-title" },
    el("div", { class: "sets-head" }, el("h3", { id: "sets-title" }, "Set by set"),
      button("Open all", () => all(".set").forEach((one) => (one.open = true)), { class: "quiet" }),
      button("Close all", () => all(".set").forEach((one) => (one.open = false)), { class: "quiet" })),
    el("p", { class: "hint" }, "One box per item, the upright bar after as many as are needed. A line is every score still possible, the tinted side is met, an arrow is an open end. “If words count” also takes results given only as low or high."),
    rows(true), unfit.length > 0 && el("h4", { class: "unfit" }, "Made for other patients"), unfit);
}

const closing = (answer) => el("p", { class: "closing" }, answer.disclaimer, el("br"),
  el("span", { class: "hint" }, `Service ${answer.meta.service_version}, criteria ${answer.meta.criteria_digest.slice(0, 19)}…`));

// Marks in the form the tests that would decide the primary set, or any that fits where there is none.
function markForm(answer) {
  unmarkForm();
  const main = answer.criteria.filter((one) => fits(one) && (!answer.classification.primary || one.id === answer.classification.primary));
  for (const id of new Set(main.flatMap((one) => one.decisive))) {
    const box = find(`[data-observation="${CSS.escape(id)}"], [data-finding="${CSS.escape(id)}"]`);
    find("label, .name", box ?? document.createElement("i"))?.after(el("span", { class: "tag deciding in-form" }, "would decide"));
  }
}
