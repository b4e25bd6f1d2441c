// What one observation of a request says, in the canonical unit, for drawing only: the service decides on its own reading.

import { codeOf } from "./cell.js";

const TEXT = /^\s*(<=|>=|<|>|≤|≥)?\s*(\d+\.?\d*|\.\d+)\s*(.*?)\s*$/;
const SIDES = { "<": "below", "<=": "below", "≤": "below", ">": "above", ">=": "above", "≥": "above" };

export const inCanonical = (value, { to_canonical: by }) => ((value + by.add) * by.multiply) / by.divide;

// {kind: "value" | "above" | "below", value} or {kind: "word", word}; {} where there is nothing to draw.
export function reading(raw, analyte) {
  if (typeof raw === "string") {
    const [, comparator = "", number, unit] = TEXT.exec(raw) ?? [];
    return number === undefined ? {} : measured(Number(number), comparator, unit, analyte);
  }
  if (typeof raw !== "object" || raw === null) return {};
  if (typeof raw.value === "number") return measured(raw.value, raw.comparator ?? "", raw.unit ?? "", analyte);
  return raw.interpretation ? { kind: "word", word: raw.interpretation } : {};
}

function measured(number, comparator, text, analyte) {
  const unit = analyte.units.find((one) => one.code === codeOf(analyte, text));
  return unit?.comparable ? { kind: SIDES[comparator] ?? "value", value: inCanonical(number, unit) } : {};
}
