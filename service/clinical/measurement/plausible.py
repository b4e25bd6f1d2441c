"""Tells if a patient can have a value, and if results usually lie there: the surest sign of a slip of unit."""

from __future__ import annotations

from collections.abc import Mapping

from service.clinical.measurement.analytes import Analyte
from service.clinical.measurement.interval import Interval
from service.clinical.measurement.number import INFINITY, ZERO, Number
from service.clinical.measurement.units import Unit


def within(limits_in: Mapping[str, Interval], analyte: Analyte, value: Number, unit: str) -> bool:
    """Return whether a value lies in the analyte's hard or soft range, given as ``hard_in`` or ``soft_in``."""
    limits = limits_in.get(unit)
    if limits is None:
        value, limits = analyte.table.convert(value, unit, analyte.canonical), limits_in[analyte.canonical]
    return limits.low <= value <= limits.high


def is_usual(analyte: Analyte, interval: Interval, unit: str) -> bool:
    """Return whether a result lies where results usually lie; outside it is accepted with a warning."""
    low, high, _, _ = interval
    if low == high:
        return within(analyte.soft_in, analyte, low, unit)
    return all(within(analyte.soft_in, analyte, end, unit) for end in _ends(interval))


def suggestion(analyte: Analyte, value: Number, sent: Unit | None) -> dict[str, object]:
    """Name the first unit in which the same number would be an ordinary result; the sender decides, never we."""
    for unit in analyte.table.units.values():
        if unit is not sent and unit.comparable and within(analyte.soft_in, analyte, value, unit.code):
            return {"suggestion": unit.code}
    return {}


def _ends(interval: Interval) -> list[Number]:
    """Return the ends that someone has set: 0 and infinity only say that there is none."""
    return [end for end in interval[:2] if end not in (ZERO, INFINITY, -INFINITY)]
