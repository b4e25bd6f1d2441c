"""Bodies that once stopped the service: what each of them was, where it goes, and how often it is sent at once."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from service.server.messages.strict_json import dumps
from tests.contract.fhir.test_linear import SHAPES
from tests.support.messages import message, obx
from tests.support.records import FERRITIN, LOINC, bundle, call, observation

JSON, BATCH, COURSE = "/v1/assessments", "/v1/assessments/batch", "/v1/trajectories"
FHIR, FORM, CDS, HL7V2 = "/fhir/$evaluate-mas", "/v1/records", "/cds-services/mas-criteria", "/hl7v2"
KINDS = {BATCH: "application/x-ndjson", HL7V2: "application/hl7-v2"}
MARKS = "a" + "\u0315" * 75_000 + "\u0316" * 75_000
BLANKS = "1" + " " * 32_000 + "x"
BEYOND = ("1e1000000000000000000", "0e99999999999999999999")


class Attack(NamedTuple):
    """One body, and how many of it are sent at once."""

    path: str
    body: bytes
    times: int = 4

    @property
    def kind(self) -> str:
        """The media type of the body."""
        return KINDS.get(self.path, "application/json")


def of_unit(unit: str, **more: Any) -> bytes:
    """A panel with one ferritin in a unit."""
    return json.dumps({"observations": {"ferritin": {"value": 905, "unit": unit} | more}}).encode()


def of_record(**more: Any) -> bytes:
    """A record with one ferritin."""
    return bytes(dumps(bundle(observation(FERRITIN, id="f", **more))))


def of_products(parts: int, specimens: int, contained: int) -> bytes:
    """Components, specimens and contained resources that a careless reader would multiply: none has what is asked."""
    return of_record(
        component=[{"code": {"coding": [{"system": LOINC, "code": FERRITIN}]}}] * parts,
        specimen=[{"reference": "#z"}] * specimens,
        contained=[{}] * contained,
    )


def of_drugs(panels: int, drugs: int) -> bytes:
    """A course in which every panel has every drug."""
    days = [f"{2003 + at // 336}-{at // 28 % 12 + 1:02}-{at % 28 + 1:02}" for at in range(panels)]
    return json.dumps(
        {
            "panels": [{"collected_at": day, "observations": {"ferritin": "905 ug/L"}} for day in days],
            "treatments": [{"name": f"drug {at} {'x' * 180}", "given_at": "2002-05-05"} for at in range(drugs)],
        }
    ).encode()


def of_number(path: str, number: str) -> bytes:
    """A body of an address with a number in it that no computer can write out."""
    panel = f'{{"observations":{{"ferritin":{{"value":{number},"unit":"ug/L"}}}}}}'
    if path == COURSE:
        return f'{{"panels":[{{"collected_at":"2026-11-22",{panel[1:]}]}}'.encode()
    return panel.encode()


_TIMED = {"collected_at": "2026-11-22"}
ATTACKS: dict[str, Attack] = {
    "marks in a unit": Attack(JSON, of_unit(MARKS)),
    "marks in the unit of a range": Attack(JSON, of_unit("ug/L", reference_range={"low": 1, "high": 9, "unit": MARKS})),
    "marks in a text": Attack(JSON, json.dumps({"observations": {"ferritin": f"905 {MARKS}"}}).encode()),
    "marks in lines": Attack(BATCH, (of_unit(MARKS[70_000:80_000]) + b"\n") * 8),
    "marks in a course": Attack(COURSE, json.dumps({"panels": [_TIMED | json.loads(of_unit(MARKS))]}).encode()),
    "marks in a record": Attack(FHIR, of_record(valueQuantity={"value": 905, "unit": MARKS})),
    "marks in the range of a record": Attack(
        FHIR,
        of_record(valueQuantity={"value": 905, "unit": "ug/L"}, referenceRange=[{"high": {"value": 9, "unit": MARKS}}]),
    ),
    "marks in a form": Attack(FORM, of_record(valueQuantity={"value": 905, "unit": MARKS})),
    "marks in a call": Attack(CDS, dumps(call({"labs": bundle(observation(FERRITIN, 905, MARKS))}))),
    "marks in a message": Attack(HL7V2, message(obx("905", MARKS)).encode()),
    "blanks in a text": Attack(FHIR, of_record(valueString=BLANKS)),
    "blanks in a number": Attack(FHIR, of_record(valueQuantity={"value": BLANKS, "unit": "ug/L"})),
    "blanks in a message": Attack(HL7V2, message(obx(BLANKS, kind="ST")).encode()),
    "three lists": Attack(FHIR, of_products(64, 256, 1280)),
    "three longer lists": Attack(FHIR, of_products(200, 800, 4000), 20),
    "a course of many drugs": Attack(COURSE, of_drugs(1000, 200)),
    **{
        f"{name} beyond measure in {path}": Attack(path, of_number(path, number))
        for name, number in zip(("a number", "a nought"), BEYOND, strict=True)
        for path in (JSON, BATCH, COURSE)
    },
    **{
        f"{name} beyond measure in {path}": Attack(path, document.replace(b"905", number.encode()))
        for name, number in zip(("a number", "a nought"), BEYOND, strict=True)
        for path, document in (
            (FHIR, of_record(valueQuantity={"value": 905, "unit": "ug/L"})),
            (CDS, dumps(call({"labs": bundle(observation(FERRITIN, 905, "ug/L"))}))),
        )
    },
    **{
        shape.__qualname__.replace(".<locals>.made", "").replace("_", " "): Attack(FHIR, dumps(shape(400_000)), 2)
        for shape in SHAPES
    },
}
