// One criteria set of the answer: verdict, bar, items with value, limit, margin and reason, and its sources.

import { el } from "./dom.js";
import { countBar, scoreBar } from "./bars.js";
import { counted, margin, shown, sign, span } from "./numbers.js";
import { msg, t } from "./language.js";
import { fit, label, list, mark, partName, readable, reported, unit, verdictWord } from "./words.js";

export const verdict = (word, before = "") =>
  el("span", { class: `verdict ${word}` }, el("span", { "aria-hidden": "true" }, mark(word)), ` ${before}${verdictWord(word)}`);

// Both verdicts; the second only where words change it.
export function verdicts(one) {
  const differs = one.verdict_implied !== one.verdict && verdict(one.verdict_implied, `${t("with “low” and “high”")}: `);
  return el("span", { class: "verdicts" }, verdict(one.verdict), differs);
}

export function setRow(result, set, open) {
  const suits = result.applicability !== "applicable" && el("span", { class: "fit" }, fit(result.applicability));
  return el("details", { class: `set ${result.applicability === "not_applicable" ? "unsuited" : ""}`, "data-set": result.id, open },
    el("summary", {}, el("h4", { lang: "en" }, set?.short_title ?? result.title), verdicts(result), figure(result), suits),
    el("div", { class: "body" },
      el("p", { class: "full", lang: "en" }, result.title),
      said(result), without(result), decisive(result), result.items && itemTable(result), notes(result, set), performance(set), about(set), references(result.references)));
}

// The picture in the row: a score's bar with its probability, or one box per item; sets made of parts show them inside.
export function figure({ score, count, parts, probability }) {
  if (score) return el("span", { class: "figure" }, scoreBar(score), probability && el("span", { class: "chance" }, t("probability {chance}", { chance: chance(probability) })));
  if (count) return el("span", { class: "figure" }, countBar(count));
  return parts && el("span", { class: "figure" }, parts.map((part) => part.count && el("span", { class: "part" }, `${partName(part.id)} `, countBar(part.count))));
}

function said({ score, count, parts }) {
  const partLine = (part) => el("li", {}, el("b", {}, partName(part.id)), " ", verdicts(part), part.count && ` ${counted(part.count)}`);
  return [
    score && el("p", {}, el("b", {}, span(score)), ` (${t("met at {cutoff}", { cutoff: `${sign(score.comparator)} ${shown(score.cutoff)}` })})`),
    count && !parts && el("p", {}, counted(count)),
    parts && el("ul", { class: "parts" }, parts.map(partLine)),
  ];
}

function chance({ min, max }) {
  const said = (one) => `${one.relation === "=" ? "" : one.relation}${shown(one.percent)} %${one.interpolated ? ` (${t("interpolated")})` : ""}`;
  return said(min) === said(max) ? said(min) : t("{low} to {high}", { low: said(min), high: said(max) });
}

const without = (result) =>
  result.verdict_without_confounded && el("p", {}, `${t("Without the items another condition may explain")}: `, verdict(result.verdict_without_confounded));

function decisive(result) {
  return result.decisive.length > 0 && result.applicability !== "not_applicable" &&
    el("p", { class: "would" }, t("One such value could settle this set: {tests}.", { tests: list(result.decisive.map(label)) }));
}

// Each item takes two lines: what can be compared, then the reason. A column that nothing fills is left out.
function itemTable(result) {
  const lines = result.items.flatMap((item) => itemLines(merged(item), result, 0));
  const columns = [msg("Item"), msg("Value"), msg("Limit"), msg("Margin"), msg("Points")].filter((name) => lines.some((line) => line.cells[name]));
  const head = el("tr", { role: "row" }, columns.map((one) => el("th", { scope: "col", role: "columnheader" }, t(one))));
  const sources = new Set(lines.map((line) => line.certainty).filter((one) => one in SOURCES));
  return el("div", { class: "wide" }, el("table", { role: "table", class: "items" },
    el("caption", { class: "unseen" }, t("Items of {title}", { title: result.title })),
    el("thead", { role: "rowgroup" }, head), el("tbody", { role: "rowgroup" }, lines.map((line) => rows(line, columns)))),
    sources.size > 0 && el("p", { class: "sources" }, [...sources].map((one) => `${SOURCES[one].mark} ${t(SOURCES[one].text)}. `)));
}

const SOURCES = {
  secondary: { mark: "*", text: msg("limit from a secondary source") },
  memory: { mark: "†", text: msg("limit from memory, not seen in a source") },
  design: { mark: "‡", text: msg("this service’s reading, not in the paper") },
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
  const tag = open && (result.decisive.includes(item.id) ? msg("would decide") : result.missing.includes(item.id) ? msg("missing") : "");
  const limit = item.threshold && `${sign(item.threshold.comparator)} ${item.threshold.value} ${unit(item.threshold.unit)}${SOURCES[certainty]?.mark ?? ""}`;
  const cells = { Item: itemName(item, tag), Value: value(item), Limit: limit || "", Margin: margin(item.observed, item.threshold), Points: item.points ? span(item.points) : "" };
  return { id: item.id, depth, cells, certainty, deciding: tag === "would decide", reason: isSaid(item) ? "" : readable(item.reason) };
}

// Whether the table holds what the reason says: then the reason is left out.
const isSaid = ({ reason, observed, threshold }) =>
  ["present", "absent", "not reported"].includes(reason) || (observed?.evidence === "measured" && Boolean(threshold));

function itemName(item, tag) {
  return [el("span", { class: `mark ${item.status}`, "aria-hidden": "true" }, mark(item.status)), " ", el("span", { lang: "en" }, item.label),
    el("span", { class: "unseen" }, `: ${verdictWord(item.status)}`),
    tag && el("span", { class: `tag ${tag === "missing" ? "" : "deciding"}` }, t(tag)),
    item.confounded && el("span", { class: "tag" }, t("may be explained otherwise")),
    item.status_implied !== item.status && el("span", { class: "tag words" }, `${t("with “low” and “high”")}: ${verdictWord(item.status_implied)}`)];
}

function rows({ id, depth, cells, deciding, reason }, columns) {
  const cell = (name, at) => el(at ? "td" : "th", { role: at ? "cell" : "rowheader", scope: at ? null : "row", "data-name": name, "data-title": t(name) }, cells[name]);
  const kind = `${deciding ? "deciding " : ""}depth${depth}`;
  return [el("tr", { role: "row", class: kind, "data-item": id }, columns.map(cell)),
    reason && el("tr", { role: "row", class: `why ${kind}` }, el("td", { role: "cell", lang: "en", colspan: columns.length }, reason))];
}

// As reported, and in the unit of the limit where that is another.
function value(item) {
  const { observed, threshold } = item;
  if (observed) {
    const converted = Number.parseFloat(observed.reported) !== observed.low && observed.low !== null && observed.low === observed.high && threshold && !observed.reported.endsWith(` ${observed.unit}`) && observed.evidence === "measured";
    return converted ? `${reported(observed.reported)} = ${shown(observed.low, threshold.value)} ${unit(observed.unit)}` : reported(observed.reported);
  }
  if ("observed" in item || item.reason === "not reported") return t("not reported");
  const said = { present: msg("yes"), absent: msg("no") }[item.reason.split(":")[0]];
  return said ? t(said) : "";
}

function notes(result, set) {
  const said = (set?.notes ?? []).filter((note) => note.when === result.verdict);
  return said.map((note) => el("p", { class: "note", lang: "en" }, note.text));
}

const performance = (set) => set?.performance.length > 0 && el("div", { class: "performance" }, el("h5", {}, t("How well it tells")),
  el("ul", { lang: "en" }, set.performance.map((one) => el("li", {}, one))));

function about(set) {
  if (!set) return null;
  return el("details", { class: "about" }, el("summary", {}, t("About this set")),
    el("div", { lang: "en" }, el("p", {}, set.intent), el("p", {}, el("b", {}, "Population: "), set.population),
      el("ul", {}, set.caveats.map((one) => el("li", {}, one)))));
}

export const references = (items) => items.length > 0 && el("ul", { class: "references", lang: "en" }, items.map((one) => el("li", {}, one.citation, one.doi && [". ",
  el("a", { href: `https://doi.org/${one.doi}`, rel: "noreferrer noopener", target: "_blank" }, `doi:${one.doi}`)])));
