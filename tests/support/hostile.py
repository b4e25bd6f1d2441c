"""Values that nobody should send, and records that have every place in which somebody may put one."""

import copy
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.support.records import (
    AST,
    FERRITIN,
    FIBRINOGEN,
    LATER,
    LOINC,
    PLATELETS,
    REPORT,
    TEMPERATURE,
    TIME,
    UCUM,
    bundle,
    condition,
    drug,
    met_panel,
    observation,
    parameters,
    patient,
)

Path = tuple[Any, ...]

VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "false": False,
    "an empty text": "",
    "blanks": "   ",
    "an empty list": [],
    "an empty object": {},
    "a list of lists": [[[]]],
    "a list of null": [None],
    "a list of everything": [None, 7, "x", {"a": []}, [True]],
    "an object of nothing": {"": None},
    "an object of wrong types": {"coding": 7, "value": [], "reference": {}, "system": 1, "code": True, "text": ["x"]},
    "an object of lists": {"coding": [[]], "extension": ["x"], "reference": ["Patient/p1"], "low": [], "high": [1]},
    "a Bundle": {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Bundle"}}]},
    "a type of wrong type": {"resourceType": ["Observation"]},
    "a resource": {"resourceType": "Observation", "code": {"coding": [{"system": LOINC, "code": FERRITIN}]}},
    "minus one": Decimal(-1),
    "a huge whole number": 10**99,
    "a larger one": 10**4000,
    "a huge exponent": Decimal("1e999999"),
    "a tiny exponent": Decimal("1e-999999"),
    "minus a huge exponent": Decimal("-1e999999"),
    "zero with an exponent": Decimal("0e999999"),
    "many digits": Decimal("1." + "3" * 2000),
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "a number as text": "1e999999999",
    "digits of another script": "٣٤٥",
    "a number with a sign": "+-5",
    "comparators": "<><=>=",
    "the year 9999": "9999-12-31",
    "the last moment": "9999-12-31T23:59:59.999999999-14:00",
    "the first moment": "0001-01-01T00:00:00+14:00",
    "the year 0": "0000-00-00",
    "a zero of a system": "1970-01-01T00:00:00Z",
    "a zero in another offset": "1969-12-31T19:00:00-05:00",
    "a leap second": "2026-11-22T23:59:60+14:00",
    "midnight at the end": "2026-12-31T24:00:00Z",
    "a day that is none": "2026-02-30",
    "an offset that is none": "2026-11-22T07:45:00+99:99",
    "a time of the future": "2062-11-22T07:45:00Z",
    "a long text": "x" * 5000,
    "long blanks": "1" + " " * 5000 + "x",
    "a long number": "9" * 5000,
    "combining marks": "a" + "\u0315" * 100 + "\u0316" * 100,
    "control characters": "\x00\x07\x1b[31m\r\n\u2028",
    "a lone surrogate": "\ud800",
    "direction marks": "\u202e\ufeff\u200b",
    "a template": "{{context.patientId}}${7*7}<script>",
    "not done": "QNS",
    "a fragment": "#",
    "slashes": "////",
}
assert len(VALUES) >= 45

CODED = {"coding": [{"system": LOINC, "code": FERRITIN, "display": "Ferritin"}], "text": "Ferritin"}
RICH_RESULT = observation(
    FERRITIN,
    id="rich",
    code=CODED,
    meta={"lastUpdated": LATER, "versionId": "2"},
    effectiveDateTime=None,
    effectivePeriod={"start": TIME, "end": LATER},
    issued="2026-11-22T10:00:00Z",
    category=[{"coding": [{"code": "laboratory"}]}],
    valueQuantity={"value": Decimal(12500), "comparator": ">", "unit": "ng/mL", "code": "ng/mL", "system": UCUM},
    interpretation=[{"coding": [{"code": "H"}], "text": "High"}],
    specimen={"reference": "#s", "display": "Serum"},
    contained=[{"resourceType": "Specimen", "id": "s", "type": {"coding": [{"code": "SER"}], "text": "Serum"}}],
    note=[{"text": "seen"}],
    referenceRange=[
        {
            "low": {"value": Decimal(7), "unit": "ng/mL"},
            "high": {"value": Decimal(140), "unit": "ng/mL", "code": "ng/mL", "system": UCUM},
            "type": {"coding": [{"code": "normal"}], "text": "Normal"},
            "appliesTo": [{"coding": [{"code": "248153007"}], "text": "male"}],
            "age": {"low": {"value": Decimal(1), "unit": "a"}, "high": {"value": Decimal(18), "code": "a"}},
            "text": "7-140 ng/mL",
        }
    ],
)
PANEL = observation(
    "24360-0",
    hasMember=[{"reference": "Observation/o-777-3"}],
    component=[
        {
            "code": {"coding": [{"system": LOINC, "code": AST}]},
            "valueQuantity": {"value": Decimal(140), "unit": "U/L"},
            "interpretation": [{"text": "H"}],
            "referenceRange": [{"high": {"value": Decimal(40), "unit": "U/L"}}],
        },
        {"code": {"coding": [{"system": LOINC, "code": FIBRINOGEN}]}, "valueString": "1.4 g/L"},
    ],
)
WORDED = observation(PLATELETS, valueCodeableConcept={"coding": [{"code": "L", "display": "Low"}], "text": "95 10*9/L"})
RECORDS: dict[str, Any] = {
    "results": bundle(
        patient() | {"gender": "male", "deceasedDateTime": LATER},
        condition(onsetDateTime=TIME, abatementDateTime=None, recordedDate="2026-11-01"),
        RICH_RESULT,
        PANEL,
        WORDED,
        observation(TEMPERATURE, 39, "Cel", effectiveDateTime=None, effectiveInstant=TIME),
        link=[{"relation": "self", "url": "x"}],
        total=Decimal(6),
    ),
    "drugs": bundle(
        patient(),
        *met_panel()[:1],
        drug(
            medicationCodeableConcept=None,
            contained=[{"resourceType": "Medication", "id": "m", "code": {"text": "Actemra"}}],
            medicationReference={"reference": "#m"},
            dosageInstruction=[{"timing": {"repeat": {"boundsPeriod": {"start": TIME, "end": "2026-11-01"}}}}],
        ),
        drug("MedicationStatement", effectivePeriod={"start": "2026-10-01", "end": LATER}),
        drug("MedicationAdministration", effectiveDateTime=TIME),
        {
            "resourceType": "Medication",
            "id": "x",
            "ingredient": [{"itemCodeableConcept": {"text": "anakinra"}, "itemReference": {"reference": "#y"}}],
        },
    ),
    "a report": REPORT
    | {
        "contained": [observation(FERRITIN, 12500, "ng/mL", id="f", effectiveDateTime=None)],
        "result": [{"reference": "#f"}],
        "issued": LATER,
        "effectivePeriod": {"start": TIME, "end": LATER},
        "specimen": [{"reference": "Specimen/s"}],
    },
    "a history": bundle(
        observation(FERRITIN, 12500, "ng/mL", meta={"lastUpdated": LATER, "versionId": "2"}),
        observation(FERRITIN, 9000, "ng/mL", meta={"lastUpdated": TIME, "versionId": "1"}),
        kind="history",
    )
    | {"total": Decimal(2)},
    "parameters": parameters(
        {"name": "observations", "resource": bundle(*met_panel()[:2])},
        {"name": "asOf", "valueDateTime": "2026-11-23"},
        {"name": "condition", "valueCodeableConcept": {"coding": [{"system": "icd-10", "code": "M08.2"}]}},
        {"name": "findings", "part": [{"name": "fever", "valueBoolean": True}]},
        {"name": "medications", "valueString": "anakinra"},
        {"name": "criteria", "valueCode": "hscore"},
        {"name": "subject", "valueReference": {"reference": "Patient/p1"}},
    ),
}


def places(document: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path to every member and entry of a document."""
    pairs: Any = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in pairs:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def placed(document: Any, path: Path, value: Any) -> Any:
    """Return the document with a value put in a place; only what leads there is copied."""
    if not path:
        return copy.deepcopy(value)
    made = copy.copy(document)
    made[path[0]] = placed(document[path[0]], path[1:], value)
    return made
