// The answer as people read it: category and sentence, what to order next, cautions, warnings, then set by set.

import { all, button, el, find } from "./dom.js";
import { countBar } from "./bars.js";
import { copyButtons, notes } from "./copy.js";
import { entered } from "./entered.js";
import { unmarkForm } from "./form.js";
import { t } from "./language.js";
import { isExact } from "./numbers.js";
import { orderNext } from "./order_next.js";
import { paperHead } from "./paper.js";
import { references, setRow, verdicts } from "./sets.js";
import { category, label, readable } from "./words.js";

export const MARKS = { likely: "▲", probable: "▲", possible: "◆", indeterminate: "◐", unlikely: "○" };

// Shows an answer; `redraw` draws it once more, with exact numbers or without.
export function showAssessment(answer, request, sets, redraw) {
  const opened = new Map(all("#result details[data-set]").map((one) => [one.dataset.set, one.open]));
  find("#answer-title").textContent = t("The answer");
  find("#result").replaceChildren(
    ...[paperHead(), headline(answer, sets), onPaper(request), ...inOrder(answer, orderNext(answer, sets), cautions(answer.cautions)), warnings(answer.warnings),
      setBySet(answer, sets, redraw), copyButtons({ path: "v1/assessments", request, answer, text: () => notes(answer, request, sets) }), closing(answer)].filter(Boolean));
  for (const set of all("#result details[data-set]")) if (opened.has(set.dataset.set)) set.open = opened.get(set.dataset.set);
  markForm(answer);
}

// A caution that the answer may mislead comes before what to measure next.
const inOrder = ({ cautions: items }, decide, caution) => (items.some((one) => one.severity === "warning") ? [caution, decide] : [decide, caution]);

// What was entered: on the screen the form shows it, on paper this does.
const onPaper = (request) => el("section", { class: "entered" }, el("h3", {}, t("What was entered")),
  entered(request).map(([name, text]) => el("p", {}, el("b", {}, `${name}: `), text)));

function headline({ classification, criteria }, sets) {
  const primary = (one) => one.criteria === classification.primary;
  const count = (one) => primary(one) && criteria.find(({ id }) => id === one.criteria)?.count;
  const title = (one) => el("span", {}, el("span", { lang: "en" }, name(one.criteria, sets)), primary(one) ? ` (${t("leads here")}):` : ":");
  const basis = (one) => el("li", {}, title(one), " ", verdicts(one), count(one) && [" ", countBar(count(one))]);
  return el("article", { class: `headline ${classification.category}`, "data-category": classification.category },
    el("p", { class: "category", lang: "en" }, el("span", { "aria-hidden": "true" }, `${MARKS[classification.category] ?? ""} `), category(classification.category)),
    el("p", { class: "summary", lang: "en" }, readable(classification.summary)),
    el("ul", { class: "basis" }, classification.basis.map(basis)));
}

const name = (id, sets) => sets.get(id)?.short_title ?? id;
const fits = (one) => one.applicability !== "not_applicable";

// [key, those with that key] in order of appearance
export function grouped(items, key) {
  const found = new Map();
  for (const one of items) found.set(key(one), [...(found.get(key(one)) ?? []), one]);
  return [...found];
}

function cautions(items) {
  const one = (item) => el("li", { class: item.severity }, el("b", {}, item.severity === "warning" ? `⚠ ${t("Caution")}: ` : `${t("Note")}: `),
    el("span", { lang: "en" }, readable(item.message)), references(item.references));
  const sorted = [...items].sort((first, second) => (second.severity === "warning") - (first.severity === "warning"));
  return items.length > 0 && el("section", { class: "cautions", "aria-labelledby": "cautions-title" }, el("h3", { id: "cautions-title" }, t("Cautions")), el("ul", {}, sorted.map(one)));
}

function warnings(items) {
  if (!items.length) return false;
  const about = (one) => label(one.pointer.split("/")[2] ?? one.pointer.slice(1));
  const line = ([message, those]) => el("li", { lang: "en" }, el("b", {}, [...new Set(those.map(about))].join(", ")), ": ", readable(message));
  return el("section", { class: "warnings", "aria-labelledby": "warnings-title" },
    el("h3", { id: "warnings-title" }, t("About what was entered")), el("ul", {}, grouped(items, (one) => one.message).map(line)));
}

function setBySet(answer, sets, redraw) {
  const { primary, basis } = answer.classification;
  const leading = primary ?? basis[0]?.criteria;
  const rows = (wanted) => answer.criteria.filter((one) => fits(one) === wanted).map((one) => setRow(one, sets.get(one.id), one.id === leading));
  const unfit = rows(false);
  const openAll = (open) => all(".set").forEach((one) => (one.open = open));
  return el("section", { class: "sets", "aria-labelledby": "sets-title" },
    el("div", { class: "sets-head" }, el("h3", { id: "sets-title" }, t("Set by set")),
      button(t("Exact numbers"), () => redraw(!isExact()), { class: "quiet exact", "aria-pressed": String(isExact()) }),
      button(t("Open all"), () => openAll(true), { class: "quiet" }),
      button(t("Close all"), () => openAll(false), { class: "quiet" })),
    el("details", { class: "legend" }, el("summary", {}, t("How to read this")),
      el("p", { class: "hint" }, t("One box per item; the upright bar stands after as many as are needed. A line is every score still possible, the tinted side is met, an arrow has no end. Results given only as low or high count in the second verdict."))),
    rows(true), unfit.length > 0 && el("details", { class: "unfit" }, el("summary", {}, t("Made for other patients ({count})", { count: unfit.length })), el("div", { class: "inside" }, unfit)));
}

const closing = (answer) => el("p", { class: "closing" }, el("span", { lang: "en" }, answer.disclaimer), el("br"),
  el("span", { class: "hint" }, t("Service {version}, criteria {digest}…", { version: answer.meta.service_version, digest: answer.meta.criteria_digest.slice(0, 19) })));

// Marks in the form the tests that would decide the primary set, or any that fits where there is none.
function markForm(answer) {
  unmarkForm();
  const main = answer.criteria.filter((one) => fits(one) && (!answer.classification.primary || one.id === answer.classification.primary));
  for (const id of new Set(main.flatMap((one) => one.decisive))) {
    const box = find(`[data-observation="${CSS.escape(id)}"], [data-finding="${CSS.escape(id)}"]`);
    find("label, .name", box ?? document.createElement("i"))?.after(el("span", { class: "tag deciding in-form" }, t("would decide")));
  }
}
