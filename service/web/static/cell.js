// One observation of the form: what was typed becomes what the API takes, and back. The service reads it, not the page.

import { el, find } from "./dom.js";
import { label, unit } from "./words.js";

const WORDS = {
  l: "L", low: "L", decreased: "L", reduced: "L", ll: "LL", "very low": "LL",
  h: "H", high: "H", increased: "H", raised: "H", elevated: "H", hh: "HH", "very high": "HH",
  n: "N", normal: "N",
};
const SAID = { L: "low", LL: "very low", H: "high", HH: "very high", N: "normal" };
const BARE = /^\s*(<=|>=|<|>|≤|≥)?\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;
const TWO_WAYS = new RegExp(`^(?:${find("#ask").dataset.twoWays})$`);
const LEADING = /^\s*((?:<=|>=|<|>|≤|≥)?\s*(?:\d+\.?\d*|\.\d+))\s*(.*?)\s*$/;
const loaded = new WeakMap(); // row -> what was loaded into it, and how that looks

// What is no number, or one of two meanings (12.500 may be 12500), stays as typed, so that the service asks.
const numberOf = (text) => (NUMBER.test(text) && !TWO_WAYS.test(text) ? Number(text) : text);

export const input = (row) => find("input", row);
export const picker = (row) => find("select", row);

// Returns undefined for a blank row, else the observation as the API takes it.
export function read(row) {
  const before = loaded.get(row);
  if (before && before.look === look(row)) return before.raw;
  const text = input(row).value.trim();
  const range = readRange(row);
  if (!text) return undefined;
  const word = WORDS[text.toLowerCase()];
  if (word) return { interpretation: word, ...range };
  const bare = BARE.exec(text);
  if (!bare) return text; // with its own unit, or with a typo that the service will name
  if (!range.reference_range) return `${text} ${picker(row).value}`.trim();
  const comparator = bare[1] ? { comparator: { "≤": "<=", "≥": ">=" }[bare[1]] ?? bare[1] } : {};
  return { value: numberOf(bare[2]), unit: picker(row).value, ...comparator, ...range };
}

export function write(row, raw, analytes) {
  loaded.delete(row);
  closeRange(row);
  input(row).value = "";
  if (raw === undefined || raw === null) return;
  if (typeof raw === "string") writeText(row, raw, analytes);
  else if (typeof raw === "object" && !Array.isArray(raw)) writeObject(row, raw, analytes);
  else input(row).value = JSON.stringify(raw);
  loaded.set(row, { raw, look: look(row) });
}

// A unit typed behind the number moves into the picker, so that the row never shows two units.
export function settle(row, analytes) {
  const [, number, rest] = LEADING.exec(input(row).value) ?? [];
  const code = rest && codeOf(analytes.get(row.dataset.observation), rest);
  if (!code || loaded.get(row)?.look === look(row)) return;
  input(row).value = number;
  picker(row).value = code;
}

// Takes a suggested unit: the number stays, whatever stood behind it goes.
export function mend(row, code) {
  const [, number] = LEADING.exec(input(row).value) ?? ["", input(row).value];
  input(row).value = number.trim();
  picker(row).value = code;
  loaded.delete(row);
}

export function openRange(row) {
  if (find(".limits", row)) return closeRange(row);
  const name = label(row.dataset.observation);
  const end = (which) => el("input", { type: "text", inputmode: "decimal", autocomplete: "off", "data-end": which, "aria-label": `${name}: ${which} end of the laboratory’s range` });
  row.append(el("span", { class: "limits" }, "laboratory’s range ", end("low"), " to ", end("high")));
  find(".range", row).setAttribute("aria-expanded", "true");
  return find("[data-end=low]", row).focus();
}

function closeRange(row) {
  find(".limits", row)?.remove();
  find(".range", row).setAttribute("aria-expanded", "false");
}

function readRange(row) {
  const limits = {};
  for (const which of ["low", "high"]) {
    const text = find(`[data-end=${which}]`, row)?.value.trim();
    if (text) limits[which] = numberOf(text);
  }
  return Object.keys(limits).length ? { reference_range: { ...limits, unit: picker(row).value } } : {};
}

function writeText(row, text, analytes) {
  const [, number, rest] = LEADING.exec(text) ?? ["", text, ""];
  const code = rest && codeOf(analytes.get(row.dataset.observation), rest);
  input(row).value = code ? number : text;
  if (code) picker(row).value = code;
}

function writeObject(row, { value, unit: code, comparator = "", interpretation, reference_range: range }, analytes) {
  const analyte = analytes.get(row.dataset.observation);
  const known = codeOf(analyte, code ?? range?.unit ?? "");
  if (known) picker(row).value = known;
  if (value !== undefined && value !== null) input(row).value = `${comparator}${value}${known || !code ? "" : ` ${code}`}`;
  else if (interpretation) input(row).value = SAID[interpretation] ?? interpretation;
  if (!range) return;
  openRange(row);
  for (const which of ["low", "high"]) find(`[data-end=${which}]`, row).value = range[which] ?? "";
}

const tidy = (text) => text.replace(/×/g, "x").replace(/[µμ]/g, "u").replace(/\s/g, "").replace(/\/([dmunpf]?)l$/, "/$1L"); // g/l is g/L; G/l is giga

export function codeOf(analyte, text) {
  if (!analyte || !text) return "";
  const spelt = (one) => [one.code, unit(one.code), ...one.spellings].some((spelling) => tidy(spelling) === tidy(text));
  return analyte.units.find(spelt)?.code ?? "";
}

const look = (row) => [input(row).value, picker(row).value, JSON.stringify(readRange(row))].join("\n");
