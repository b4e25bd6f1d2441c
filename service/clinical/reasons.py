"""The sentences that say why an item is met, not met or unknown."""

from __future__ import annotations

from collections.abc import Mapping

from service.clinical.analytes import MEASURES
from service.clinical.interval import INFINITY, MET, NOT_MET, UNKNOWN, Interval
from service.clinical.leaf_readers import State
from service.clinical.reading import Evidence, Reading
from service.clinical.result import Item
from service.clinical.rules import AllOf, AtLeast, FirstKnown, Measure, Tally, Term, Threshold
from service.clinical.words import interval_text, number_text

SIDES = {">": "above", ">=": "at or above", "<": "below", "<=": "at or below"}
NOT_REPORTED = "not reported"
PRESENCE = {MET: "present", NOT_MET: "absent", UNKNOWN: NOT_REPORTED}
Sides = Mapping[str, str]
"""The limit in words by the unit of the result: ``at or below 181``, ``above 156 mg/dL``."""


def sides_of(node: Threshold) -> Sides:
    """Return the limit in words for every unit: in the unit in which the paper prints it, named where it differs."""
    limit = node.limit
    side = SIDES[limit.comparator]
    elsewhere = f"{side} {number_text(limit.value)} {limit.unit}"
    printed = {unit: f"{side} {number_text(value)}" for unit, value in limit.printed.items()}
    return {unit: printed.get(unit, elsewhere) for unit in limit.by_unit}


def threshold_reason(node: Threshold, sides: Sides, reading: Reading, verdict: State) -> str:
    """Say how a result lies to the limit; ``verdict`` counts what words imply."""
    if reading.evidence is Evidence.UNKNOWN:
        return unusable(reading, node.observation)
    known = _compared(node, sides[reading.unit], reading, verdict)
    return f"{worded(reading)}: {known}" if reading.evidence is Evidence.IMPLIED else known


def worded(reading: Reading) -> str:
    """Say that a word stands in for a result."""
    return f"reported only as '{reading.word}', which counts for the implied verdict alone"


def unusable(reading: Reading, observation: str) -> str:
    """Say why a result cannot be used."""
    if reading.word:
        return f"reported as '{reading.word}' without a usable reference range, which proves nothing here"
    return f"reported in {reading.unit}, which has no fixed factor to {MEASURES[observation].canonical}"


def _compared(node: Threshold, side: str, reading: Reading, verdict: State) -> str:
    shown = interval_text(reading.interval)
    if reading.unit not in node.limit.printed:
        shown = _converted(node, reading, shown)
    if verdict is UNKNOWN:
        return f"{shown} leaves open whether it is {side}"
    return f"{shown} is {side}" if verdict is MET else f"{shown} is not {side}"


def _converted(node: Threshold, reading: Reading, shown: str) -> str:
    unit = node.limit.unit
    value = MEASURES[node.observation].table.convert_interval(reading.interval, reading.unit, unit)
    return f"{shown} {reading.unit} ({interval_text(value)} {unit})"


def group_reason(
    node: FirstKnown | AllOf | AtLeast | Tally, items: tuple[Item, ...], points: Interval | None, is_banded: bool
) -> str:
    """Say how a group stands; ``is_banded`` if its items are bands of one observation."""
    if isinstance(node, FirstKnown):
        return next((f"{_source(one)}{one.reason}" for one in items if one.status is not UNKNOWN), NOT_REPORTED)
    if points is not None and (is_banded or len(items) == 1):
        return f"{_band_reason(items)}: {points_text(points)}"
    statuses = [one.status for one in items]
    met, unknown = statuses.count(MET), statuses.count(UNKNOWN)
    tally = f"{met} of {len(items)} met" + (f", {unknown} unknown" if unknown else "")
    if points is not None:
        return f"{tally}: {points_text(points)}"
    return f"{tally}; {node.required if isinstance(node, AtLeast) else len(items)} needed"


def _source(item: Item) -> str:
    return f"{item.label.lower()} " if isinstance(item.node, Threshold) else ""


def _band_reason(items: tuple[Item, ...]) -> str:
    """Quote the first band that is unknown, else the highest that is met, else the lowest."""
    shown = items[0]
    for item in items:
        if item.status is UNKNOWN:
            return item.reason
        if item.status is MET:
            shown = item
    return shown.reason


def points_text(points: Interval) -> str:
    """Write points: ``33 points``, ``0 to 49 points``."""
    if points.is_point:
        return f"{number_text(points.low)} points"
    return f"{number_text(points.low)} to {number_text(points.high)} points"


def term_reason(node: Term, reading: Reading | None, value: Interval) -> str:
    """Say what a summand contributes."""
    weight = number_text(node.weight)
    if node.finding:
        known = "not reported" if not value.is_point else "absent" if value.low == 0 else "present"
        return f"{known}: {_between(value)} at a weight of {weight}"
    if reading is None:
        return f"not reported: {_between(value)} over the plausible range"
    if reading.evidence is Evidence.MEASURED:
        return f"{weight} x {interval_text(reading.interval)} {reading.unit} gives {_between(value)}"
    known = worded(reading) if reading.evidence is Evidence.IMPLIED else unusable(reading, node.observation)
    return f"{known}: {_between(value)} over the plausible range"


def measure_reason(node: Measure, reading: Reading | None, value: Interval) -> str:
    """Say what one side of a ratio is."""
    if reading is None:
        return NOT_REPORTED
    if reading.evidence is Evidence.MEASURED:
        return f"{interval_text(value)} {node.unit}"
    return worded(reading) if reading.evidence is Evidence.IMPLIED else unusable(reading, node.observation)


def _between(value: Interval) -> str:
    low, high = number_text(value.low), number_text(value.high)
    if value.is_point:
        return low
    if value.high == INFINITY:
        return f"{low} or more"
    return f"{high} or less" if value.low == -INFINITY else f"{low} to {high}"
