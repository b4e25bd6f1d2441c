"""FHIR Bulk Data exports of patients who do not exist, the same for the same figures: python -m tests.support.exports."""

import json
import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

LOINC = "http://loinc.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
TESTS: dict[str, tuple[str, str, float, float, float]] = {
    "2276-4": ("Ferritin", "ng/mL", 60, 800, 15000),
    "777-3": ("Platelets", "10*3/uL", 220, 420, 90),
    "1920-8": ("AST", "U/L", 25, 45, 180),
    "2571-8": ("Triglycerides", "mg/dL", 80, 150, 320),
    "3255-7": ("Fibrinogen", "mg/dL", 280, 450, 140),
    "30341-2": ("ESR", "mm/h", 8, 70, 15),
    "1988-5": ("CRP", "mg/L", 3, 120, 90),
    "718-7": ("Hemoglobin", "g/dL", 12, 10, 8),
    "6690-2": ("Leukocytes", "10*3/uL", 8, 18, 3),
    "1742-6": ("ALT", "U/L", 20, 40, 150),
    "8310-5": ("Body temperature", "Cel", 36.8, 38.8, 39.4),
    "2951-2": ("Sodium", "mmol/L", 138, 137, 132),
    "2823-3": ("Potassium", "mmol/L", 4.1, 4.0, 3.8),
    "2160-0": ("Creatinine", "mg/dL", 0.5, 0.5, 0.6),
    "1975-2": ("Bilirubin", "mg/dL", 0.5, 0.5, 1.5),
    "2532-0": ("LDH", "U/L", 210, 300, 900),
}
"""By LOINC code: name, unit, and a usual number in health, in active disease and in MAS."""
DRUGS = ("Methotrexate 10 mg", "Prednisolone 5 mg", "Naproxen 250 mg", "Anakinra 100 mg", "Tocilizumab 162 mg")
FILES = ("Patient", "Condition", "Medication", "MedicationRequest", "Observation", "DiagnosticReport", "Encounter")
FIRST = date(2026, 1, 5)
DAYS_OF_A_PATIENT = 3


def resources(number: int) -> Iterator[dict[str, Any]]:
    """Yield what is exported of one patient: 48 Observations of 3 days, and what stands around them."""
    chance = random.Random(number)
    name, state = f"p{number:07d}", chance.choices((0, 1, 2), (6, 3, 1))[0]
    subject = {"reference": f"Patient/{name}"}
    born = FIRST - timedelta(days=chance.randrange(400, 6000))
    yield {"resourceType": "Patient", "id": name, "birthDate": str(born), "gender": chance.choice(("male", "female"))}
    if chance.random() < 0.9:
        yield {
            "resourceType": "Condition",
            "id": f"c{number}",
            "subject": subject,
            "clinicalStatus": {"coding": [{"code": "active"}]},
            "verificationStatus": {"coding": [{"code": "confirmed"}]},
            "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M08.2"}]},
            "recordedDate": str(FIRST - timedelta(days=chance.randrange(0, 300))),
        }
    begins = FIRST + timedelta(days=chance.randrange(0, 300))
    for at, drug in enumerate(chance.sample(range(len(DRUGS)), 2)):
        yield {
            "resourceType": "MedicationRequest",
            "id": f"m{number}-{at}",
            "status": "active",
            "intent": "order",
            "subject": subject,
            "authoredOn": str(begins + timedelta(days=chance.randrange(0, 3))),
            "medicationReference": {"reference": f"Medication/d{drug}"},
        }
    for day in range(DAYS_OF_A_PATIENT):
        yield from _results(chance, number, subject, begins + timedelta(days=day), state if day else 0)


def _results(
    chance: random.Random, number: int, subject: dict[str, str], day: date, state: int
) -> Iterator[dict[str, Any]]:
    encounter = {"reference": f"Encounter/e{number}-{day}"}
    yield {"resourceType": "Encounter", "id": f"e{number}-{day}", "status": "finished", "subject": subject}
    time = f"{day}T07:{chance.randrange(10, 60)}:00+01:00"
    named = []
    for code, (label, unit, *usual) in TESTS.items():
        named.append(f"o{number}-{day}-{code}")
        yield {
            "resourceType": "Observation",
            "id": named[-1],
            "meta": {
                "versionId": "1",
                "lastUpdated": f"{day}T09:00:00.000+01:00",
                "profile": ["http://hl7.org/fhir/us"],
            },
            "status": "final",
            "category": [{"coding": [{"system": CATEGORY, "code": "laboratory", "display": "Laboratory"}]}],
            "code": {"coding": [{"system": LOINC, "code": code, "display": label}], "text": label},
            "subject": subject,
            "encounter": encounter,
            "effectiveDateTime": time,
            "issued": f"{day}T09:00:00.000+01:00",
            "valueQuantity": {
                "value": round(usual[state] * chance.uniform(0.85, 1.15), 1),
                "unit": unit,
                "system": "http://unitsofmeasure.org",
                "code": unit,
            },
        }
    yield {
        "resourceType": "DiagnosticReport",
        "id": f"r{number}-{day}",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "11502-2"}]},
        "subject": subject,
        "effectiveDateTime": time,
        "result": [{"reference": f"Observation/{name}"} for name in named],
    }


def write_export(folder: Path, patients: int) -> Path:
    """Write an export of some patients, a file for each type, and the manifest beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        files = {
            kind: stack.enter_context((folder / f"{kind}.000.ndjson").open("w", encoding="utf-8")) for kind in FILES
        }
        for at, drug in enumerate(DRUGS):
            medication = {"resourceType": "Medication", "id": f"d{at}", "code": {"text": drug}}
            files["Medication"].write(json.dumps(medication) + "\n")
        for number in range(patients):
            for resource in resources(number):
                files[resource["resourceType"]].write(json.dumps(resource) + "\n")
    (folder / "manifest.json").write_text('{"transactionTime": "2026-11-23T00:00:00Z", "output": []}', encoding="utf-8")
    return folder


if __name__ == "__main__":
    write_export(Path(sys.argv[1]), int(sys.argv[2]))
