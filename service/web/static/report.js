// Lines of a printed laboratory report: those that are read for certain fill the form, all others are handed back.

import { all } from "./dom.js";
import { codeOf, input, picker } from "./cell.js";

const RESULT = /^[\s:=|;,]*((?:<=|>=|<|>|≤|≥)?\s*\d[\d.,]*)(?![\d.,])\s*(.*)$/;
const WORD = /^[\s:=|;,]*(very low|very high|low|normal|high)\s*$/i;
const FLAG = /^(?:[*+\-↑↓]+|HH?|LL?|N|\((?:HH?|LL?|N)\))$/;
const NUMBER = String.raw`\d+(?:[.,]\d+)?`;
const RANGE = new RegExp(`^[([]?\\s*(?:${NUMBER}\\s*(?:-|–|to|bis)\\s*${NUMBER}|[<>≤≥]=?\\s*${NUMBER})\\s*[)\\]]?$`);

// {read: [{row, value, unit}], unread: [line]}; a test that stands on two lines is read from neither.
export function readReport(text, analytes) {
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
  const found = lines.map((line) => ({ line, ...resultOf(line, analytes) }));
  const times = (row) => found.filter((one) => one.row === row).length;
  const certain = (one) => one.row && times(one.row) === 1;
  return { read: found.filter(certain), unread: found.filter((one) => !certain(one)).map((one) => one.line) };
}

// Writes what was read into the form.
export function fillFrom(results) {
  for (const { row, value, unit } of results) {
    input(row).value = value;
    picker(row).value = unit;
  }
}

function resultOf(line, analytes) {
  const { row, behind } = named(line);
  if (!row) return {};
  if (WORD.test(behind)) return { row, value: WORD.exec(behind)[1].toLowerCase(), unit: "" };
  const [, value, rest = ""] = RESULT.exec(behind) ?? [];
  if (value === undefined) return {};
  const unit = unitOf(rest, analytes.get(row.dataset.observation));
  return unit === undefined ? {} : { row, value, unit };
}

// The row whose name the line begins with, by the longest name, and what stands behind it.
function named(line) {
  const small = line.toLowerCase();
  const begins = (name) => small.startsWith(name) && /^(?:[\s:=|;,]|$)/.test(small.slice(name.length));
  const names = all(".cell").flatMap((row) => row.dataset.names.split("|").filter(begins).map((name) => ({ row, name })));
  const [best] = names.sort((one, other) => other.name.length - one.name.length);
  return best ? { row: best.row, behind: line.slice(best.name.length) } : {};
}

// The unit behind a number, "" where there is none; undefined if anything stands there that is not known.
function unitOf(rest, analyte) {
  const tokens = rest.split(/[\s|;]+/).filter(Boolean);
  while (FLAG.test(tokens[0] ?? "")) tokens.shift();
  for (const size of [2, 1]) {
    const code = codeOf(analyte, tokens.slice(0, size).join(" "));
    if (code && tokens.length >= size) return isRange(tokens.slice(size)) ? code : undefined;
  }
  return isRange(tokens) ? "" : undefined;
}

function isRange(tokens) {
  const others = tokens.filter((token) => !FLAG.test(token) || token === "-");
  return !others.length || RANGE.test(others.join(" "));
}
