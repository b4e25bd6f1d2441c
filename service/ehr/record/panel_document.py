"""A record's panel as the JSON that ``POST /v1/assessments`` takes, so that a person can see and complete it.

What that JSON cannot say counts as unread in it: the answer to it is never calmer than the one to the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from service.clinical.measurement.analytes import AGE, AGE_AT_ONSET, ANALYTES, Analyte
from service.clinical.measurement.fault import Fault
from service.clinical.measurement.interval import INFINITY
from service.clinical.measurement.laboratory_text import Quantity
from service.clinical.measurement.limits import LONGEST_NAME
from service.clinical.measurement.numbers_in_words import as_decimal
from service.clinical.measurement.reading import Range, Reading, read_number, read_word
from service.clinical.panel.panel import ABSENT_IS_FALSE, MEDICATIONS, UNKNOWN_CONDITION, Medication, Panel

_REPORTED = re.compile(r"([<>]=?)?([+-]?\d*\.?\d+) (\S+)", re.ASCII)
_YOUNG, _ROUGH, _FINE = Decimal(2), Decimal("0.001"), Decimal("0.000001")
"""A day is 0.0027 years: three digits keep days apart, and six the 28 days of the newborn, from below two years on."""


def panel_document(panel: Panel, criteria: Iterable[str]) -> dict[str, Any]:
    """Return the request for these criteria sets (none: all); parts without content have no key."""
    observations = {key: shown for key, reading in _results(panel) if (shown := _observation(ANALYTES[key], reading))}
    drugs = [drug for drug in panel.medications if 0 < len(drug.name.strip()) <= LONGEST_NAME]
    lost = {key for key, _ in _results(panel)} - observations.keys()
    if len(drugs) < len(panel.medications):
        lost.add(MEDICATIONS)
    context = {
        "condition": panel.condition if panel.condition != UNKNOWN_CONDITION else None,
        "medications": [_medication(drug) for drug in drugs],
        "unread": sorted(panel.unread | lost),
        "incomplete": panel.may_hold_more,
    }
    parts = {
        "patient": _filled({"age_years": _years(panel.readings.get(AGE))}),
        "context": _filled(context),
        "collected_at": panel.collected_at,
        "observations": observations,
        "findings": {key: told for key, told in panel.findings.items() if ABSENT_IS_FALSE.get(key) is not told},
        "options": _filled({"criteria": list(criteria)}),
    }
    return _filled(parts)


def _results(panel: Panel) -> Iterator[tuple[str, Reading]]:
    return ((key, reading) for key, reading in panel.readings.items() if key not in (AGE, AGE_AT_ONSET))


def _observation(analyte: Analyte, reading: Reading) -> dict[str, Any] | None:
    """Return the observation that is read as this reading; None if none is, as of two results of one moment."""
    limits = _limits(reading)
    number = _REPORTED.fullmatch(reading.reported)
    try:
        if number:
            comparator, value, unit = number[1] or "", Decimal(number[2]), number[3]
            again = read_number(analyte, Quantity(value, unit, comparator))
            shown = {"value": value, "unit": unit, "comparator": comparator, "reference_range": limits}
        else:
            again = read_word(analyte, reading.word, _range(limits))
            shown = {"interpretation": reading.word, "reference_range": limits}
    except Fault:
        return None
    same = (again.interval, again.evidence) == (reading.interval, reading.evidence)
    return _filled(shown) if same else None


def _limits(reading: Reading) -> dict[str, Any]:
    """Return the laboratory's range without an end that it did not give."""
    if reading.reference is None:
        return {}
    low, high = reading.reference.low, reading.reference.high
    ends = {"low": as_decimal(low) if low > 0 else None, "high": as_decimal(high) if high != INFINITY else None}
    found = _filled(ends)
    return found | {"unit": reading.unit} if found else {}


def _range(limits: Mapping[str, Any]) -> Range | None:
    return Range(limits.get("low"), limits.get("high"), limits["unit"]) if limits else None


def _years(reading: Reading | None) -> Decimal | None:
    """Return the age; None if it is known to the month or year only."""
    if reading is None or reading.interval.low != reading.interval.high:
        return None
    age = as_decimal(reading.interval.low)
    return age.quantize(_FINE if age < _YOUNG else _ROUGH, ROUND_HALF_UP).normalize() + Decimal(0)


def _medication(drug: Medication) -> dict[str, Any]:
    return _filled({"name": drug.name, "last_dose": drug.last_dose and drug.last_dose.isoformat()})


def _filled(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: part for key, part in parts.items() if part is not False and part not in (None, "", {}, [])}
