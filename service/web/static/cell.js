// One observation of the form: what was typed becomes what the API takes, and back. The service reads it, not the page.

import { all, el, find } from "./dom.js";
import { typed } from "./decimal.js";
import { t } from "./language.js";
import { label, unit } from "./words.js";

const WORDS = {
  l: "L", low: "L", decreased: "L", reduced: "L", ll: "LL", "very low": "LL",
  h: "H", high: "H", increased: "H", raised: "H", elevated: "H", hh: "HH", "very high": "HH",
  n: "N", normal: "N",
};
const SAID = { L: "low", LL: "very low", H: "high", HH: "very high", N: "normal" };
const BARE = /^\s*(<=|>=|<|>|≤|≥)?\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;
const LEADING = /^\s*((?:<=|>=|<|>|≤|≥)?\s*(?:\d+\.?\d*|\.\d+))\s*(.*?)\s*$/;
const loaded = new WeakMap(); // row -> what was loaded into it, and how that looks

// What is no number, or one of two meanings (12.500 may be 12500), stays as typed, so that the service asks.
function numberOf(text) {
  const said = typed(text);
  return NUMBER.test(said.text) && !said.choices ? Number(said.text) : text;
}

export const input = (row) => find("input", row);
export const picker = (row) => find("select", row);

// Returns undefined for a blank row, else the observation as the API takes it.
export function read(row) {
  const before = loaded.get(row);
  if (before && before.look === look(row)) return before.raw;
  const text = typed(input(row).value).text.trim();
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

// Shows an observation, or a blank row; its unit goes too, unless `keepUnit` says that the same patient stays.
export function write(row, raw, analytes, keepUnit = false) {
  loaded.delete(row);
  closeRange(row);
  all(".asks, .at-field", row).forEach((one) => one.remove());
  input(row).value = "";
  if (!keepUnit) picker(row).value = "";
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
  if (!code || isAsLoaded(row)) return;
  input(row).value = number;
  picker(row).value = code;
}

// Whether a row still shows what was loaded into it: that is sent as it came.
export const isAsLoaded = (row) => loaded.get(row)?.look === look(row);

// Takes a suggested unit: the number stays, whatever stood behind it goes.
export function mend(row, code) {
  const [, number] = LEADING.exec(input(row).value) ?? ["", input(row).value];
  input(row).value = number.trim();
  picker(row).value = code;
  loaded.delete(row);
}

// Shows the ends of the laboratory's range, with which a word counts as measured.
export function openRange(row) {
  if (find(".limits", row)) return;
  const name = label(row.dataset.observation);
  const end = (which, said) => el("input", { type: "text", inputmode: "decimal", autocomplete: "off", "data-end": which, "aria-label": `${name}: ${said}` });
  row.append(el("span", { class: "limits" }, el("span", {}, t("laboratory’s range")), " ", end("low", t("low end of the laboratory’s range")), " ", el("span", {}, t("to")), " ", end("high", t("high end of the laboratory’s range"))));
}

export const closeRange = (row) => find(".limits", row)?.remove();

// A word alone proves little: its row shows where the range goes. A range that was filled in stays.
export function offerRange(row) {
  if (WORDS[input(row).value.trim().toLowerCase()]) openRange(row);
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
