"""The code systems and extensions of our own, each with one address that stays the same wherever the service runs."""

from __future__ import annotations

from service import __version__
from service.ehr.fhir.contents.json_shapes import Resource

ROOT = "https://mas-risk.example/fhir"  # a reserved name: these addresses identify, they are not fetched
CATEGORY = f"{ROOT}/CodeSystem/category"
CRITERIA = f"{ROOT}/CodeSystem/criteria"
ITEM = f"{ROOT}/CodeSystem/item"
VERDICT = f"{ROOT}/CodeSystem/verdict"
APPLICABILITY = f"{ROOT}/CodeSystem/applicability"
ISSUE = f"{ROOT}/CodeSystem/issue"
TOPIC = f"{ROOT}/CodeSystem/topic"
OVERRIDE = f"{ROOT}/CodeSystem/override-reason"
RESULT_EXTENSION = f"{ROOT}/StructureDefinition/criteria-result"
MESSAGE_EXTENSION = f"{ROOT}/StructureDefinition/evaluation-message"
OPERATION = f"{ROOT}/OperationDefinition/evaluate-mas"
PUBLISHED = "2026-11-23"
SERVICE_NAME = "mas-risk-service"
VERSION = __version__
LOINC_ADDRESS = "http://loinc.org"

CATEGORIES = {
    "likely": "MAS likely",
    "probable": "MAS probable",
    "possible": "MAS possible",
    "indeterminate": "Not decided",
    "unlikely": "MAS unlikely",
}
COUNTED = "counted"
VERDICTS = {
    "met": "Met",
    "not_met": "Not met",
    "unknown": "Unknown",
    "indeterminate": "Not decided",
    COUNTED: "Counted in the score",
}


def concept(system: str, code: str, display: str = "", text: str = "") -> Resource:
    """Return a CodeableConcept of one code of our own."""
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]} | ({"text": text} if text else {})
