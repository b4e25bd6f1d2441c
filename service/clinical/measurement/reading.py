"""Turns what a laboratory reports into the interval it still allows, or into a fault that the sender can mend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any, NamedTuple

from service.clinical.measurement.analytes import HIGH_WORDS, LOW_WORDS, NORMAL_WORD, Analyte, suggestion, within
from service.clinical.measurement.fault import Fault
from service.clinical.measurement.interval import ANYTHING, COMPARE, INFINITY, MET, ZERO, Interval, Number, point
from service.clinical.measurement.laboratory_text import Quantity, read_unit
from service.clinical.measurement.numbers_in_words import plain
from service.clinical.measurement.units import Unit

WORDS = (*LOW_WORDS, NORMAL_WORD, *HIGH_WORDS)
THOUSAND = Decimal(1000)


class Evidence(Enum):
    """How a reading is known: by a number or the laboratory's own limits, by a word alone, or not at all."""

    MEASURED = "measured"
    IMPLIED = "implied"
    UNKNOWN = "unknown"

    __hash__ = object.__hash__  # as with Verdict


MEASURED, IMPLIED, UNUSABLE = Evidence.MEASURED, Evidence.IMPLIED, Evidence.UNKNOWN


@dataclass(frozen=True, slots=True)
class Range:
    """A laboratory's reference range as sent; either end may be missing."""

    low: Decimal | None
    high: Decimal | None
    unit: str


class Reading(NamedTuple):
    """One result: the interval it allows in ``unit``, how it is known, and the words in which it came.

    ``reference`` is the laboratory's range in ``unit`` (an open end where it gave none), ``word`` its HL7 v3 code.
    """

    interval: Interval
    unit: str
    evidence: Evidence
    reported: str
    word: str = ""
    reference: Interval | None = None
    collected_at: str = ""


reading_of: Callable[[tuple[Any, ...]], Reading] = partial(tuple.__new__, Reading)
"""Makes a reading from all its fields in order, as ``interval_of`` makes an interval."""


def read_number(analyte: Analyte, quantity: Quantity) -> Reading:
    """Return the reading of a number with its unit; raises Fault, also ``implausible_value`` with a ``suggestion``.

    The point of ``12.500`` may set thousands apart: ``invalid_quantity`` if a patient can have 12500 as well. A comma
    is refused unless 12500 is the one number of the two that the test can have.
    """
    value, text, comparator, two_ways, comma = quantity
    unit = analyte.table.units.get(text) or read_unit(analyte, text)
    if comma and unit.comparable:
        value, two_ways = _thousands(analyte, quantity, unit), False
    reported = f"{comparator}{plain(value)} {unit.code}"
    if value < ZERO or (comparator == "<" and not value):
        raise Fault("implausible_value")
    if not unit.comparable:
        return Reading(ANYTHING, unit.code, UNUSABLE, reported)
    if two_ways and within(analyte.hard_in, analyte, value * THOUSAND, unit.code):
        raise Fault("invalid_quantity", "two_ways")
    if not within(analyte.hard_in, analyte, value, unit.code):
        raise Fault("implausible_value", "", **suggestion(analyte, value, unit))
    interval = _side(value, comparator) if comparator else point(value)
    return reading_of((interval, unit.code, MEASURED, reported, "", None, ""))


def _thousands(analyte: Analyte, quantity: Quantity, unit: Unit) -> Decimal:
    """Return the number whose comma sets thousands apart; raises Fault if it may be, or must be, a decimal sign."""
    small, large = quantity.value, (quantity.value * THOUSAND).to_integral_value()
    if not within(analyte.hard_in, analyte, large, unit.code):
        raise Fault("invalid_quantity", "decimal_comma")
    if within(analyte.hard_in, analyte, small, unit.code) and not _is_idle(analyte, quantity, unit):
        raise Fault("invalid_quantity", "two_ways")
    return large


def _is_idle(analyte: Analyte, quantity: Quantity, unit: Unit) -> bool:
    """Return whether "more than" the value says nothing: no laboratory measures only up to below all usual results."""
    if quantity.comparator not in (">", ">="):
        return False
    return analyte.table.convert(quantity.value, unit.code, analyte.canonical) < analyte.soft.low


def word_alone(analyte: Analyte, word: str) -> Reading | None:
    """Return what a word still implies beside a number that cannot be read; None if it implies nothing."""
    reading = _by_word_alone(analyte, word, None)
    return reading if reading.evidence is IMPLIED else None


def read_word(analyte: Analyte, word: str, reference: Range | None = None) -> Reading:
    """Return the reading of a result in words, by the laboratory's own limits or by the implied ones; raises Fault."""
    if reference is None:
        return _by_word_alone(analyte, word, None)
    unit, limits = read_range(analyte, reference)
    if not analyte.table.units[unit].comparable:
        return Reading(ANYTHING, unit, UNUSABLE, word, word)
    interval = _beyond(word, limits)
    if interval is None:
        return _by_word_alone(analyte, word, limits)
    return Reading(interval, unit, MEASURED, word, word, limits)


def read_range(analyte: Analyte, reference: Range) -> tuple[str, Interval]:
    """Return the laboratory's range and its unit; raises Fault."""
    unit = read_unit(analyte, reference.unit)
    low = ZERO if reference.low is None else reference.low
    high: Number = INFINITY if reference.high is None else reference.high
    if low < 0 or low > high:
        raise Fault("invalid_value", "reference_range")
    if unit.comparable:
        _refuse_strange_limit(analyte, (low, high), unit)
    return unit.code, Interval(low, high, high_open=high == INFINITY)


def limits_in(analyte: Analyte, reference: Range | None, unit: str) -> Interval | None:
    """Return the laboratory's range in a unit; None where there is none or no factor leads there. Raises Fault."""
    if reference is None:
        return None
    source, limits = read_range(analyte, reference)
    units = analyte.table.units
    if not (units[source].comparable and units[unit].comparable):
        return None
    return analyte.table.convert_interval(limits, source, unit)


def contradicts(word: str, value: Interval, limits: Interval | None) -> bool:
    """Return whether a number cannot be what the word beside it says; at a limit it can, for it may be rounded."""
    if limits is None:
        return False
    low, high = limits.low, limits.high
    if word == NORMAL_WORD:
        return MET in (COMPARE["<"](value, low), COMPARE[">"](value, high))
    if word in LOW_WORDS:
        return COMPARE[">"](value, low) is MET
    return word in HIGH_WORDS and COMPARE["<"](value, high) is MET


def _refuse_strange_limit(analyte: Analyte, limits: tuple[Number, ...], unit: Unit) -> None:
    """Raise Fault for an end that no patient's value could reach: a word would be held against a slip of unit."""
    for end in limits:
        if end not in (ZERO, INFINITY) and not within(analyte.hard_in, analyte, end, unit.code):
            raise Fault("implausible_value", "reference_range", **suggestion(analyte, end, unit))


def _by_word_alone(analyte: Analyte, word: str, limits: Interval | None) -> Reading:
    interval = analyte.implied(word)
    if interval is None:
        return Reading(ANYTHING, analyte.canonical, UNUSABLE, word, word, limits)
    return Reading(interval, analyte.implied_unit, IMPLIED, word, word, limits)


def _beyond(word: str, limits: Interval) -> Interval | None:
    if word == NORMAL_WORD:
        return limits if limits.low > 0 or limits.high < INFINITY else None
    if word in LOW_WORDS and limits.low > 0:
        return Interval(ZERO, limits.low, high_open=True)
    if word in HIGH_WORDS and limits.high < INFINITY:
        return Interval(limits.high, INFINITY, low_open=True, high_open=True)
    return None


def _side(value: Decimal, comparator: str) -> Interval:
    if comparator in ("<", "<="):
        return Interval(ZERO, value, high_open=comparator == "<")
    return Interval(value, INFINITY, low_open=comparator == ">", high_open=True)
