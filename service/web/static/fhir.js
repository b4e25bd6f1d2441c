// The answer of the FHIR operation: a RiskAssessment, or an OperationOutcome where the resource could not be used.

import { el, find } from "./dom.js";
import { json } from "./copy.js";

const textOf = (concept) => concept?.text ?? concept?.coding?.map((one) => one.display ?? one.code).join(", ") ?? "";

export function showFhir(resource) {
  const refused = resource.resourceType === "OperationOutcome";
  const title = refused ? "The resource could not be used" : "The FHIR answer";
  find("#answer-title").textContent = title;
  find("#result").replaceChildren(
    el("article", { class: `headline ${refused ? "probable" : ""}` }, refused ? issues(resource) : predictions(resource)),
    el("section", {}, el("details", { open: refused }, el("summary", {}, `${resource.resourceType} (JSON)`), el("textarea", { readonly: true, rows: "16", "aria-label": "Answer as JSON" }, json(resource)))));
  return `${title}. ${find("#result p")?.textContent ?? ""}`;
}

const issues = (outcome) => el("ul", {}, (outcome.issue ?? []).map((one) =>
  el("li", {}, el("b", {}, one.severity), ": ", textOf(one.details) || one.diagnostics || one.code, one.expression && el("code", {}, ` ${one.expression.join(", ")}`))));

function predictions(assessment) {
  return [
    (assessment.prediction ?? []).map((one) => [
      el("p", { class: "category" }, textOf(one.outcome)),
      textOf(one.qualitativeRisk) && el("p", {}, textOf(one.qualitativeRisk)),
      one.rationale && el("p", { class: "summary" }, one.rationale)]),
    assessment.mitigation && el("p", {}, assessment.mitigation),
    (assessment.note ?? []).map((one) => el("p", {}, one.text)),
  ];
}
