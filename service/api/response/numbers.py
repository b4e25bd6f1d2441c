"""Exact numbers as JSON numbers: -2.1 is written -2.1, an open end null."""

from __future__ import annotations

from decimal import Decimal

from service.clinical.measurement.interval import ZERO, Interval, Number
from service.clinical.measurement.numbers_in_words import as_decimal, plain


def json_number(number: Number) -> Decimal | None:
    """Return the number, whole ones without an exponent and none with idle zeros; None for an end open to infinity."""
    value = as_decimal(number)
    text = str(value)
    if text.isdecimal():
        return value
    if not value:
        return ZERO  # nothing is not less than nothing: never -0
    if text.endswith("y"):  # Infinity
        return None
    if "E" in text:
        text = plain(value)  # digit for digit: arithmetic would round to the digits of its context, or fail
        value = Decimal(text)
    return Decimal(text.rstrip("0").rstrip(".")) if text.endswith("0") and "." in text else value


def number_json(number: Number) -> bytes:
    """Return ``json_number`` as it is written."""
    value = json_number(number)
    return b"null" if value is None else str(value).encode()


def ends_json(interval: Interval) -> bytes:
    """Return ``ends`` as they are written."""
    low = number_json(interval.low)
    return b'{"min":%b,"max":%b}' % (low, low if interval.is_point else number_json(interval.high))


def ends(interval: Interval) -> dict[str, Decimal | None]:
    """Return ``{min, max}``."""
    low = json_number(interval.low)
    return {"min": low, "max": low if interval.is_point else json_number(interval.high)}
