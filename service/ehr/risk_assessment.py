"""An assessment as a FHIR RiskAssessment: the category, the set that led, the Observations used, and every reason."""

from __future__ import annotations

from collections.abc import Iterable

from service.clinical.assess import DISCLAIMER, Assessment
from service.clinical.classify import Classification
from service.clinical.criteria import CATALOGUE
from service.clinical.notices import Oddity
from service.clinical.result import Result
from service.ehr.breakdown import result_observation
from service.ehr.issues import Issue
from service.ehr.json_shapes import Resource
from service.ehr.outcome import outcome
from service.ehr.record import Record
from service.ehr.vocabulary import (
    CATEGORIES,
    CATEGORY,
    CRITERIA,
    LOINC_ADDRESS,
    MESSAGE_EXTENSION,
    RESULT_EXTENSION,
    SERVICE_NAME,
    VERSION,
    concept,
)

SERVICE, MESSAGES = "service", "messages"
SUGGESTIONS_SHOWN = 5
NO_LEADING_SET = "No leading criteria set: the underlying condition is not known"


def risk_assessment(record: Record, assessment: Assessment) -> Resource:
    """Return the RiskAssessment; it holds no probability, since these are classification criteria."""
    classification = assessment.classification
    told = [*record.issues, *(_from_oddity(one) for one in assessment.warnings)]
    shown: Resource = {
        "resourceType": "RiskAssessment",
        "contained": [_device(), *_breakdown(record, assessment.results), *([_messages(told)] if told else [])],
        "extension": [*_pointers(assessment.results), *([_pointer(MESSAGE_EXTENSION, MESSAGES)] if told else [])],
        "status": "preliminary" if classification.category == "indeterminate" else "final",
        "method": _method(classification),
        "subject": record.subject.reference,
    }
    if record.moment.text:
        shown["occurrenceDateTime"] = record.moment.text
    if record.condition:
        shown["condition"] = record.condition
    shown["performer"] = {"reference": f"#{SERVICE}"}
    basis = [one for _, one in record.basis]
    if basis:
        shown["basis"] = basis
    return shown | {"prediction": [_prediction(assessment)], "note": [{"text": one} for one in _notes(assessment)]}


def _device() -> Resource:
    name = {"name": SERVICE_NAME, "type": "model-name"}
    return {"resourceType": "Device", "id": SERVICE, "deviceName": [name], "version": [{"value": VERSION}]}


def _breakdown(record: Record, results: Iterable[Result]) -> list[Resource]:
    return [result_observation(one, record.subject.reference, record.moment.text) for one in results]


def _messages(told: Iterable[Issue]) -> Resource:
    found = outcome(told)
    return {"resourceType": found["resourceType"], "id": MESSAGES, "issue": found["issue"]}


def _pointers(results: Iterable[Result]) -> list[Resource]:
    return [_pointer(RESULT_EXTENSION, one.criteria.id) for one in results]


def _pointer(address: str, key: str) -> Resource:
    return {"url": address, "valueReference": {"reference": f"#{key}"}}


def _method(classification: Classification) -> Resource:
    if classification.primary is None:
        return {"text": NO_LEADING_SET}
    criteria = CATALOGUE[classification.primary]
    shown = concept(CRITERIA, criteria.id, text=criteria.title)
    shown["coding"][0]["version"] = criteria.version
    return shown


def _prediction(assessment: Assessment) -> Resource:
    category = assessment.classification.category
    return {
        "outcome": {"text": "Macrophage activation syndrome"},
        "qualitativeRisk": concept(CATEGORY, category, CATEGORIES[category], CATEGORIES[category]),
        "rationale": rationale(assessment),
    }


def rationale(assessment: Assessment) -> str:
    """Return the summary and the items of the first set that it rests on, each with its reason."""
    parts = [assessment.summary]
    for result in assessment.classification.basis[:1]:
        items = "; ".join(f"{one.label}: {one.reason}" for one in result.items)
        parts.append(f"{result.criteria.short}: {items}.")
    return " ".join(parts)


def _notes(assessment: Assessment) -> Iterable[str]:
    yield DISCLAIMER
    for caution in assessment.cautions:
        yield caution.message
    named = [f"{one.observation} (LOINC {one.loinc})" for one in assessment.suggestions if one.loinc]
    if named:
        yield f"Missing tests, those that could decide first: {', '.join(named[:SUGGESTIONS_SHOWN])}."


def _from_oddity(one: Oddity) -> Issue:
    observation = one.where[1] if len(one.where) > 1 else ""
    return Issue(one.code, one.message, (), observation)


def loinc_coding(code: str) -> Resource:
    """Return a coding of LOINC."""
    return {"system": LOINC_ADDRESS, "code": code}
