// Numbers for reading. Every verdict was reached by the service in exact decimals; here they are only shown.

import { t } from "./language.js";

const SIGNS = { ">=": "≥", "<=": "≤", ">": ">", "<": "<" };

export const sign = (comparator) => SIGNS[comparator] ?? comparator;
const DIGITS = 3;
let exact = false;

export const isExact = () => exact;
export const showExact = (wanted) => (exact = wanted);

// Three significant digits, or all on demand. Whole numbers keep all of theirs; more digits are shown where three would lay the number on
// the limit that it is held against, or beyond it.
export function shown(number, limit) {
  const text = (digits) => String(Number(number.toPrecision(digits)));
  const fair = (digits) => limit === undefined || Math.sign(number - limit) === Math.sign(Number(text(digits)) - limit);
  let digits = exact ? 12 : Math.max(DIGITS, Math.trunc(Math.abs(number)).toString().length);
  while (digits < 12 && !fair(digits)) digits += 1;
  return text(digits).replace("-", "−");
}

// {min, max, cutoff} of a score: an open end is null.
export function span({ min, max, cutoff }) {
  if (min === null && max === null) return t("any");
  if (max === null) return t("{number} or more", { number: shown(min, cutoff) });
  if (min === null) return t("{number} or less", { number: shown(max, cutoff) });
  return min === max ? shown(min, cutoff) : t("{low} to {high}", { low: shown(min, cutoff), high: shown(max, cutoff) });
}

// {met, not_met, unknown, required}
export const counted = ({ met, not_met: notMet, unknown, required }) =>
  t("{met} of {all} met, {required} needed", { met, all: met + notMet + unknown, required }) + (unknown ? `, ${t("{unknown} not known", { unknown })}` : "");

// How far what was observed lies from its limit; "" where nothing can be said.
export function margin(observed, threshold) {
  if (!observed || !threshold || observed.unit !== threshold.unit || observed.evidence === "unknown") return "";
  const low = observed.low === null ? null : observed.low - threshold.value;
  const high = observed.high === null ? null : observed.high - threshold.value;
  if (low !== null && low === high) return distance(low, threshold.value);
  const by = (open, far) => t(open ? "more than {distance}" : "at least {distance}", { distance: distance(far, threshold.value) });
  if (low !== null && low >= 0) return by(observed.low_open, low);
  if (high !== null && high <= 0) return by(observed.high_open, high);
  return t("either side");
}

function distance(difference, limit) {
  if (difference === 0) return t("0: at the limit");
  const size = Math.abs(difference);
  const percent = limit && size < 10 * Math.abs(limit) ? ` (${Math.abs((100 * difference) / limit).toPrecision(size >= Math.abs(limit) ? 3 : 2) * 1} %)` : "";
  return t(difference > 0 ? "{number} above" : "{number} below", { number: shown(size) }) + percent;
}
