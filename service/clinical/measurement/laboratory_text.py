"""A number as a laboratory writes it, in one text: comparator, number and unit, and nothing that could mean another."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from service.clinical.measurement.analytes import Analyte
from service.clinical.measurement.fault import Fault
from service.clinical.measurement.plausible import suggestion
from service.clinical.measurement.units import Unit

COMPARATORS = ("<", "<=", ">", ">=")
SIGNS = {"≤": "<=", "≥": ">="}
LONGEST_QUANTITY = 64
_QUANTITY = re.compile(
    r"\s*([<>]=?|[≤≥]|)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2}(?=\s))?)\s*(.*\S|)\s*", re.ASCII
)
_LOST_EXPONENT = re.compile(r"(?:[x×*·]\s*)?10\s?(?:[3469]|12)(?!\d)", re.ASCII | re.IGNORECASE)
_MORE_NUMBER = re.compile(r"[,.'_]|(?!10\s*[*^eE(⁰-⁹¹²³])\d", re.ASCII)
_BOUNDS = re.compile(r"(?:[-–—−~±]|\+\s?/?\s?-|to\b|bis\b)\s*[<>]?\s*\.?\d", re.ASCII | re.IGNORECASE)
TWO_WAYS = re.compile(r"\+?[1-9]\d{0,2}\.\d{3}", re.ASCII)
"""A number whose point may set thousands apart; the page goes by it as well."""


class Quantity(NamedTuple):
    """A number as sent: comparator or "", value, unit text or ""; ``two_ways`` if its point may set thousands apart."""

    value: Decimal
    unit: str = ""
    comparator: str = ""
    two_ways: bool = False


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
    two_ways = TWO_WAYS.fullmatch(number) is not None
    return Quantity(value, unit, SIGNS.get(comparator, comparator), two_ways)


def _refuse_more_number(analyte: Analyte, value: Decimal, unit: str) -> None:
    """Raise Fault if the unit starts with what should have been part of the number."""
    if _LOST_EXPONENT.match(unit):
        raise Fault("invalid_quantity", "lost_exponent", **suggestion(analyte, value, None))
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
