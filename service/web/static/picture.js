// One small picture: an observation over time against its limit, with treatments marked.

import { el, svg } from "./dom.js";
import { shown, sign } from "./numbers.js";
import { reported, unit } from "./words.js";

const WIDTH = 260;
const HEIGHT = 118;
const BOX = { left: 8, right: 252, top: 16, bottom: 92 };
const WIDE_RANGE = 30; // largest by smallest from which a logarithmic scale reads better

export function picture({ name, analyte, points, limit, given, times }) {
  const across = between(Math.min(...times), Math.max(...times), BOX.left + 8, BOX.right - 8);
  const numbers = points.filter((one) => one.kind !== "word");
  const up = vertical([...numbers.map((one) => one.value), ...(limit ? [limit.value] : [])]);
  const drawn = points.map((one) => ({ ...one, x: across(one.time), y: one.kind === "word" ? wordHeight(one.word) : up.at(one.value) }));
  const printed = unit(analyte.canonical_unit);
  return el("figure", { "data-course": analyte.id }, el("figcaption", {}, name, " ", el("span", { class: "hint" }, `${printed}${up.log ? ", log scale" : ""}`),
      limit && el("span", { class: "hint" }, `limit ${sign(limit.comparator)} ${shown(Number(limit.value.toPrecision(4)))} (${limit.title})`)),
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": spoken(name, printed, points, limit, given) },
      limit && limitMarks(limit, up.at(limit.value)),
      svg("line", { class: "axis", x1: BOX.left, x2: BOX.right, y1: BOX.bottom + 6, y2: BOX.bottom + 6 }),
      given.map((time, at) => treatment(across(time), at + 1)),
      svg("polyline", { class: "line", points: drawn.filter((one) => one.kind !== "word").map((one) => `${one.x},${one.y}`).join(" ") }),
      drawn.map((one) => point(one, limit)),
      dates(points, across)));
}

function point(one, limit) {
  const hit = limit && one.kind !== "word" && (limit.comparator.startsWith(">") ? one.value >= limit.value : one.value <= limit.value);
  const kind = `dot ${hit ? "hit" : "clear"}`;
  if (one.kind === "word") return svg("text", { class: "name", x: one.x, y: one.y, "text-anchor": "middle" }, reported(one.word).replaceAll(/[“”]/g, ""));
  const shapes = { value: `M${one.x - 4} ${one.y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z`, above: `M${one.x - 5} ${one.y + 3}h10l-5 -9z`, below: `M${one.x - 5} ${one.y - 3}h10l-5 9z` };
  const beside = one.x > WIDTH * 0.75 ? [one.x - 7, "end"] : [one.x + 7, "start"];
  return [svg("path", { class: kind, d: shapes[one.kind] }),
    svg("text", { class: "name", x: beside[0], y: one.y - 5, "text-anchor": beside[1] }, `${{ above: ">", below: "<", value: "" }[one.kind]}${shown(Number(one.value.toPrecision(4)))}`)];
}

function limitMarks({ comparator }, y) {
  const [from, to] = comparator.startsWith(">") ? [BOX.top - 10, y] : [y, BOX.bottom + 6];
  return [svg("rect", { class: "beyond", x: BOX.left, width: BOX.right - BOX.left, y: from, height: Math.max(0, to - from) }),
    svg("line", { class: "limit", x1: BOX.left, x2: BOX.right, y1: y, y2: y })];
}

const treatment = (x, number) => [svg("line", { class: "given", x1: x, x2: x, y1: 12, y2: BOX.bottom + 6 }), svg("text", { x, y: 9, "text-anchor": "middle" }, String(number))];

function dates(points, across) {
  const ends = points.length > 1 ? [points[0], points.at(-1)] : points;
  return ends.map((one, at) => svg("text", { x: across(one.time), y: HEIGHT - 6, "text-anchor": at ? "end" : "start" }, one.day));
}

// The height for a number; a wide range is drawn on a logarithmic scale.
function vertical(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const log = low > 0 && high / low > WIDE_RANGE;
  const to = log ? Math.log10 : Number;
  const at = between(to(low), to(high), BOX.bottom - 6, BOX.top + 8);
  return { log, at: (value) => at(to(value)) };
}

const wordHeight = (word) => ({ L: BOX.bottom - 2, LL: BOX.bottom - 2, H: BOX.top + 6, HH: BOX.top + 6 })[word] ?? (BOX.top + BOX.bottom) / 2;

function between(low, high, start, end) {
  const whole = high - low;
  return (value) => Math.round((whole ? start + ((value - low) / whole) * (end - start) : (start + end) / 2) * 10) / 10;
}

function spoken(name, printed, points, limit, given) {
  const said = points.map((one) => `${one.day} ${one.kind === "word" ? reported(one.word) : `${{ above: "above ", below: "below ", value: "" }[one.kind]}${shown(one.value)}`}`);
  return `${name} in ${printed}: ${said.join(", ")}.${limit ? ` Limit ${sign(limit.comparator)} ${shown(limit.value)}, ${limit.title}.` : ""}${given.length ? ` ${given.length} treatments marked.` : ""}`;
}
