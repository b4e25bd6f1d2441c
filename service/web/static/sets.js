// One criteria set of the answer: verdict, bar, items with value, limit, margin and reason, and its sources.

import { el } from "./dom.js";
import { countBar, scoreBar } from "./bars.js";
import { counted, margin, shown, sign, span } from "./numbers.js";
import { FITS, VERDICTS, label, list, plain, readable, reported, unit } from "./words.js";

export const verdict = (word, before = "") =>
  el("span", { class: `verdict ${word}` }, el("span", { "aria-hidden": "true" }, VERDICTS[word].mark), ` ${before}${VERDICTS[word].word}`);

// Both verdicts; the second only where words change it.
export function verdicts(one) {
  const differs = one.verdict_implied !== one.verdict && verdict(one.verdict_implied, "if words count: ");
  return el("span", { class: "verdicts" }, verdict(one.verdict), differs);
}

export function setRow(result, set, open) {
  const fit = result.applicability !== "applicable" && el("span", { class: "fit" }, FITS[result.applicability]);
  return el("details", { class: "set", "data-set": result.id, open },
    el("summary", {}, el("h4", {}, set?.short_title ?? result.title), verdicts(result), figure(result), fit),
    el("div", { class: "body" },
      el("p", { class: "full" }, result.title),
      said(result), without(result), decisive(result), result.items && itemTable(result), notes(result, set), about(set), references(result.references)));
}

// The picture in the row: a score's bar, or one box per item; sets made of parts show them inside.
export function figure({ score, count, parts }) {
  if (score) return el("span", { class: "figure" }, scoreBar(score));
  if (count) return el("span", { class: "figure" }, countBar(count));
  return parts && el("span", { class: "figure" }, parts.map((part) => part.count && el("span", { class: "part" }, `${plain(part.id)} `, countBar(part.count))));
}

function said({ score, count, parts, probability }) {
  const partLine = (part) => el("li", {}, el("b", {}, plain(part.id)), " ", verdicts(part), part.count && ` ${counted(part.count)}`);
  return [
    score && el("p", {}, el("b", {}, span(score)), ` (met at ${sign(score.comparator)} ${shown(score.cutoff)})`, probability && `; probability ${chance(probability)}`),
    count && !parts && el("p", {}, counted(count)),
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
    el("p", { class: "would" }, el("b", {}, list(result.decisive.map(label))), " would decide: one such value could settle this set.");
}

// Each item takes two lines: what can be compared, then the reason. A column that nothing fills is left out.
function itemTable(result) {
  const lines = result.items.flatMap((item) => itemLines(merged(item), result, 0));
  const columns = ["Item", "Value", "Limit", "Margin", "Points"].filter((name) => lines.some((line) => line.cells[name]));
  const head = el("tr", { role: "row" }, columns.map((one) => el("th", { scope: "col", role: "columnheader" }, one)));
  const sources = new Set(lines.map((line) => line.certainty).filter((one) => one in SOURCES));
  return el("div", { class: "wide" }, el("table", { role: "table", class: "items" },
    el("caption", { class: "unseen" }, `Items of ${result.title}`),
    el("thead", { role: "rowgroup" }, head), el("tbody", { role: "rowgroup" }, lines.map((line) => rows(line, columns)))),
    sources.size > 0 && el("p", { class: "sources" }, [...sources].map((one) => `${SOURCES[one].mark} ${SOURCES[one].text}. `)));
}

const SOURCES = {
  secondary: { mark: "*", text: "limit from a secondary source" },
  memory: { mark: "†", text: "limit from memory, not seen in a source" },
  design: { mark: "‡", text: "this service’s reading, not in the paper" },
};

// An item that only wraps another of the same id is shown as one.
function merged(item) {
  const only = item.items?.length === 1 && item.items[0].id === item.id ? item.items[0] : null;
  return only ? merged({ ...only, ...item, observed: only.observed, threshold: only.threshold, items: only.items }) : item;
}

function itemLines(item, result, depth) {
  const settled = item.status === "met" || item.status === "not_met";
  const below = (item.items ?? []).map(merged).filter((one) => !(settled && one.status === "unknown"));
  const same = below.length === 1 && below[0].id === item.id;
  return [line(item, result, depth), ...(same ? [] : below.flatMap((one) => itemLines(one, result, depth + 1)))];
}

function line(item, result, depth) {
  const open = item.status === "unknown";
  const certainty = item.threshold?.certainty;
  const tag = open && (result.decisive.includes(item.id) ? "would decide" : result.missing.includes(item.id) ? "missing" : "");
  const limit = item.threshold && `${sign(item.threshold.comparator)} ${shown(item.threshold.value)} ${unit(item.threshold.unit)}${SOURCES[certainty]?.mark ?? ""}`;
  const cells = { Item: itemName(item, tag), Value: value(item), Limit: limit || "", Margin: margin(item.observed, item.threshold), Points: item.points ? span(item.points) : "" };
  const plainReason = ["present", "absent", "not reported"].includes(item.reason);
  return { id: item.id, depth, cells, certainty, deciding: tag === "would decide", reason: plainReason ? "" : readable(item.reason) };
}

function itemName(item, tag) {
  return [el("span", { class: `mark ${item.status}`, "aria-hidden": "true" }, VERDICTS[item.status].mark), " ", item.label,
    el("span", { class: "unseen" }, `: ${VERDICTS[item.status].word}`),
    tag && el("span", { class: `tag ${tag === "missing" ? "" : "deciding"}` }, tag),
    item.confounded && el("span", { class: "tag" }, "may be explained otherwise"),
    item.status_implied !== item.status && el("span", { class: "tag words" }, `${VERDICTS[item.status_implied].word} if words count`)];
}

function rows({ id, depth, cells, deciding, reason }, columns) {
  const cell = (name, at) => el(at ? "td" : "th", { role: at ? "cell" : "rowheader", scope: at ? null : "row", "data-name": name }, cells[name]);
  const kind = `${deciding ? "deciding " : ""}depth${depth}`;
  return [el("tr", { role: "row", class: kind, "data-item": id }, columns.map(cell)),
    reason && el("tr", { role: "row", class: `why ${kind}` }, el("td", { role: "cell", colspan: columns.length }, reason))];
}

function value(item) {
  if (item.observed) return reported(item.observed.reported);
  if ("observed" in item || item.reason === "not reported") return "not reported";
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
