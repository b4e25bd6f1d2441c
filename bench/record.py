"""The full panel as an EHR sends it: a Bundle of 50 Observations, most of which are older or of no use here."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bench.panels import CONTEXT, FINDINGS, panel
from service.clinical.measurement.analytes import ANALYTES

RECORD, SAME = "FHIR Bundle of 50", "the same panel as JSON"
"""What the tables call the record, and the panel that it carries sent as JSON."""
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
DAYS = ("2026-11-22", "2026-11-21", "2026-11-20")
"""When blood was drawn, the newest first; what is repeated each day are the first ten observations, and these:"""
REPEATED = 10
NOT_USED = {
    "2951-2": ("Sodium", "138 mmol/L"),
    "2823-3": ("Potassium", "4.1 mmol/L"),
    "2075-0": ("Chloride", "102 mmol/L"),
    "2160-0": ("Creatinine", "0.5 mg/dL"),
    "3094-0": ("Urea nitrogen", "11 mg/dL"),
}


def carried() -> dict[str, Any]:
    """Return the full panel as far as a record can carry it: without what has no code there."""
    whole = panel()
    coded = {key: said for key, said in whole["observations"].items() if ANALYTES[key].loinc}
    return whole | {"patient": {"age_years": 10}, "observations": coded}


def record() -> dict[str, Any]:
    """Return the panel of ``carried`` as an EHR sends it: a Bundle of 50 Observations, and the findings beside it."""
    findings = [{"name": key, "valueBoolean": said} for key, said in FINDINGS.items()]
    bundle = {"name": "observations", "resource": _searchset([*_about(), *_observations()])}
    return {"resourceType": "Parameters", "parameter": [bundle, {"name": "findings", "part": findings}]}


def _searchset(resources: list[dict[str, Any]]) -> dict[str, Any]:
    root = "https://ehr.example/fhir"
    entries = [
        {
            "fullUrl": f"{root}/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
            "search": {"mode": _mode(resource)},
        }
        for resource in resources
    ]
    link = [{"relation": "self", "url": f"{root}/Observation?patient=p1&category=laboratory"}]
    return {"resourceType": "Bundle", "type": "searchset", "total": 50, "link": link, "entry": entries}


def _mode(resource: dict[str, Any]) -> str:
    return "match" if resource["resourceType"] == "Observation" else "include"


def _about() -> Iterator[dict[str, Any]]:
    """Yield who the patient is, with which diagnosis and drug."""
    yield {"resourceType": "Patient", "id": "p1", "birthDate": "2016-11-22"}
    yield {
        "resourceType": "Condition",
        "id": "c1",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M08.20"}]},
        "subject": {"reference": "Patient/p1"},
    }
    yield {
        "resourceType": "MedicationRequest",
        "id": "m1",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": CONTEXT["medications"][0]["name"]},
        "subject": {"reference": "Patient/p1"},
    }


def _observations() -> Iterator[dict[str, Any]]:
    sent = carried()["observations"]
    known = [(ANALYTES[key].loinc[0], ANALYTES[key].label, _text(said)) for key, said in sent.items()]
    others = [(code, *said) for code, said in NOT_USED.items()]
    for day in DAYS:
        drawn = known if day == DAYS[0] else known[:REPEATED]
        for at, (code, label, text) in enumerate([*drawn, *others]):
            yield _observation(code, label, text, day, at)


def _text(said: Any) -> str:
    return said if isinstance(said, str) else f"{said['value']} {said['unit']}"


def _observation(code: str, label: str, text: str, day: str, at: int) -> dict[str, Any]:
    """Return one result of a day; each was stored at a time of its own."""
    value, _, unit = text.partition(" ")
    return {
        "resourceType": "Observation",
        "id": f"o-{code}-{day}",
        "meta": {"versionId": "1", "lastUpdated": f"{day}T08:12:{at:02}.211Z"},
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "laboratory"}]}],
        "code": {"coding": [{"system": LOINC, "code": code, "display": label}], "text": label},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": f"{day}T07:45:00+01:00",
        "issued": f"{day}T09:11:00+01:00",
        "valueQuantity": {"value": Decimal(value), "unit": unit, "system": UCUM, "code": unit},
    }
