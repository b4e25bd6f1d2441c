"""Resources as tests need them: small, complete, and all about one patient."""

from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient

from service.server.messages.strict_json import dumps, loads

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
TIME = "2026-11-22T07:45:00Z"
EARLIER, LATER = "2026-11-21T07:45:00Z", "2026-11-22T09:00:00+01:00"
FERRITIN, PLATELETS, AST, TRIGLYCERIDES, FIBRINOGEN, TEMPERATURE = (
    *("2276-4", "777-3", "1920-8", "2571-8", "3255-7"),
    "8310-5",
)
REPORT = {
    "resourceType": "DiagnosticReport",
    "status": "final",
    "effectiveDateTime": LATER,
    "subject": {"reference": "Patient/p1"},
}


def observation(code: str, value: Any = None, unit: str | None = None, /, **more: Any) -> dict[str, Any]:
    """Return an Observation; ``more`` replaces or adds members, None removes one."""
    made: dict[str, Any] = {
        "resourceType": "Observation",
        "id": f"o-{code}",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": TIME,
    }
    if value is not None:
        made["valueQuantity"] = {"value": Decimal(str(value))} | ({"unit": unit} if unit else {})
    made |= more
    return {key: value for key, value in made.items() if value is not None}


def condition(code: str = "M08.2", system: str = "http://hl7.org/fhir/sid/icd-10-cm", /, **more: Any) -> dict[str, Any]:
    made = {
        "resourceType": "Condition",
        "id": "c1",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "code": {"coding": [{"system": system, "code": code}]},
        "subject": {"reference": "Patient/p1"},
    }
    return made | more


def patient(born: str | None = "2014-03-01", name: str = "p1") -> dict[str, Any]:
    return {"resourceType": "Patient", "id": name} | ({"birthDate": born} if born else {})


def bundle(*resources: Any, kind: str = "searchset", **more: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": resource} for resource in resources]} | more


def drug(kind: str = "MedicationRequest", concept: Any = None, **more: Any) -> dict[str, Any]:
    named = {"medicationCodeableConcept": concept or {"text": "Tocilizumab 162 mg/0.9 mL"}}
    return {"resourceType": kind, "status": "active", "subject": {"reference": "Patient/p1"}} | named | more


def parameters(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Parameters", "parameter": list(entries)}


def without(resource: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if key not in names}


def met_panel() -> list[dict[str, Any]]:
    """Return results that meet the 2016 criteria."""
    return [
        observation(FERRITIN, 12500, "ng/mL"),
        observation(PLATELETS, 95, "10*9/L"),
        observation(AST, 140, "U/L"),
        observation(FIBRINOGEN, 140, "mg/dL"),
        observation(TEMPERATURE, 39, "Cel"),
    ]


ALL_OF_MET = {"ferritin", "platelets", "ast", "fibrinogen", "temperature"}


def calm_panel() -> list[dict[str, Any]]:
    """Return results that meet none of the criteria sets of sJIA."""
    return [
        observation(FERRITIN, 60, "ng/mL"),
        observation(PLATELETS, 320, "10*9/L"),
        observation(AST, 20, "U/L"),
        observation(TRIGLYCERIDES, 80, "mg/dL"),
        observation(FIBRINOGEN, 420, "mg/dL"),
        observation(TEMPERATURE, "36.5", "Cel"),
        observation("718-7", 13, "g/dL"),
        observation("6690-2", 9, "10*9/L"),
        observation("751-8", 5, "10*9/L"),
        observation("2532-0", 150, "U/L"),
    ]


def call(prefetch: Any, /, **more: Any) -> dict[str, Any]:
    """Return the body of a CDS Hooks call."""
    made = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "p1"},
        "prefetch": prefetch,
    }
    return {key: value for key, value in (made | more).items() if value is not None}


def send(client: FlaskClient, path: str, document: Any, **headers: str) -> tuple[int, Any, Any]:
    """Post a document as JSON; return status, body and headers."""
    kind = "application/fhir+json" if path.startswith("/fhir") else "application/json"
    answer = client.post(path, data=dumps(document), content_type=kind, headers=headers)
    return answer.status_code, loads(answer.data), answer.headers


def evaluated(client: FlaskClient, document: Any) -> Any:
    """Return the RiskAssessment of a record."""
    status, body, _ = send(client, "/fhir/$evaluate-mas", document)
    assert status == 200, body
    assert body["resourceType"] == "RiskAssessment"
    return body


def carded(client: FlaskClient, prefetch: Any, **more: Any) -> list[Any]:
    """Return the cards of a call."""
    status, body, _ = send(client, "/cds-services/mas-criteria", call(prefetch, **more))
    assert status == 200, body
    return list(body["cards"])


def category(answer: Any) -> str:
    return str(answer["prediction"][0]["qualitativeRisk"]["coding"][0]["code"])


def issue_keys(answer: Any) -> list[str]:
    """Return the keys of what was not used, in order."""
    found = [resource for resource in answer["contained"] if resource["resourceType"] == "OperationOutcome"]
    return [issue["details"]["coding"][0]["code"] for outcome in found for issue in outcome["issue"]]


def component(answer: Any, criteria: str, key: str) -> Any:
    """Return one component of a contained criteria set."""
    whole = next(resource for resource in answer["contained"] if resource["id"] == criteria)
    return next(component for component in whole["component"] if component["code"]["coding"][0]["code"] == key)
