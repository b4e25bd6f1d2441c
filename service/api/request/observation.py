"""Reads one observation of a request, in any of its forms, and names every fault of it in its place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from service.api.error_messages import (
    MOMENT_NEEDED,
    entry_of,
    invalid_value,
    no_result,
    not_a_number,
    one_of,
    unknown_fields,
)
from service.api.problems import Entry
from service.clinical.measurement.analytes import Analyte
from service.clinical.measurement.fault import Fault
from service.clinical.measurement.laboratory_text import COMPARATORS, Quantity, read_text, read_unit
from service.clinical.measurement.no_result import NO_RESULT, Absence
from service.clinical.measurement.reading import (
    WORDS,
    Range,
    Reading,
    limits_in,
    read_number,
    read_range,
    read_word,
    word_alone,
)
from service.clinical.panel.moment import is_moment

KEYS = ("value", "unit", "comparator", "interpretation", "reference_range", "collected_at")
RANGE_KEYS = ("low", "high", "unit")
LONGEST_CODE = 20
NUMBER_AS_TEXT = " A sign such as < goes into comparator, or all of it into one text: '>10000 ug/L'."
VALUE_NEEDED = "A value with its unit, or an interpretation, is needed here. Leave out a result that is not known."
Where = tuple[str, ...]


class Faulty(Exception):
    """One or more faults of one observation; ``left`` is what a word beside the number still implies, if anything."""

    def __init__(self, *entries: Entry, left: Reading | None = None) -> None:
        super().__init__("faulty observation")
        self.entries = entries
        self.left = left


def read_observation(analyte: Analyte, raw: Any, where: Where) -> Reading:
    """Return the reading of one observation in any of its forms; raises Faulty."""
    if isinstance(raw, str):
        try:
            return read_number(analyte, read_text(analyte, raw))
        except Fault as fault:
            absence = _absence(raw)
            raise Faulty(no_result(where, fault.code, absence) if absence else entry_of(fault, where)) from fault
    if isinstance(raw, dict):
        return _read_object(analyte, raw, where)
    if isinstance(raw, Decimal):
        raise Faulty(entry_of(Fault("unit_required", accepted=list(analyte.table.units)), where))
    if isinstance(raw, bool):
        raise Faulty(not_a_number(where))
    raise Faulty(invalid_value(where, "A text such as '905 ug/L' or an object with value and unit is needed here."))


def _absence(text: str) -> Absence | None:
    """Return what a text in place of a value says of it, if it says that there is none; a blank says nothing."""
    return NO_RESULT.said(text) if text.strip() else Absence.NOTHING


def _read_object(analyte: Analyte, raw: dict[str, Any], where: Where) -> Reading:
    entries = _form_faults(raw, where)
    reference = reading = None
    try:
        reference = _range(analyte, raw.get("reference_range"), (*where, "reference_range"))
    except Faulty as faulty:
        entries += faulty.entries
    try:
        reading = _number(analyte, raw, where)
    except Faulty as faulty:
        entries += faulty.entries
    if entries:
        raise Faulty(*entries, left=_left(analyte, raw))
    word, moment = _word(raw.get("interpretation") or ""), raw.get("collected_at") or ""
    if reading is None:
        reading = read_word(analyte, word, reference)
        return reading._replace(collected_at=moment) if moment else reading
    if not (word or moment or reference):
        return reading
    return reading._replace(word=word, collected_at=moment, reference=limits_in(analyte, reference, reading.unit))


def _number(analyte: Analyte, raw: dict[str, Any], where: Where) -> Reading | None:
    """Return the reading of the value, None if there is none or its form has been told; raises Faulty."""
    value, unit = raw.get("value"), raw.get("unit")
    if unit is not None and not isinstance(unit, str):
        return None
    try:
        if isinstance(value, Decimal):
            return read_number(analyte, Quantity(value, unit or "", raw.get("comparator") or ""))
        if unit is not None:  # not used, but a slip in it is a slip in the feed
            read_unit(analyte, unit)
    except Fault as fault:
        raise Faulty(_at_its_place(fault, where)) from fault
    return None


def _left(analyte: Analyte, raw: dict[str, Any]) -> Reading | None:
    """Return what the word still implies where the rest cannot be read."""
    word, moment = raw.get("interpretation"), raw.get("collected_at")
    if not isinstance(word, str) or not 1 <= len(word) <= LONGEST_CODE:
        return None
    reading = word_alone(analyte, _word(word))
    if reading is None or moment is None:
        return reading
    return reading._replace(collected_at=moment) if isinstance(moment, str) and is_moment(moment) else None


def _word(sent: str) -> str:
    """Return the HL7 v3 code that is meant, in either case; any other is kept as sent."""
    code = sent.strip().upper()
    return code if code in WORDS else sent


def _at_its_place(fault: Fault, where: Where) -> Entry:
    """Return the entry for a fault: one of the unit is told of the unit, another of the observation or its range."""
    at_unit = fault.code in ("unit_required", "unit_not_accepted")
    return entry_of(fault, (*where, "unit") if at_unit else where)


def _form_faults(raw: dict[str, Any], where: Where) -> list[Entry]:
    """Return what is wrong with the form of the object, before any of it is used."""
    entries = unknown_fields(raw, KEYS, where)
    value, unit, comparator = raw.get("value"), raw.get("unit"), raw.get("comparator")
    absence = _absence(value) if isinstance(value, str) else None
    if absence:
        entries.append(no_result((*where, "value"), "not_a_number", absence))
    elif value is not None and not isinstance(value, Decimal):
        entries.append(not_a_number((*where, "value"), value, NUMBER_AS_TEXT))
    if unit is not None and not isinstance(unit, str):
        entries.append(invalid_value((*where, "unit"), "A text is needed here."))
    if comparator is not None and comparator not in COMPARATORS:
        entries.append(one_of((*where, "comparator"), COMPARATORS))
    elif comparator is not None and value is None:
        entries.append(invalid_value((*where, "comparator"), "A comparator needs a value beside it."))
    word = raw.get("interpretation")
    if word is not None and (not isinstance(word, str) or not 1 <= len(word) <= LONGEST_CODE):
        entries.append(invalid_value((*where, "interpretation"), "An HL7 v3 code such as L, H or N is needed here."))
    if value is None and word is None and not entries:
        entries.append(invalid_value(where, VALUE_NEEDED))
    moment = raw.get("collected_at")
    if moment is not None and not (isinstance(moment, str) and is_moment(moment)):
        entries.append(invalid_value((*where, "collected_at"), MOMENT_NEEDED))
    return entries


def _range(analyte: Analyte, raw: Any, where: Where) -> Range | None:
    """Return the range as sent, None if it holds nothing; raises Faulty."""
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise Faulty(invalid_value(where, "An object with low, high and unit is needed here."))
    entries = unknown_fields(raw, RANGE_KEYS, where)
    numbers = {end: raw[end] for end in ("low", "high") if raw.get(end) is not None}
    entries += [
        not_a_number((*where, end), number) for end, number in numbers.items() if not isinstance(number, Decimal)
    ]
    if raw.get("unit") is not None and not isinstance(raw["unit"], str):
        entries.append(invalid_value((*where, "unit"), "A text is needed here."))
    if entries:
        raise Faulty(*entries)
    if not numbers and raw.get("unit") is None:
        return None
    reference = Range(raw.get("low"), raw.get("high"), raw.get("unit") or "")
    try:
        read_range(analyte, reference)
    except Fault as fault:
        raise Faulty(_at_its_place(fault, where)) from fault
    return reference
