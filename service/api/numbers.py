"""Exact numbers as JSON numbers: -2.1 is written -2.1, an open end null."""

from __future__ import annotations

from decimal import Decimal

from service.clinical.interval import Interval, Number
from service.clinical.words import as_decimal

WHOLE = Decimal(1)


def json_number(number: Number) -> Decimal | None:
    """Return the number without idle zeros or an exponent; None for an end that is open to infinity."""
    value = as_decimal(number)
    if not value.is_finite():
        return None
    value = value.normalize()
    exponent = value.as_tuple().exponent
    return value.quantize(WHOLE) if isinstance(exponent, int) and exponent > 0 else value


def ends(interval: Interval) -> dict[str, Decimal | None]:
    """Return ``{min, max}``."""
    return {"min": json_number(interval.low), "max": json_number(interval.high)}
