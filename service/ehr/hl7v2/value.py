"""The value of one OBX: a number, a number with its comparator, a text or a coded word, or why there is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

from service.clinical.measurement.analytes import NORMAL_WORD, Analyte
from service.clinical.measurement.fault import Fault
from service.clinical.measurement.laboratory_text import COMPARATORS, Quantity
from service.clinical.measurement.no_result import Absence
from service.clinical.measurement.reading import Range, Reading, read_range, read_word
from service.ehr.hl7v2.segment import Segment, coded_in
from service.ehr.issues import Unusable, from_fault
from service.ehr.results.comparators import LONGEST_TEXT, sign_in
from service.ehr.results.interpretation import agreed, beyond_scale, interpretation
from service.ehr.results.unit import unit_said
from service.ehr.results.value import (
    KEYS,
    SAID_IN_A_NOTE,
    SAID_IN_PLACE,
    Said,
    absence_in,
    number_in,
    numbered,
    text_said,
    words_said,
)
from service.ehr.terminology.code_map import CodeMap, ResultCode

TYPE, VALUE, UNIT, RANGE, FLAGS, STATUS = 2, 5, 6, 7, 8, 11
CANNOT_BE_OBTAINED = "X"
NOT_ASKED = ("N", "O")
_RANGE = re.compile(
    r"(?:(\d{1,12}(?:\.\d{1,6})?)\s*-\s*(\d{1,12}(?:\.\d{1,6})?)|(<=|>=)\s*(\d{1,12}(?:\.\d{1,6})?))(?:\s+(\S{1,32}))?",
    re.ASCII,
)


class Field(NamedTuple):
    """What an OBX is read with: the segment, the numbers in its notes, and the map of codes."""

    segment: Segment
    has_number_in_notes: bool
    codes: CodeMap


def absence_of(segment: Segment, codes: CodeMap) -> Absence | None:
    """Return what stands in the place of a value, if all of it says that there is none; None if it may be a result."""
    values = segment.repetitions(VALUE)
    if segment.text(TYPE).upper() not in CODED:
        is_number = (
            not values or values[0][0].isdecimal()
        )  # a text with a figure in it never says that there is nothing
        return None if is_number else codes.absence([text_of(segment)])
    said = [coded_in(segment.components(raw)) for raw in values]
    found = [absence_in(value.coded, value.spoken, codes) for value in said]
    return max((absence for absence in found if absence), default=None) if all(found) else None


def text_of(segment: Segment) -> str:
    """Return the value as a text; its repetitions are its lines."""
    return "\n".join(map(segment.whole, segment.repetitions(VALUE)))


def read_value(analyte: Analyte, meaning: ResultCode, given: Field) -> Reading:
    """Return the reading of an OBX of this analyte; raises Unusable with the reason."""
    segment, codes = given.segment, given.codes
    flags, texts = flags_of(segment)
    word = interpretation(texts, flags, codes)
    values = segment.repetitions(VALUE)
    absence = absence_of(segment, codes)
    try:
        if segment.text(STATUS).upper() == CANNOT_BE_OBTAINED:
            raise _no_value(given, max(absence or Absence.FAILED, Absence.FAILED))
        if not values or absence:
            if not word or word == NORMAL_WORD:
                raise _without_word(given, absence, has_flags=bool(flags or texts))
            return read_word(analyte, word, _range(analyte, meaning, segment))
        said = _said(analyte, meaning, segment, values, codes)
        word = agreed(said.word, word)
        if said.quantity is None:
            return read_word(analyte, word, _range(analyte, meaning, segment))
        quantity = said.quantity
        if not quantity.comparator:
            quantity = quantity._replace(comparator=beyond_scale(flags, codes))
        return numbered(analyte, quantity, word, _range(analyte, meaning, segment))
    except Fault as fault:
        raise from_fault(fault) from fault


def flags_of(segment: Segment) -> tuple[list[str], list[str]]:
    """Return the codes and the words of the flags beside a value."""
    parts = [segment.components(raw) for raw in segment.repetitions(FLAGS)]
    return [part[0] for part in parts if part[0]], [word for part in parts for word in part[1:2] if word]


def _without_word(given: Field, absence: Absence | None, *, has_flags: bool) -> Unusable:
    if absence is None and has_flags:
        return Unusable("word_not_usable")
    return _no_value(given, absence)


def _no_value(given: Field, absence: Absence | None) -> Unusable:
    """Return why there is no value; a note with a number beside words in its place may hold it."""
    in_place = bool(given.segment.repetitions(VALUE))
    if in_place and given.has_number_in_notes:
        return Unusable("value_not_shown", SAID_IN_A_NOTE)
    return Unusable(KEYS[absence or Absence.NOTHING], SAID_IN_PLACE if in_place else "")


def _said(analyte: Analyte, meaning: ResultCode, segment: Segment, values: Sequence[str], codes: CodeMap) -> Said:
    kind = segment.text(TYPE).upper()
    read = _READERS.get(kind)
    if read is None:
        raise Unusable("value_form")
    if len(values) > 1 and read is not _text:
        raise Unusable("value_ambiguous")
    return read(analyte, meaning, segment, values, codes)


def _text(analyte: Analyte, meaning: ResultCode, segment: Segment, values: Sequence[str], codes: CodeMap) -> Said:
    """Read a number or a text; the repetitions of a text are its lines, and two lines are two statements."""
    if any(segment.marks.component in raw for raw in values):
        raise Unusable("value_form")
    said = text_said(analyte, meaning, text_of(segment), codes)
    return said if said.quantity is None else Said(_with_unit(analyte, meaning, segment, said.quantity), said.word)


def _structured(analyte: Analyte, meaning: ResultCode, segment: Segment, values: Sequence[str], codes: CodeMap) -> Said:
    """Read a structured number: its comparator and one number; a ratio, a range or a titre is none."""
    given, number, *more = [*segment.components(values[0]), ""]
    if any(more) or not number:
        raise Unusable("value_form")
    sign = sign_in(given) if given else ""
    if len(given) > LONGEST_TEXT or (sign and sign not in COMPARATORS):
        raise Unusable("comparator")
    found = number_in(analyte, meaning, number)
    if sign and found.comparator and sign != found.comparator:
        raise Unusable("value_ambiguous")
    return Said(_with_unit(analyte, meaning, segment, found._replace(comparator=sign or found.comparator)))


def _coded(analyte: Analyte, meaning: ResultCode, segment: Segment, values: Sequence[str], codes: CodeMap) -> Said:
    value = coded_in(segment.components(values[0]))
    said = words_said(analyte, meaning, value.spoken, [code for _, code in value.coded], codes)
    return said if said.quantity is None else Said(_with_unit(analyte, meaning, segment, said.quantity), said.word)


_Reader = Callable[[Analyte, ResultCode, Segment, Sequence[str], CodeMap], Said]
CODED = ("CE", "CWE", "CNE", "CF")
_READERS: dict[str, _Reader] = {
    **dict.fromkeys(("NM", "ST", "TX", "FT", "IS", "ID", ""), _text),
    **dict.fromkeys(CODED, _coded),
    "SN": _structured,
}


def _with_unit(analyte: Analyte, meaning: ResultCode, segment: Segment, quantity: Quantity) -> Quantity:
    """Give a number the unit beside it; one of its own must not be another. Raises Unusable."""
    unit = unit_in(analyte, meaning, segment)
    own = quantity.unit if quantity.unit != meaning.unit else ""
    if not own or not unit:
        return quantity._replace(unit=own or unit or meaning.unit)
    found, beside = analyte.table.find(own), analyte.table.find(unit)
    if found is None or beside is None or found.code != beside.code:
        raise Unusable("unit_conflict")
    return quantity


def unit_in(analyte: Analyte, meaning: ResultCode, segment: Segment) -> str:
    """Return the unit of an OBX, "" if there is none; raises Unusable ``unit_conflict`` if it names two."""
    given = segment.repetitions(UNIT)
    parts = [*segment.components(given[0]), *[""] * 6] if given else [""] * 6
    triplets = ((parts[0], parts[1], parts[2]), (parts[3], parts[4], parts[5]))
    units = [unit_said(analyte, meaning, code, shown, system) for code, shown, system in triplets if code or shown]
    known = {found.code for unit in units if (found := analyte.table.find(unit))}
    if len(known) > 1 or len(given) > 1:
        raise Unusable("unit_conflict")
    return known.pop() if known else next(iter(units), "")


def _range(analyte: Analyte, meaning: ResultCode, segment: Segment) -> Range | None:
    """Return the laboratory's range if it is two numbers, or one with the end that belongs to it, and nothing else.

    A range in other words may be of others than this patient. An end behind ``<`` or ``>`` is not told to be normal
    itself, so that nothing exact follows from a word beside it.
    """
    given = segment.repetitions(RANGE)
    found = _RANGE.fullmatch(segment.whole(given[0])) if len(given) == 1 else None
    if found is None:
        return None
    low, high, sign, end, own_unit = found.groups()
    unit = unit_in(analyte, meaning, segment)
    if own_unit and analyte.table.find(own_unit) is not analyte.table.find(unit):
        return None
    ends = {">=": (end, None), "<=": (None, end), None: (low, high)}[sign]
    least, most = (None if text is None else Decimal(text) for text in ends)
    limits = Range(least, most, unit)
    try:
        read_range(analyte, limits)
    except Fault:
        return None
    return limits
