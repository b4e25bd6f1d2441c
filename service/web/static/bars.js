// Pictures of one result: a score's interval against its cut-off, and a count against the number needed.

import { el, svg } from "./dom.js";
import { shown, sign, span } from "./numbers.js";
import { t } from "./language.js";
import { mark } from "./words.js";

const HEIGHT = 58;
const LINE = 30; // where the interval lies

// {min, max, cutoff, comparator, implied?}: an open end (null) becomes an arrow at the edge.
export function scoreBar(score) {
  const implied = score.implied && (score.implied.min !== score.min || score.implied.max !== score.max) ? score.implied : null;
  const at = scale([score.cutoff, score.min, score.max, implied?.min, implied?.max], score.min === null, score.max === null);
  const upward = score.comparator.startsWith(">");
  const cut = at(score.cutoff);
  const metSide = { class: "met-side", x: `${upward ? cut : 0}%`, y: 16, width: `${upward ? 100 - cut : cut}%`, height: 28 };
  const cutoff = `${sign(score.comparator)} ${shown(score.cutoff)}`;
  const words = implied ? `; ${t("with “low” and “high” {span}", { span: span({ ...implied, cutoff: score.cutoff }) })}` : "";
  const said = t("Score {span}; met at {cutoff}", { span: span(score), cutoff }) + words;
  const label = t("met {cutoff}", { cutoff });
  return svg("svg", { class: "bar", role: "img", "aria-label": said, width: "100%", height: HEIGHT },
    svg("rect", metSide),
    svg("line", { class: "cut", x1: `${cut}%`, x2: `${cut}%`, y1: 12, y2: 46 }),
    text(cut, 9, label, cut > 75 ? "end" : cut < 25 ? "start" : "middle"),
    interval(score, at, LINE - (implied ? 6 : 0), "measured"),
    implied && interval(implied, at, LINE + 7, "implied"),
    ends(score, at));
}

function interval({ min, max }, at, y, kind) {
  const [from, to] = [min === null ? 0 : at(min), max === null ? 100 : at(max)];
  if (min !== null && min === max) return svg("circle", { class: `point ${kind}`, cx: `${from}%`, cy: y, r: 5 });
  return [
    svg("line", { class: `reach ${kind}`, x1: `${from}%`, x2: `${to}%`, y1: y, y2: y }),
    min === null ? arrow(0, y, kind, 1) : stop(from, y, kind),
    max === null ? arrow(100, y, kind, -1) : stop(to, y, kind),
  ];
}

const stop = (x, y, kind) => svg("line", { class: `stop ${kind}`, x1: `${x}%`, x2: `${x}%`, y1: y - 5, y2: y + 5 });
const arrow = (x, y, kind, inward) =>
  svg("svg", { x: `${x}%`, y, overflow: "visible" }, svg("path", { class: `arrow ${kind}`, d: `M0 0l${inward * 14} -8v16z` }));
const text = (x, y, words, anchor) => svg("text", { x: `${x}%`, y, "text-anchor": anchor }, words);

function ends({ min, max, cutoff }, at) {
  if (min !== null && min === max) return text(at(min), HEIGHT - 2, shown(min, cutoff), at(min) > 90 ? "end" : at(min) < 10 ? "start" : "middle");
  const low = min === null ? text(0, HEIGHT - 2, t("no end"), "start") : text(at(min), HEIGHT - 2, shown(min, cutoff), at(min) < 10 ? "start" : max === null ? "end" : "middle");
  const high = max === null ? text(100, HEIGHT - 2, t("no end"), "end") : text(at(max), HEIGHT - 2, shown(max, cutoff), at(max) > 90 ? "end" : "middle");
  return [low, high];
}

// Percent of the width for a number, with room left beside the outermost, and more on an open side for its arrow.
function scale(numbers, openBelow, openAbove) {
  const finite = numbers.filter((one) => one !== null && one !== undefined);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const width = high - low || Math.abs(high) || 1;
  const [from, to] = [low - width * (openBelow ? 0.6 : 0.12), high + width * (openAbove ? 0.6 : 0.12)];
  return (number) => Math.round((1000 * (number - from)) / (to - from)) / 10;
}

// {met, not_met, unknown, required}: one box per item, and the mark of how many are needed.
export function countBar({ met, not_met: notMet, unknown, required }) {
  const boxes = [...Array(met).fill("met"), ...Array(unknown).fill("unknown"), ...Array(notMet).fill("not_met")];
  const said = t("{met} met, {unknown} not known, {notMet} not met; {required} needed", { met, unknown, notMet, required });
  return el("span", { class: "count", role: "img", "aria-label": said },
    boxes.map((kind, at) => el("span", { class: `box ${kind}${at + 1 === required ? " needed" : ""}`, "aria-hidden": "true" }, mark(kind))));
}
