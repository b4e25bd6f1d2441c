"""Turns what a laboratory reports into the interval it still allows, or into a fault that the sender can mend."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any, NamedTuple

from service.clinical.analytes import HIGH_WORDS, LOW_WORDS, NORMAL_WORD, Analyte
from service.clinical.interval import ANYTHING, Interval, point
from service.clinical.number import INFINITY, ZERO, Number
from service.clinical.units import Unit
from service.clinical.words import plain

COMPARATORS = ("<", "<=", ">", ">=")
SIGNS = {"≤": "<=", "≥": ">="}
WORDS = (*LOW_WORDS, NORMAL_WORD, *HIGH_WORDS)


class Evidence(Enum):
    """How a reading is known: by a number or the laboratory's own limits, by a word alone, or not at all."""

    MEASURED = "measured"
    IMPLIED = "implied"
    UNKNOWN = "unknown"

    __hash__ = object.__hash__  # as with Verdict


MEASURED, IMPLIED, UNUSABLE = Evidence.MEASURED, Evidence.IMPLIED, Evidence.UNKNOWN


class Quantity(NamedTuple):
    """A number as sent: comparator or "", value, unit text or ""; ``two_ways`` if its point may set thousands apart."""

    value: Decimal
    unit: str = ""
    comparator: str = ""
    two_ways: bool = False


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


class Fault(Exception):
    """A value that cannot be used: a code of the contract, and what the sender needs to mend it. Never the value."""

    def __init__(self, code: str, about: str = "", **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.about = about
        self.facts: Mapping[str, object] = facts


_QUANTITY = re.compile(
    r"\s*([<>]=?|[≤≥]|)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2}(?=\s))?)\s*(.*\S|)\s*", re.ASCII
)
_LOST_EXPONENT = re.compile(r"(?:[x×*·]\s*)?10\s?(?:[3469]|12)(?!\d)", re.ASCII | re.IGNORECASE)
_MORE_NUMBER = re.compile(r"[,.'_]|(?!10\s*[*^eE(⁰-⁹¹²³])\d", re.ASCII)
_BOUNDS = re.compile(r"(?:[-–—−~±]|\+\s?/?\s?-|to\b|bis\b)\s*[<>]?\s*\.?\d", re.ASCII | re.IGNORECASE)
_TWO_WAYS = re.compile(r"\+?[1-9]\d{0,2}\.\d{3}", re.ASCII)
THOUSAND = Decimal(1000)
LONGEST_QUANTITY = 64


def read_text(analyte: Analyte, text: str) -> Quantity:
    """Parse ``"[<|<=|>|>=] number unit"``; raises Fault ``invalid_quantity``."""
    if not text.isascii():
        text = text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    match = _QUANTITY.fullmatch(text) if len(text) <= LONGEST_QUANTITY else None
    if match is None:
        raise Fault("invalid_quantity", "form")
    comparator, number, unit = match.groups()
    value = Decimal(number)
    if unit not in analyte.table.units:
        _refuse_more_number(analyte, value, unit)
    two_ways = _TWO_WAYS.fullmatch(number) is not None
    return Quantity(value, unit, SIGNS.get(comparator, comparator), two_ways)


def _refuse_more_number(analyte: Analyte, value: Decimal, unit: str) -> None:
    """Raise Fault if the unit starts with what should have been part of the number."""
    if _LOST_EXPONENT.match(unit):
        raise Fault("invalid_quantity", "lost_exponent", **_suggestion(analyte, value, None))
    if _BOUNDS.match(unit):
        raise Fault("invalid_quantity", "bounds")
    if _MORE_NUMBER.match(unit):
        raise Fault("invalid_quantity", "decimal_comma" if unit[0] == "," else "form")


def read_unit(analyte: Analyte, text: str) -> Unit:
    """Return the accepted unit; raises Fault ``unit_required`` or ``unit_not_accepted``."""
    unit = analyte.table.find(text)
    if unit is not None:
        return unit
    sent, accepted = text.strip(), list(analyte.table.units)
    if not sent:
        raise Fault("unit_required", accepted=accepted)
    about = "percent" if sent == "%" else "lost_exponent" if _LOST_EXPONENT.match(sent) else ""
    raise Fault("unit_not_accepted", about, accepted=accepted)


def read_number(analyte: Analyte, quantity: Quantity) -> Reading:
    """Return the reading of a number with its unit; raises Fault, also ``implausible_value`` with a ``suggestion``.

    The point of ``12.500`` may set thousands apart: ``invalid_quantity`` if a patient can have 12500 as well.
    """
    value, text, comparator, two_ways = quantity
    unit = read_unit(analyte, text)
    reported = f"{comparator}{plain(value)} {unit.code}"
    if value < ZERO or (comparator == "<" and not value):
        raise Fault("implausible_value")
    if not unit.comparable:
        return Reading(ANYTHING, unit.code, UNUSABLE, reported)
    if two_ways and _within(analyte.hard_in, analyte, value * THOUSAND, unit.code):
        raise Fault("invalid_quantity", "two_ways")
    if not _within(analyte.hard_in, analyte, value, unit.code):
        raise Fault("implausible_value", "", **_suggestion(analyte, value, unit))
    interval = _side(value, comparator) if comparator else point(value)
    return reading_of((interval, unit.code, MEASURED, reported, "", None, ""))


def read_word(analyte: Analyte, word: str, reference: Range | None = None) -> Reading:
    """Return the reading of a result in words, by the laboratory's own limits or by the implied ones; raises Fault."""
    if reference is not None:
        unit, limits = read_range(analyte, reference)
        interval = _beyond(word, limits)
        if not analyte.table.units[unit].comparable:
            return Reading(ANYTHING, unit, UNUSABLE, word, word)
        if interval is not None:
            return Reading(interval, unit, MEASURED, word, word, limits)
        return _by_word_alone(analyte, word, limits)
    return _by_word_alone(analyte, word, None)


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


def _refuse_strange_limit(analyte: Analyte, limits: tuple[Number, ...], unit: Unit) -> None:
    """Raise Fault for an end that no patient's value could reach: a word would be held against a slip of unit."""
    for end in limits:
        if end not in (ZERO, INFINITY) and not _within(analyte.hard_in, analyte, end, unit.code):
            raise Fault("implausible_value", "reference_range", **_suggestion(analyte, end, unit))


def soft_plausible(analyte: Analyte, reading: Reading) -> bool:
    """Return whether the number lies where results usually lie; outside it is accepted with a warning."""
    low, high, _, _ = reading.interval
    if low == high:
        return _within(analyte.soft_in, analyte, low, reading.unit)
    return all(_within(analyte.soft_in, analyte, end, reading.unit) for end in _ends(reading.interval))


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


def _ends(interval: Interval) -> list[Number]:
    """Return the ends that someone has set: 0 and infinity only say that there is none."""
    return [end for end in interval[:2] if end not in (ZERO, INFINITY, -INFINITY)]


def _side(value: Decimal, comparator: str) -> Interval:
    if comparator in ("<", "<="):
        return Interval(ZERO, value, high_open=comparator == "<")
    return Interval(value, INFINITY, low_open=comparator == ">", high_open=True)


def _within(limits_in: Mapping[str, Interval], analyte: Analyte, value: Number, unit: str) -> bool:
    limits = limits_in.get(unit)
    if limits is None:
        value, limits = analyte.table.convert(value, unit, analyte.canonical), limits_in[analyte.canonical]
    return limits.low <= value <= limits.high


def _suggestion(analyte: Analyte, value: Number, sent: Unit | None) -> dict[str, object]:
    """Name the first unit in which the same number would be an ordinary result; the sender decides, never we."""
    for unit in analyte.table.units.values():
        if unit is not sent and unit.comparable and _within(analyte.soft_in, analyte, value, unit.code):
            return {"suggestion": unit.code}
    return {}
