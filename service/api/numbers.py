"""Exact numbers as JSON numbers: -2.1 is written -2.1, an open end null."""

from __future__ import annotations

from decimal import Decimal

from service.clinical.interval import ZERO, Interval, Number
from service.clinical.words import as_decimal

WHOLE = Decimal(1)
IDLE = ("0", "y")  # a last zero may be idle; Infinity ends in a y


def json_number(number: Number) -> Decimal | None:
    """Return the number without idle zeros or an exponent; None for an end that is open to infinity."""
    value = as_decimal(number) or ZERO  # nothing is not less than nothing: never -0
    text = str(value)
    if not text.endswith(IDLE) and "E" not in text:
        return value
    if not value.is_finite():
        return None
    value = value.normalize()
    return value.quantize(WHOLE) if value == value.to_integral_value() else value


def ends(interval: Interval) -> dict[str, Decimal | None]:
    """Return ``{min, max}``."""
    return {"min": json_number(interval.low), "max": json_number(interval.high)}
