// One small picture: an observation over time against its limit, with treatments marked.

import { el, svg } from "./dom.js";
import { shown, sign } from "./numbers.js";
import { t } from "./language.js";
import { reported, unit } from "./words.js";

const WIDTH = 260;
const HEIGHT = 130;
const BOX = { left: 8, right: 252, top: 16, bottom: 104 };
const CROWD = 8; // points beyond which not every one is written beside
const ROOM_FOR_COUNT = 14; // between two treatments that both bear their number
const WIDE_RANGE = 30; // largest by smallest from which a logarithmic scale reads better

export function picture({ name, analyte, points, limit, given, times }) {
  const across = between(Math.min(...times), Math.max(...times), BOX.left + 8, BOX.right - 8);
  const numbers = points.filter((one) => one.kind && one.kind !== "word");
  const up = vertical([...numbers.map((one) => one.value), ...(limit ? [limit.value] : [])]);
  const drawn = points.filter((one) => one.kind).map((one) => ({ ...one, x: across(one.time), y: one.kind === "word" ? wordHeight(one.word) : up.at(one.value) }));
  const line = drawn.filter((one) => one.kind !== "word");
  const printed = unit(analyte.canonical_unit);
  return el("figure", { "data-course": analyte.id }, el("figcaption", {}, name, " ", el("span", { class: "hint" }, `${printed}${up.log ? `, ${t("log scale")}` : ""}`),
      limit && el("span", { class: "hint" }, `${t("limit")} ${sign(limit.comparator)} ${shown(Number(limit.value.toPrecision(4)))} (${limit.title})`)),
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": spoken(name, printed, points, limit, given) },
      limit && limitMarks(limit, up.at(limit.value)),
      svg("line", { class: "axis", x1: BOX.left, x2: BOX.right, y1: BOX.bottom + 6, y2: BOX.bottom + 6 }),
      given.map((time, at) => treatment(across(time), at + 1, at > 0 && across(time) - across(given[at - 1]) < ROOM_FOR_COUNT)),
      line.slice(1).map((one, at) => segment(line[at], one)),
      line.map((one) => dot(one, limit)),
      line.map((one, at) => told(one, line) && number(one, line[at - 1], line[at + 1])),
      drawn.map((one, at) => one.kind === "word" && wordAt(one, drawn.length > CROWD && drawn[at - 1]?.word === one.word)),
      dates(points, across)));
}

// Whole between two panels in a row; broken where a panel between them has no number.
const segment = (from, to) => svg("line", { class: `line ${to.at - from.at > 1 ? "bridge" : ""}`, x1: from.x, y1: from.y, x2: to.x, y2: to.y });

function dot({ x, y, kind, value }, limit) {
  const past = limit && { ">": value > limit.value, ">=": value >= limit.value, "<": value < limit.value, "<=": value <= limit.value }[limit.comparator];
  const shapes = { value: `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z`, above: `M${x - 5} ${y + 3}h10l-5 -9z`, below: `M${x - 5} ${y - 3}h10l-5 9z` };
  return svg("path", { class: `dot ${past ? "hit" : "clear"}`, d: shapes[kind] });
}

const SIGNS = { above: ">", below: "<", value: "" };
const spelt = (one) => `${SIGNS[one.kind]}${shown(one.value)}`;
// The word, or a small square that repeats the word before it.
const wordAt = ({ x, y, word }, repeats) => repeats
  ? svg("rect", { class: "dot clear", x: x - 1.5, y: y - 5, width: 3, height: 3 })
  : svg("text", { class: "name", x, y, "text-anchor": "middle" }, reported(word).replaceAll(/[“”]/g, ""));

// In a crowd only the first, the last, the lowest and the highest number is written; the label of the picture holds all.
function told(one, line) {
  if (line.length <= CROWD) return true;
  const values = line.map(({ value }) => value);
  const extreme = [Math.min(...values), Math.max(...values)].some((value) => line.find((other) => other.value === value) === one);
  return one === line[0] || one === line.at(-1) || (extreme && one.x - line[0].x > 30 && line.at(-1).x - one.x > 30);
}

// The number stands on the side of its point where the line does not run.
function number(one, before, after) {
  const rising = (from, to) => from && to && to.y < from.y;
  const below = (before ? !rising(before, one) : true) && (after ? rising(one, after) : before);
  const x = !before ? one.x - 5 : !after ? one.x + 5 : rising(before, one) && rising(one, after) ? one.x + 2 : one.x;
  const anchor = !before ? "start" : !after ? "end" : rising(before, one) && rising(one, after) ? "end" : !rising(before, one) && !rising(one, after) ? "start" : "middle";
  return svg("text", { class: "name", x, y: one.y + (below ? 16 : -8), "text-anchor": anchor }, spelt(one));
}

function limitMarks({ comparator }, y) {
  const [from, to] = comparator.startsWith(">") ? [BOX.top - 10, y] : [y, BOX.bottom + 6];
  return [svg("rect", { class: "beyond", x: BOX.left, width: BOX.right - BOX.left, y: from, height: Math.max(0, to - from) }),
    svg("line", { class: "limit", x1: BOX.left, x2: BOX.right, y1: y, y2: y })];
}

const treatment = (x, number, crowded) => [svg("line", { class: "given", x1: x, x2: x, y1: 12, y2: BOX.bottom + 6 }), !crowded && svg("text", { x, y: 9, "text-anchor": "middle" }, String(number))];

function dates(points, across) {
  const ends = points.length > 1 ? [points[0], points.at(-1)] : points;
  return ends.map((one, at) => svg("text", { x: across(one.time), y: HEIGHT - 6, "text-anchor": at ? "end" : "start" }, one.day));
}

// The height for a number; a wide range is drawn on a logarithmic scale.
function vertical(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const log = low > 0 && high / low > WIDE_RANGE;
  const to = log ? Math.log10 : Number;
  const at = between(to(low), to(high), BOX.bottom - 12, BOX.top + 14);
  return { log, at: (value) => at(to(value)) };
}

const wordHeight = (word) => ({ L: BOX.bottom - 2, LL: BOX.bottom - 2, H: BOX.top + 6, HH: BOX.top + 6 })[word] ?? (BOX.top + BOX.bottom) / 2;

function between(low, high, start, end) {
  const whole = high - low;
  return (value) => Math.round((whole ? start + ((value - low) / whole) * (end - start) : (start + end) / 2) * 10) / 10;
}

function spoken(name, printed, points, limit, given) {
  const all = (number) => String(Number(number.toPrecision(12)));
  const value = (one) => ({ word: () => reported(one.word), above: () => t("above {number}", { number: all(one.value) }), below: () => t("below {number}", { number: all(one.value) }), value: () => all(one.value) })[one.kind]?.() ?? t("not measured");
  const said = points.map((one) => `${one.day} ${value(one)}`);
  const cut = limit ? ` ${t("Limit {limit}, {title}.", { limit: `${sign(limit.comparator)} ${all(limit.value)}`, title: limit.title })}` : "";
  const marked = given.length ? ` ${t("{count} treatments marked.", { count: given.length })}` : "";
  return `${t("{name} in {unit}", { name, unit: printed })}: ${said.join(", ")}.${cut}${marked}`;
}
