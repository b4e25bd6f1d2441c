// A number as a hand types it, in the spelling of the service: a comma with one or two digits behind is a decimal sign.
// Three digits behind a comma or a point may be thousands: then the reader is asked, and nothing is chosen.

import { find } from "./dom.js";

const PARTS = /^(\s*(?:<=|>=|<|>|≤|≥)?\s*[+-]?)(\d[\d.,]*)(?![\d.,])(.*)$/s;
const TWO_WAYS = new RegExp(`^(?:${find("#ask").dataset.twoWays})$`);
const GERMAN = /^[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?$/; // 1.234,5 and 1.234.567
const COMMA = /^\d*,\d+$/;

// {text} with a point as decimal sign, or {text, choices: [as a decimal, as thousands]} where it could be both.
export function typed(text) {
  const [, before, number, behind] = PARTS.exec(text) ?? [];
  if (number === undefined) return { text };
  const whole = (one) => `${before}${one}${behind}`;
  const pointed = COMMA.test(number) ? number.replace(",", ".") : number;
  if (TWO_WAYS.test(pointed)) return { text, choices: [whole(String(Number(pointed))), whole(pointed.replace(".", ""))] };
  if (GERMAN.test(number)) return { text: whole(number.replaceAll(".", "").replace(",", ".")) };
  return { text: whole(pointed) };
}
