"""A FHIR Bundle and the ORU^R01 that carries the same results give the same answer."""

import random
from collections import Counter
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from service.clinical.assessment.assess import assess
from service.clinical.measurement.analytes import ANALYTES
from service.ehr.fhir.record import read_request
from service.ehr.hl7v2.message import read_message
from service.ehr.hl7v2.record import read_record
from service.ehr.record.record import Record
from service.ehr.terminology.code_file import load_codes
from tests.support.messages import HEADER, message, obx
from tests.support.records import bundle, condition, drug, patient

CODES = load_codes()
CHUNKS, IN_A_CHUNK = 4, 100
CODED = [analyte for analyte in ANALYTES.values() if analyte.loinc]
STATUSES = {"F": "final", "C": "corrected", "P": "preliminary", "D": "entered-in-error", "I": "registered"}
TIMES = {
    "20261122074500+0000": "2026-11-22T07:45:00+00:00",
    "20261122094500+0100": "2026-11-22T09:45:00+01:00",
    "20261121220000-0500": "2026-11-21T22:00:00-05:00",
    "20261120": "2026-11-20",
    "20261122081500": "2026-11-22T08:15:00",
    "20261001": "2026-10-01",
    "19700101": "1970-01-01",
    "99991231": "9999-12-31",
    "": None,
}
ABSENT = ("QNS", "pending", "siehe Befund", "-", "hemolyzed", "nicht bestimmt")
DRUGS = ("tocilizumab", "Actemra", "anakinra", "paracetamol", "IL-6 inhibitor", "biologic")


class Result(NamedTuple):
    """One result in both formats."""

    observation: dict[str, Any]
    segment: str


def a_result(draw: random.Random, at: int) -> Result:
    analyte = draw.choice(CODED)
    unit = draw.choice(list(analyte.table.units)) if draw.random() < 0.3 else analyte.canonical
    low, high = (Decimal(str(end)) for end in (analyte.soft.low, analyte.soft.high))
    number = (low + (high - low) * Decimal(draw.randint(0, 1000)) / 1000).quantize(Decimal("0.1"))
    time = draw.choice(list(TIMES)) if draw.random() < 0.4 else "20261122074500+0000"
    status = draw.choice(list(STATUSES)) if draw.random() < 0.3 else "F"
    codings, code = a_code(analyte.loinc[0], analyte.label, draw)
    more, fields = a_value(number, unit, draw)
    observation = {
        "resourceType": "Observation",
        "status": STATUSES[status],
        "code": codings,
        "subject": {"reference": "Patient/p1"},
        **({"effectiveDateTime": TIMES[time]} if TIMES[time] else {}),
        **more,
    }
    given = {"code": code, "at4": str(at), "at11": status, "at14": time} | fields
    return Result(observation, obx(given.pop("value"), given.pop("unit"), **given))


def a_code(loinc: str, name: str, draw: random.Random) -> tuple[dict[str, Any], str]:
    plain = name.replace("&", "and")
    kind = draw.random()
    if kind < 0.85:
        return {"coding": [{"system": "http://loinc.org", "code": loinc, "display": plain}]}, f"{loinc}^{plain}^LN"
    if kind < 0.9:
        return {"coding": [{"system": "L", "code": "X1", "display": plain}]}, f"X1^{plain}^L"
    if kind < 0.95:
        return {"coding": [{"system": "http://loinc.org", "code": "24373-3"}]}, "24373-3^^LN"
    return {"text": plain}, f"^{plain}"


def a_value(number: Decimal, unit: str, draw: random.Random) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a value as members of an Observation and as fields of an OBX, in one of nine forms."""
    form = draw.randrange(9)
    quantity = {"value": number, "unit": unit}
    sign, word, said = draw.choice(("<", "<=", ">", ">=")), draw.choice(("L", "LL", "H", "HH")), draw.choice(ABSENT)
    flag = {"interpretation": [{"coding": [{"code": word}]}]}
    ends = {"low": {"value": Decimal(10), "unit": unit}, "high": {"value": Decimal(200), "unit": unit}}
    forms: tuple[tuple[dict[str, Any], dict[str, str]], ...] = (
        ({"valueQuantity": quantity}, {"value": str(number), "unit": unit}),
        ({"valueQuantity": quantity | {"comparator": sign}}, {"value": f"{sign}^{number}", "unit": unit, "kind": "SN"}),
        ({"valueString": f"{sign}{number} {unit}"}, {"value": f"{sign}{number}", "unit": unit, "kind": "ST"}),
        ({"valueString": f"{number} {unit}"}, {"value": f"{number} {unit}", "unit": "", "kind": "TX"}),
        (flag, {"value": "", "unit": unit, "at8": word}),
        (
            {"valueQuantity": quantity, "referenceRange": [ends], **flag},
            {"value": str(number), "unit": unit, "at7": "10-200", "at8": word},
        ),
        ({"valueString": said}, {"value": said, "unit": unit, "kind": "ST"}),
        (
            {"valueCodeableConcept": {"coding": [{"code": word, "display": "high or low"}]}},
            {"value": f"{word}^high or low", "unit": "", "kind": "CWE"},
        ),
        ({"valueQuantity": {"value": number}}, {"value": str(number), "unit": ""}),
    )
    return forms[form]


def both(draw: random.Random) -> tuple[Record, Record]:
    """Return the record of a Bundle and that of the message with the same content."""
    results = [a_result(draw, at) for at in range(draw.randint(1, 14))]
    is_still, name = draw.random() < 0.8, draw.choice(DRUGS) if draw.random() < 0.3 else ""
    resources = [patient(), *([condition()] if is_still else []), *(result.observation for result in results)]
    resources += [drug(concept={"text": name})] if name else []
    segments = [*([f"RXE||^{name}"] if name else []), *(result.segment for result in results)]
    diagnosis = "DG1|1||M08.2^^I10" if is_still else ""
    text = message(*segments, header=HEADER, diagnosis=diagnosis)
    return read_request(bundle(*resources), CODES), read_record(read_message(text.encode()), CODES)


@pytest.mark.parametrize("seed", range(CHUNKS))
def test_both_are_read_and_answered_alike(seed: int) -> None:
    draw = random.Random(seed)
    categories: Counter[str] = Counter()
    for _ in range(IN_A_CHUNK):
        fhir, hl7 = both(draw)
        assert dict(fhir.panel.readings) == dict(hl7.panel.readings)
        assert fhir.panel.unread == hl7.panel.unread
        assert fhir.panel.may_hold_more == hl7.panel.may_hold_more
        assert [drug.name for drug in fhir.panel.medications] == [drug.name for drug in hl7.panel.medications]
        assert said(fhir) == said(hl7)
        answers = [assess(record.panel) for record in (fhir, hl7)]
        assert answers[0].classification.category == answers[1].classification.category
        assert answers[0].summary == answers[1].summary
        categories[answers[0].classification.category] += 1
    assert len(categories) > 1


def said(record: Record) -> Counter[tuple[str, str]]:
    return Counter((told.key, told.observation) for told in record.issues)
