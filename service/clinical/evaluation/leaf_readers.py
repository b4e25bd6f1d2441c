"""How each leaf of a rule reads its input from a panel: to a verdict, or to the interval that it contributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from service.clinical.criteria.rules import Finding, Leaf, Measure, Term, Threshold
from service.clinical.measurement.analytes import MEASURES
from service.clinical.measurement.interval import COMPARE, MET, NOT_MET, UNKNOWN, Interval, Verdict, point
from service.clinical.measurement.number import INFINITY, ZERO
from service.clinical.measurement.reading import Reading
from service.clinical.measurement.units import Conversion, converted_interval

Readings = Mapping[str, Reading]
Findings = Mapping[str, bool]
State = Verdict | Interval
"""What a node comes to: a verdict, or for points, a summand or a side of a ratio an interval."""
ByPresence = Mapping[bool | None, State]
"""What a leaf comes to by its finding: present, absent, or None (unknown)."""
Reach = Callable[[Interval, Any], State]
"""From a result, and what the leaf holds for the unit it came in, to what the leaf comes to."""

BY_PRESENCE = {True: MET, False: NOT_MET, None: UNKNOWN}
EXCLUDED = {True: UNKNOWN, False: NOT_MET, None: UNKNOWN}
"""What an absent finding says of the size or fever that was not measured; a present one says nothing of its number."""
NOT_NEGATIVE = Interval(ZERO, INFINITY, low_open=True, high_open=True)


class Reader(NamedTuple):
    """How one leaf is read: a result of its observation goes first, without one its finding counts.

    ``by_unit`` holds for each unit of a result what ``reach`` needs: the limit in it, or the conversion from it.
    """

    by_presence: ByPresence
    finding: str = ""
    observation: str = ""
    reach: Reach | None = None
    by_unit: Mapping[str, Any] = {}


Reached = tuple[int, Reach, Mapping[str, Any]]
"""The place of a leaf that an observation reaches, and how."""


@dataclass(frozen=True, slots=True)
class Readers:
    """All leaves of a rule, by their places: what each is ``unread``, and those that a finding or a result changes."""

    unread: tuple[State, ...]
    by_finding: dict[str, list[tuple[int, ByPresence]]]
    by_observation: dict[str, list[Reached]]

    @classmethod
    def of(cls, readers: Sequence[Reader]) -> Readers:
        """Prepare the leaves of a rule, in their order."""
        made = cls(tuple(one.by_presence[None] for one in readers), {}, {})
        for place, one in enumerate(readers):
            if one.finding:
                made.by_finding.setdefault(one.finding, []).append((place, one.by_presence))
            if one.reach is not None:
                made.by_observation.setdefault(one.observation, []).append((place, one.reach, one.by_unit))
        return made

    def read(self, readings: Readings, findings: Findings) -> tuple[State, ...]:
        """Return what every leaf comes to on a panel."""
        leaves = list(self.unread)
        for finding, shown in self.by_finding.items():
            present = findings.get(finding)
            if present is not None:
                for place, by_presence in shown:
                    leaves[place] = by_presence[present]
        _take(leaves, readings, self.by_observation.items())  # after the findings: a result goes first
        return tuple(leaves)

    def read_again(self, leaves: tuple[State, ...], readings: Readings, changed: Iterable[str]) -> tuple[State, ...]:
        """Return what they come to when only the results of some observations have changed."""
        reached = [(key, self.by_observation[key]) for key in changed if key in self.by_observation]
        if not reached:
            return leaves
        again = list(leaves)
        _take(again, readings, reached)
        return tuple(again)


def _take(leaves: list[State], readings: Readings, reached: Iterable[tuple[str, list[Reached]]]) -> None:
    """Put what the results come to in the places of the leaves that they reach."""
    for observation, places in reached:
        reading = readings.get(observation)
        if reading is not None:
            interval, unit = reading.interval, reading.unit
            for place, reach, by_unit in places:
                leaves[place] = reach(interval, by_unit[unit])


def reader(leaf: Leaf) -> Reader:
    """Return how a leaf is read; made once, at load."""
    match leaf:
        case Threshold(observation=observation, limit=limit, excluded_by=finding):
            by_presence: ByPresence = EXCLUDED if finding else {None: UNKNOWN}
            return Reader(by_presence, finding, observation, COMPARE[limit.comparator], limit.by_unit)
        case Finding(finding=finding):
            return Reader(BY_PRESENCE, finding)
        case Term(observation="", finding=finding):
            return Reader(contributions(leaf), finding)
        case Term():
            return _term_reader(leaf)
        case _:
            return _measure_reader(leaf)


def contributions(leaf: Term) -> dict[bool | None, Interval]:
    """Return what the finding of a summand contributes when it is present, absent, or unknown."""
    weight = leaf.weight
    return {True: point(weight), False: point(ZERO), None: Interval(min(ZERO, weight), max(ZERO, weight))}


def _term_reader(leaf: Term) -> Reader:
    analyte = MEASURES[leaf.observation]
    by_unit = {unit: one.times(leaf.weight) for unit, one in analyte.table.to(leaf.unit).items()}
    plausible = converted_interval(analyte.soft, by_unit[analyte.canonical])
    return Reader({None: plausible}, observation=leaf.observation, reach=converted_interval, by_unit=by_unit)


def _measure_reader(leaf: Measure) -> Reader:
    resolution = leaf.resolution

    def reach(interval: Interval, conversion: Conversion) -> Interval:
        return _resolved(converted_interval(interval, conversion), resolution)

    by_unit = MEASURES[leaf.observation].table.to(leaf.unit)
    return Reader({None: NOT_NEGATIVE}, observation=leaf.observation, reach=reach, by_unit=by_unit)


def _resolved(value: Interval, resolution: Decimal) -> Interval:
    """Widen what lies below the method's resolution: there any value from 0 (excluded) to it may be the true one."""
    if value.low >= resolution:
        return value
    if value.high < resolution or (value.high == resolution and value.high_open):
        return Interval(ZERO, resolution, low_open=True)
    return Interval(ZERO, value.high, low_open=True, high_open=value.high_open)
