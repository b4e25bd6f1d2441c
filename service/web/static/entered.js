// What was entered, in words: for paper and for the notes, where the form is not.

import { all, find } from "./dom.js";
import { label, list, reported, unit } from "./words.js";

// One line for each group of a request that holds something.
export function entered({ patient = {}, context = {}, collected_at: moment, observations = {}, findings = {} }) {
  const years = (value, before) => value !== undefined && `${before} ${value} years`;
  const condition = all("#condition option").find((one) => one.value && one.value === context.condition)?.textContent;
  const found = (state) => Object.keys(findings ?? {}).filter((id) => findings[id] === state).map(label).join(", ");
  const lines = {
    "Panel of": moment,
    "Patient": [years(patient.age_years, "aged"), years(patient.age_at_onset_years, "onset at"), condition].filter(Boolean).join(", "),
    "Treatment": (context.medications ?? []).map((one) => one.name + (one.last_dose ? ` (last dose ${one.last_dose})` : "")).join(", "),
    "Other explanations": (context.confounders ?? []).map((id) => find(`[data-confounder="${CSS.escape(id)}"]`)?.parentElement.textContent.trim() ?? id).join(", "),
    "Present": found(true),
    "Absent": found(false),
    "Laboratory and bedside": Object.entries(observations ?? {}).filter(([, raw]) => raw !== null).map(([id, raw]) => `${label(id)} ${said(raw)}`).join(", "),
  };
  return Object.entries(lines).filter(([, text]) => text);
}

function said(raw) {
  if (typeof raw !== "object") return printed(String(raw));
  const { value, comparator = "", interpretation, reference_range: range } = raw;
  const number = value === undefined || value === null ? [] : [`${comparator}${value} ${unit(raw.unit ?? "")}`];
  const words = interpretation ? [reported(interpretation)] : [];
  const ends = range ? [`(range ${range.low ?? ""} to ${range.high ?? ""} ${unit(range.unit ?? raw.unit ?? "")})`] : [];
  return [list([...number, ...words], "and"), ...ends].join(" ").trim();
}

const printed = (text) => text.replace(/^(\D*[\d.]+)\s+(\S+)$/, (_, number, code) => `${number} ${unit(code)}`);
