"""An invented child with systemic JIA and MAS, as an EHR holds it."""

from __future__ import annotations

from typing import Any

from tests.support.smart_server import PATIENT, Ehr

NAME = "Xaver Zebra"
BORN = "2016-04-02"
DAY = "2026-11-20T08:30:00Z"
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
LABS = [("2276-4", 12500, "ng/mL"), ("777-3", 95, "10*9/L"), ("1920-8", 140, "U/L")]


def result(code: str, value: float, unit: str, kind: str = "laboratory", patient: str = PATIENT) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"o{code}",
        "status": "final",
        "category": [{"coding": [{"code": kind}]}],
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": DAY,
        "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit},
    }


def observations(query: dict[str, str]) -> list[dict[str, Any]]:
    """Return what the codes of a query ask for."""
    held = [*(result(*lab) for lab in LABS), result("8310-5", 39.2, "Cel", "vital-signs")]
    return [one for one in held if one["code"]["coding"][0]["code"] in query["code"].split(",")]


def conditions(_: dict[str, str]) -> list[dict[str, Any]]:
    coding = {"system": "http://hl7.org/fhir/sid/icd-10", "code": "M08.2"}
    return [
        {
            "resourceType": "Condition",
            "id": "c1",
            "subject": {"reference": f"Patient/{PATIENT}"},
            "code": {"coding": [coding]},
        }
    ]


def ehr_of(redirect_uri: str) -> Ehr:
    """Return an EHR that holds the child, and at which a page is registered."""
    name = {"use": "official", "given": [NAME.split(maxsplit=1)[0]], "family": NAME.split()[1]}
    return Ehr(
        searches={"Observation": observations, "Condition": conditions},
        person={"birthDate": BORN, "name": [name]},
        redirect_uris={redirect_uri},
    )
