"""How each leaf of a rule reads its input from a panel: to a verdict, or to the interval that it contributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from service.clinical.analytes import MEASURES
from service.clinical.interval import COMPARE, INFINITY, MET, NOT_MET, UNKNOWN, ZERO, Interval, Verdict, point, scaled
from service.clinical.reading import Reading
from service.clinical.rules import Finding, Leaf, Measure, Term, Threshold

Readings = Mapping[str, Reading]
Findings = Mapping[str, bool]
State = Verdict | Interval
"""What a node comes to: a verdict, or for points, a summand or a side of a ratio an interval."""
Reader = Callable[[Readings, Findings], State]

BY_PRESENCE = {True: MET, False: NOT_MET, None: UNKNOWN}
NOT_NEGATIVE = Interval(ZERO, INFINITY, low_open=True, high_open=True)


def reader(leaf: Leaf) -> Reader:
    """Return the function that reads a leaf; made once, at load."""
    match leaf:
        case Threshold():
            return _threshold_reader(leaf)
        case Finding(finding=finding):
            return lambda readings, findings: BY_PRESENCE[findings.get(finding)]
        case Term(observation=""):
            return _finding_term_reader(leaf)
        case Term():
            return _term_reader(leaf)
        case _:
            return _measure_reader(leaf)


def _threshold_reader(leaf: Threshold) -> Reader:
    observation, excluded_by = leaf.observation, leaf.excluded_by
    compare, by_unit = COMPARE[leaf.limit.comparator], leaf.limit.by_unit

    def read(readings: Readings, findings: Findings) -> Verdict:
        reading = readings.get(observation)
        if reading is None:
            return NOT_MET if findings.get(excluded_by) is False else UNKNOWN
        return compare(reading.interval, by_unit[reading.unit])

    return read


def contributions(leaf: Term) -> dict[bool | None, Interval]:
    """Return what the finding of a summand contributes when it is present, absent, or unknown."""
    weight = leaf.weight
    return {True: point(weight), False: point(ZERO), None: Interval(min(ZERO, weight), max(ZERO, weight))}


def _finding_term_reader(leaf: Term) -> Reader:
    finding, by_presence = leaf.finding, contributions(leaf)
    return lambda readings, findings: by_presence[findings.get(finding)]


def _term_reader(leaf: Term) -> Reader:
    observation, unit, weight = leaf.observation, leaf.unit, leaf.weight
    analyte = MEASURES[observation]
    table = analyte.table
    plausible = scaled(table.convert_interval(analyte.soft, analyte.canonical, unit), weight)

    def read(readings: Readings, findings: Findings) -> Interval:
        reading = readings.get(observation)
        if reading is None:
            return plausible
        return scaled(table.convert_interval(reading.interval, reading.unit, unit), weight)

    return read


def _measure_reader(leaf: Measure) -> Reader:
    observation, unit, resolution = leaf.observation, leaf.unit, leaf.resolution
    table = MEASURES[observation].table

    def read(readings: Readings, findings: Findings) -> Interval:
        reading = readings.get(observation)
        if reading is None:
            return NOT_NEGATIVE
        return _resolved(table.convert_interval(reading.interval, reading.unit, unit), resolution)

    return read


def _resolved(value: Interval, resolution: Decimal) -> Interval:
    """Widen what lies below the method's resolution: there any value from 0 (excluded) to it may be the true one."""
    if value.low >= resolution:
        return value
    if value.high < resolution or (value.high == resolution and value.high_open):
        return Interval(ZERO, resolution, low_open=True)
    return Interval(ZERO, value.high, low_open=True, high_open=value.high_open)
