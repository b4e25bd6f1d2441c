// The answer of the FHIR operation: a RiskAssessment, or an OperationOutcome where the resource could not be used.

import { el, find } from "./dom.js";
import { json } from "./copy.js";
import { readable } from "./words.js";

const textOf = (concept) => concept?.text ?? concept?.coding?.map((one) => one.display ?? one.code).join(", ") ?? "";

export function showFhir(resource) {
  const refused = resource.resourceType === "OperationOutcome";
  const title = refused ? "The resource could not be used" : "The FHIR answer";
  find("#answer-title").textContent = title;
  find("#result").replaceChildren(
    el("article", { class: `headline ${refused ? "probable" : ""}` }, refused ? issues(resource) : predictions(resource),
      el("p", { class: "hint" }, "This answers the pasted resource alone: what stands in the form is no part of it.")),
    ...setBySet(resource).filter(Boolean),
    el("section", {}, el("details", { open: refused }, el("summary", {}, `${resource.resourceType} (JSON)`), el("textarea", { readonly: true, rows: "16", "aria-label": "Answer as JSON" }, json(resource)))));
  return `${title}. ${find("#result p")?.textContent ?? ""}`;
}

const issues = (outcome) => el("ul", {}, (outcome.issue ?? []).map((one) =>
  el("li", {}, el("b", {}, one.severity), ": ", textOf(one.details) || one.diagnostics || one.code, one.expression && el("code", {}, ` ${one.expression.join(", ")}`))));

function predictions(assessment) {
  return [
    (assessment.prediction ?? []).map((one) => [
      el("p", { class: "category" }, `${textOf(one.outcome)}: ${textOf(one.qualitativeRisk)}`),
      one.rationale && el("p", { class: "summary" }, readable(one.rationale))]),
    (assessment.note ?? []).map((one) => el("p", {}, readable(one.text))),
  ];
}

// The contained Observations, one per criteria set, each with its verdict and that with words counted.
function setBySet({ contained = [] }) {
  const sets = contained.filter((one) => one.resourceType === "Observation");
  const told = contained.filter((one) => one.resourceType === "OperationOutcome");
  const implied = (one) => textOf((one.component ?? []).find((part) => part.code?.coding?.[0]?.code === "verdict_implied")?.valueCodeableConcept);
  const line = (one) => el("li", {}, el("b", {}, textOf(one.code)), `: ${textOf(one.valueCodeableConcept)}`, implied(one) !== textOf(one.valueCodeableConcept) && `; if words count: ${implied(one)}`);
  return [
    told.length > 0 && el("section", {}, el("h3", {}, "About what was sent"), told.map(issues)),
    sets.length > 0 && el("section", {}, el("h3", {}, "Set by set"), el("ul", {}, sets.map(line))),
  ];
}
