// The words of the API as people read them.

import { all, entry, find } from "./dom.js";
import { msg, t } from "./language.js";

const VERDICTS = {
  met: { mark: "●", word: msg("met") },
  not_met: { mark: "○", word: msg("not met") },
  indeterminate: { mark: "◐", word: msg("undecided") },
  unknown: { mark: "◐", word: msg("not known") },
  counted: { mark: "■", word: msg("counted") },
};
const CATEGORIES = {
  likely: "MAS likely",
  probable: "MAS probable",
  possible: "MAS possible",
  indeterminate: "Cannot be told yet",
  unlikely: "MAS unlikely",
};
const FITS = {
  applicable: msg("made for this patient"),
  extrapolated: msg("made for other patients; with care here"),
  unknown: msg("may not fit: condition or age not known"),
  not_applicable: msg("not made for this patient"),
};
const PARTS = { entry: msg("Required"), clinical: msg("Clinical"), laboratory: msg("Laboratory") };
const OTHER_LABELS = { age_years: msg("Age"), age_at_onset_years: msg("Age at onset") };

export const plain = (word) => word.replaceAll("_", " ");
export const category = (word) => CATEGORIES[word] ?? plain(word);
export const mark = (word) => VERDICTS[word].mark;
export const verdictWord = (word) => t(VERDICTS[word].word);
export const fit = (word) => t(FITS[word] ?? plain(word));
export const partName = (id) => (PARTS[id] ? t(PARTS[id]) : plain(id));

// The label of an observation or finding, as the form shows it.
export function label(id) {
  const shown = find(`[data-observation="${CSS.escape(id)}"] label, [data-finding="${CSS.escape(id)}"] .name`);
  return shown ? shown.textContent : entry(OTHER_LABELS, id) ? t(OTHER_LABELS[id]) : plain(id);
}

// A UCUM code as the unit pickers print it.
export function unit(code) {
  const option = all("select option").find((one) => one.value === code && one.parentElement.id.startsWith("u-"));
  return option ? option.textContent : entry({ a: t("years") }, code) ?? code;
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const TIDY = [
  [/10\*(\d+)/g, (_, power) => `×10${[...power].map((digit) => RAISED[digit]).join("")}`],
  [/\bu(?=(g|L|mol|kat)\b)/g, "µ"],
  [/\bCel\b/g, "°C"],
  [/\[degF\]/g, "°F"],
  [/\[IU\]/g, "IU"],
  [/\{(FEU|DDU)\}/g, " $1"],
  [/(\d) a\b/g, "$1 years"],
  [/(^|[ (])-(?=\d)/g, "$1−"],
  [/'(LL|L|HH|H|N)'/g, (_, word) => reported(word)],
  [/\bverdict_implied only\b/g, "the verdict that counts “low” and “high” only"],
  [/\bwhich counts for the implied verdict alone\b/g, "which counts only where “low” and “high” count"],
  [/\bis not at or below\b/g, "is above"],
  [/\bis not at or above\b/g, "is below"],
  // What is said to a sender of JSON, for a person at the form:
  [/\bsend (?:observations|findings)\.(\w+)/g, (_, id) => `enter “${label(id)}”`],
  [/\bsend (?=the range or the number|times for both)/g, "enter "],
  [/ Send one of (?:those|the words) listed under accepted\./g, " Choose one of those offered."],
  [/ Send (.+) listed under accepted\./g, " Enter $1 offered."],
  [/ Write '\[<\|.+ interpretation\./g, " Enter a number with a point as decimal sign, a limit such as >10000 or <0.5, or a word: low, normal, high."],
  [/^A JSON number is needed here: is the/, "Is the"],
  [/^A JSON number is needed here:.+/g, "A number is needed here, with a point as decimal sign, such as 12.5."],
  [/^Send at least one entry in observations or findings.*/g, "Enter at least one value or finding."],
  [/^A list of 1 to \d+ words is needed here\./g, "Choose at least one."],
];
// A sentence of the API as people read it, with its units as a laboratory prints them.
export const readable = (text) => TIDY.reduce((so, [pattern, by]) => so.replace(pattern, by), text);

const WORDED = { L: "low", LL: "very low", H: "high", HH: "very high", N: "normal" };
export const reported = (text) => (text in WORDED ? `“${WORDED[text]}”` : readable(text));
export const list = (items, last = t("or")) =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} ${last} ${items.at(-1)}`;
