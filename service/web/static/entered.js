// What was entered, in words: for paper and for the notes, where the form is not.

import { all, find } from "./dom.js";
import { msg, t } from "./language.js";
import { label, list, reported, unit } from "./words.js";

// One line for each group of a request that holds something.
export function entered({ patient = {}, context = {}, collected_at: moment, observations = {}, findings = {} }) {
  const years = (value, before) => value !== undefined && t(before, { years: value });
  const condition = all("#condition option").find((one) => one.value && one.value === context.condition)?.textContent;
  const found = (state) => Object.keys(findings ?? {}).filter((id) => findings[id] === state).map(label).join(", ");
  const lines = {
    [msg("Panel of")]: moment,
    [msg("Patient")]: [years(patient.age_years, msg("aged {years} years")), years(patient.age_at_onset_years, msg("onset at {years} years")), condition].filter(Boolean).join(", "),
    [msg("Treatment")]: (context.medications ?? []).map((one) => one.name + (one.last_dose ? ` (${t("last dose")} ${one.last_dose})` : "")).join(", "),
    [msg("Other explanations")]: (context.confounders ?? []).map((id) => find(`[data-confounder="${CSS.escape(id)}"]`)?.parentElement.textContent.trim() ?? id).join(", "),
    [msg("Present")]: found(true),
    [msg("Absent")]: found(false),
    [msg("Laboratory and bedside")]: Object.entries(observations ?? {}).filter(([, raw]) => raw !== null).map(([id, raw]) => `${label(id)} ${said(raw)}`).join(", "),
  };
  return Object.entries(lines).filter(([, text]) => text).map(([name, text]) => [t(name), text]);
}

function said(raw) {
  if (typeof raw !== "object") return printed(String(raw));
  const { value, comparator = "", interpretation, reference_range: range } = raw;
  const number = value === undefined || value === null ? [] : [`${comparator}${value} ${unit(raw.unit ?? "")}`];
  const words = interpretation ? [reported(interpretation)] : [];
  const ends = range ? [`(${t("range")} ${range.low ?? ""} ${t("to")} ${range.high ?? ""} ${unit(range.unit ?? raw.unit ?? "")})`] : [];
  return [list([...number, ...words], t("and")), ...ends].join(" ").trim();
}

const printed = (text) => text.replace(/^(\D*[\d.]+)\s+(\S+)$/, (_, number, code) => `${number} ${unit(code)}`);
