// Numbers for reading. Every verdict was reached by the service in exact decimals; here they are only shown.

const SIGNS = { ">=": "≥", "<=": "≤", ">": ">", "<": "<" };

export const sign = (comparator) => SIGNS[comparator] ?? comparator;
export const shown = (number) => String(Number(number.toPrecision(12))).replace("-", "−");

// {min, max} of a score: an open end is null.
export function span({ min, max }) {
  if (min === null && max === null) return "any";
  if (max === null) return `${shown(min)} or more`;
  if (min === null) return `${shown(max)} or less`;
  return min === max ? shown(min) : `${shown(min)} to ${shown(max)}`;
}

// {met, not_met, unknown, required}
export const counted = ({ met, not_met: notMet, unknown, required }) =>
  `${met} of ${met + notMet + unknown} met, ${required} needed${unknown ? `, ${unknown} not known` : ""}`;

// How far what was observed lies from its limit; "" where nothing can be said.
export function margin(observed, threshold) {
  if (!observed || !threshold || observed.unit !== threshold.unit || observed.evidence === "unknown") return "";
  const low = observed.low === null ? null : observed.low - threshold.value;
  const high = observed.high === null ? null : observed.high - threshold.value;
  if (low !== null && low === high) return distance(low, threshold.value);
  if (low !== null && low >= 0) return `${observed.low_open ? "more than" : "at least"} ${distance(low, threshold.value)}`;
  if (high !== null && high <= 0) return `${observed.high_open ? "more than" : "at least"} ${distance(high, threshold.value)}`;
  return "either side";
}

function distance(difference, limit) {
  if (difference === 0) return "0: at the limit";
  const size = Math.abs(difference);
  const percent = limit && size < 10 * Math.abs(limit) ? ` (${Math.abs((100 * difference) / limit).toPrecision(size >= Math.abs(limit) ? 3 : 2) * 1} %)` : "";
  return `${shown(size)} ${difference > 0 ? "above" : "below"}${percent}`;
}
