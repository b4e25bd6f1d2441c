// One criteria set of the answer: verdict, bar, items with value, limit, margin and reason, and its sources.

import { el } from "./dom.js";
import { countBar, scoreBar } from "./bars.js";
import { margin, shown, sign, span } from "./numbers.js";
import { FITS, VERDICTS, label, list, plain, readable, reported, short, unit } from "./words.js";

export const verdict = (word, before = "") =>
  el("span", { class: `verdict ${word}` }, el("span", { "aria-hidden": "true" }, VERDICTS[word].mark), ` ${before}${VERDICTS[word].word}`);

// Both verdicts; the second only where words change it.
export function verdicts(one) {
  const differs = one.verdict_implied !== one.verdict && verdict(one.verdict_implied, "if words count: ");
  return el("span", { class: "verdicts" }, verdict(one.verdict), differs);
}

export function setRow(result, set, open) {
  return el("details", { class: "set", "data-set": result.id, open },
    el("summary", {}, el("h4", {}, set?.short_title ?? result.title), verdicts(result),
      result.applicability !== "applicable" && el("span", { class: "fit" }, FITS[result.applicability])),
    el("div", { class: "body" },
      el("p", { class: "full" }, result.title),
      figures(result), without(result), decisive(result), itemTable(result), notes(result, set), about(set), references(result.references)));
}

function figures({ score, count, parts, probability }) {
  const partLine = (part) => el("li", {}, `${plain(part.id)}: `, verdicts(part), " ", part.count && countBar(part.count));
  return [
    score && el("p", { class: "figure" }, el("b", {}, span(score)), ` (met at ${sign(score.comparator)} ${shown(score.cutoff)})`,
      probability && `; probability ${chance(probability)}`),
    score && scoreBar(score),
    count && !parts && el("p", { class: "figure" }, countBar(count), ` ${count.met} of ${count.required} needed; ${count.unknown} not known`),
    parts && el("ul", { class: "parts" }, parts.map(partLine)),
  ];
}

function chance({ min, max }) {
  const said = (one) => `${one.relation === "=" ? "" : one.relation}${shown(one.percent)} %${one.interpolated ? " (interpolated)" : ""}`;
  return said(min) === said(max) ? said(min) : `${said(min)} to ${said(max)}`;
}

const without = (result) =>
  result.verdict_without_confounded && el("p", {}, "Without the items another condition may explain: ", verdict(result.verdict_without_confounded));

function decisive(result) {
  return result.decisive.length > 0 &&
    el("p", { class: "would" }, el("b", {}, list(result.decisive.map(short))), " would decide: one such value could settle this set.");
}

const COLUMNS = ["Item", "Value", "Limit", "Margin", "Why"];

function itemTable(result) {
  const scored = result.items.some((item) => item.points);
  const columns = scored ? [...COLUMNS.slice(0, 4), "Points", "Why"] : COLUMNS;
  const head = el("tr", { role: "row" }, columns.map((one) => el("th", { scope: "col", role: "columnheader" }, one)));
  const rows = result.items.flatMap((item) => itemRows(merged(item), result, columns, 0));
  return el("div", { class: "wide" }, el("table", { role: "table", class: "items" },
    el("caption", { class: "unseen" }, `Items of ${result.title}`),
    el("thead", { role: "rowgroup" }, head), el("tbody", { role: "rowgroup" }, rows)));
}

// An item that only wraps another of the same id is shown as one.
function merged(item) {
  const only = item.items?.length === 1 && item.items[0].id === item.id ? item.items[0] : null;
  return only ? merged({ ...only, ...item, observed: only.observed, threshold: only.threshold, items: only.items }) : item;
}

function itemRows(item, result, columns, depth) {
  const settled = item.status === "met" || item.status === "not_met";
  const below = (item.items ?? []).map(merged).filter((one) => !(settled && one.status === "unknown"));
  const same = below.length === 1 && below[0].id === item.id;
  return [row(item, result, columns, depth), ...(same ? [] : below.flatMap((one) => itemRows(one, result, columns, depth + 1)))];
}

function row(item, result, columns, depth) {
  const open = item.status === "unknown" || item.status === "indeterminate";
  const tag = open && (result.decisive.includes(item.id) ? "would decide" : result.missing.includes(item.id) ? "missing" : "");
  const cells = {
    Item: [el("span", { class: `mark ${item.status}`, "aria-hidden": "true" }, VERDICTS[item.status].mark), " ", item.label, el("span", { class: "unseen" }, `: ${VERDICTS[item.status].word}`),
      tag && el("span", { class: `tag ${tag === "missing" ? "" : "deciding"}` }, tag), item.confounded && el("span", { class: "tag" }, "may be explained otherwise"),
      item.status_implied !== item.status && el("span", { class: "tag words" }, `${VERDICTS[item.status_implied].word} if words count`)],
    Value: value(item),
    Limit: item.threshold ? `${sign(item.threshold.comparator)} ${shown(item.threshold.value)} ${unit(item.threshold.unit)}` : "",
    Margin: margin(item.observed, item.threshold),
    Points: item.points ? span(item.points) : "",
    Why: [readable(item.reason), item.threshold && item.threshold.certainty !== "seen" && el("span", { class: "sure" }, ` Limit: ${SURE[item.threshold.certainty] ?? item.threshold.certainty}.`)],
  };
  const kind = `${tag === "would decide" ? "deciding " : ""}depth${depth}`;
  return el("tr", { role: "row", class: kind, "data-item": item.id }, columns.map((name, at) =>
    el(at ? "td" : "th", { role: at ? "cell" : "rowheader", scope: at ? null : "row", "data-name": name }, cells[name])));
}

const SURE = { secondary: "from a secondary source", memory: "from memory, not seen in a source", design: "this service’s reading" };

function value(item) {
  if (item.observed) return reported(item.observed.reported);
  if ("observed" in item || item.status === "unknown") return "–";
  return { present: "yes", absent: "no" }[item.reason.split(":")[0]] ?? "";
}

function notes(result, set) {
  const said = (set?.notes ?? []).filter((note) => note.when === result.verdict);
  return said.map((note) => el("p", { class: "note" }, note.text));
}

function about(set) {
  if (!set) return null;
  return el("details", { class: "about" }, el("summary", {}, "About this set"),
    el("p", {}, set.intent), el("p", {}, el("b", {}, "Population: "), set.population),
    el("ul", {}, [...set.performance, ...set.caveats].map((one) => el("li", {}, one))));
}

export const references = (items) => items.length > 0 && el("ul", { class: "references" }, items.map((one) => el("li", {}, one.citation, one.doi && [". ",
  el("a", { href: `https://doi.org/${one.doi}`, rel: "noreferrer noopener", target: "_blank" }, `doi:${one.doi}`)])));
