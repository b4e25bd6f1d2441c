"""An assessment as a FHIR RiskAssessment: the category, the set that led, the Observations used, and every reason."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from service.clinical.assessment.assess import DISCLAIMER, Assessment
from service.clinical.assessment.summary import LABELS
from service.clinical.assessment.warnings import Oddity
from service.clinical.measurement.analytes import ANALYTES
from service.ehr.fhir.answer.breakdown import result_observation
from service.ehr.fhir.answer.clinician_words import in_words
from service.ehr.fhir.answer.fixed_parts import MESSAGES, FixedParts
from service.ehr.fhir.answer.outcome import outcome
from service.ehr.fhir.contents.json_shapes import Resource
from service.ehr.fhir.definitions.vocabulary import LOINC_ADDRESS, SERVICE_NAME, VERSION
from service.ehr.fhir.record import FhirRecord
from service.ehr.issues import Issue
from service.server.messages.strict_json import written

SERVICE = "service"
SUGGESTIONS_SHOWN = 5
NO_LEADING_SET = "No leading criteria set: the underlying condition is not known"


DEVICE = written(
    {
        "resourceType": "Device",
        "id": SERVICE,
        "deviceName": [{"name": SERVICE_NAME, "type": "model-name"}],
        "version": [{"value": VERSION}],
    }
)


def risk_assessment(record: FhirRecord, assessment: Assessment, parts: FixedParts) -> Resource:
    """Return the RiskAssessment; it holds no probability, since these are classification criteria."""
    classification = assessment.classification
    told = [*record.issues, *(_from_oddity(oddity) for oddity in assessment.warnings)]
    subject, moment = written(record.subject.reference), record.moment.text
    breakdown = [result_observation(result, parts, subject, moment) for result in assessment.results]
    pointers = [parts.pointers[result.criteria.id] for result in assessment.results]
    shown: Resource = {
        "resourceType": "RiskAssessment",
        "contained": [DEVICE, *breakdown, *([_messages(told, parts.vocabulary.issue)] if told else [])],
        "extension": [*pointers, *([parts.to_messages] if told else [])],
        "status": "preliminary" if classification.category == "indeterminate" else "final",
        "method": parts.criteria[classification.primary] if classification.primary else {"text": NO_LEADING_SET},
        "subject": subject,
    }
    if moment:
        shown["occurrenceDateTime"] = moment
    if record.condition:
        shown["condition"] = record.condition
    shown["performer"] = {"reference": f"#{SERVICE}"}
    basis = [_reference(*used) for used in record.basis]
    if basis:
        shown["basis"] = basis
    prediction = _prediction(parts.risks[classification.category], _rationale(assessment))
    return shown | {"prediction": [prediction], "note": [{"text": note} for note in _notes(assessment)]}


def _reference(observation: str, source: str) -> Resource:
    """Return a reference to an Observation that was used, or at least the name of its test."""
    shown = {"display": ANALYTES[observation].label}
    return {"reference": source} | shown if source else shown


def _messages(told: Iterable[Issue], system: str) -> Resource:
    found = outcome(told, system)
    return {"resourceType": found["resourceType"], "id": MESSAGES, "issue": found["issue"]}


def _prediction(risk: msgspec.Raw, rationale: str) -> Resource:
    return {
        "outcome": {"text": "Macrophage activation syndrome"},
        "qualitativeRisk": risk,
        "rationale": rationale,
    }


def _rationale(assessment: Assessment) -> str:
    """Return the summary and the items of the first set that it rests on, each with its reason.

    The items are not worked out for a set that the caller did not ask for: then it is said what the category rests on.
    """
    text = assessment.summary
    for result in assessment.classification.basis[:1]:
        short = result.criteria.short
        if result.items:
            reasons = "; ".join([f"{item.label}: {item.reason}" for item in result.items])
            text += f" {short}: {reasons}."
        else:
            text += f" This rests on the {short}; their items are left out, since other sets were asked for."
    return in_words(text)


def _notes(assessment: Assessment) -> Iterable[str]:
    yield DISCLAIMER
    for caution in assessment.cautions:
        yield in_words(caution.message)
    named = [
        f"{LABELS[suggestion.observation]} (LOINC {suggestion.loinc})"
        for suggestion in assessment.suggestions
        if suggestion.loinc
    ]
    if named:
        shown = ", ".join(named[:SUGGESTIONS_SHOWN])
        yield f"Tests to do next, those that could decide first: {shown}."


def _from_oddity(oddity: Oddity) -> Issue:
    if oddity.code.startswith("medication_"):  # it stands in a resource, not among the results
        return Issue(oddity.code, in_words(oddity.remark), oddity.where)
    return Issue(oddity.code, in_words(oddity.remark))


def loinc_coding(code: str) -> Resource:
    """Return a coding of LOINC."""
    return {"system": LOINC_ADDRESS, "code": code}
