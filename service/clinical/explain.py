"""Says of every item why it is met, not met or unknown."""

from __future__ import annotations

from collections.abc import Iterable

from service.clinical.analytes import FINDINGS, MEASURES
from service.clinical.interval import INFINITY, MET, NOT_MET, UNKNOWN, Interval, Verdict
from service.clinical.panel import Panel
from service.clinical.plan import States, Step
from service.clinical.reading import Evidence, Reading
from service.clinical.result import Item
from service.clinical.rules import (
    AllOf,
    AnyNode,
    AtLeast,
    Finding,
    FirstKnown,
    Limit,
    Linear,
    Measure,
    Ratio,
    Sum,
    Tally,
    Term,
    Threshold,
)
from service.clinical.words import interval_text, number_text

SIDES = {">": "above", ">=": "at or above", "<": "below", "<=": "at or below"}
NOT_REPORTED = "not reported"


def items_of(step: Step, states: States, implied: States, panel: Panel, confounded: frozenset[str]) -> tuple[Item, ...]:
    """Return the items of a rule; a group without a name, or a part, gives its own items in its place."""
    explainer = _Explainer(states, implied, panel, confounded)
    return tuple(explainer.items([step]))


class _Explainer:
    """Words one set on one panel."""

    __slots__ = ("_confounded", "_implied", "_panel", "_states")

    def __init__(self, states: States, implied: States, panel: Panel, confounded: frozenset[str]) -> None:
        self._states, self._implied, self._panel, self._confounded = states, implied, panel, confounded

    def items(self, steps: Iterable[Step]) -> Iterable[Item]:
        for step in steps:
            if _is_shown(step.node):
                yield self._item(step)
            else:
                yield from self.items(step.steps)

    def _item(self, step: Step) -> Item:
        status, status_implied = step.judge(self._states), step.judge(self._implied)
        match step.node:
            case Threshold() as node:
                reading = self._panel.readings.get(node.observation) or self._panel.measured.get(node.observation)
                reason = self._threshold_reason(node, reading, status, status_implied)
                marked = node.observation in self._confounded
                return Item(node, node.id, node.label, status, status_implied, reason, reading, None, marked)
            case Finding() as node:
                return Item(node, node.id, node.label, status, status_implied, _presence(status))
            case Term() | Measure():
                return self._summand(step, status, status_implied)
            case node:
                return self._group(step, status, status_implied)

    def _group(self, step: Step, status: Verdict, status_implied: Verdict) -> Item:
        node = step.node
        assert isinstance(node, FirstKnown | AllOf | AtLeast | Tally)
        items = tuple(self._item(below) for below in step.steps)
        points = step.score(self._states) if step.score else None
        reason = _group_reason(node, items, points)
        reading = items[0].reading if isinstance(node, Tally) and _reads_one(items) else None
        return Item(node, node.id, node.label, status, status_implied, reason, reading, points, False, items)

    def _summand(self, step: Step, status: Verdict, status_implied: Verdict) -> Item:
        node = step.node
        assert isinstance(node, Term | Measure)
        assert step.score is not None
        value, reading = step.score(self._states), self._panel.readings.get(node.observation)
        points = value if isinstance(node, Term) else None
        reason = _term_reason(node, reading, value) if isinstance(node, Term) else _measure_reason(node, reading, value)
        return Item(node, node.id, node.label, status, status_implied, reason, reading, points)

    def _threshold_reason(self, node: Threshold, reading: Reading | None, status: Verdict, implied: Verdict) -> str:
        if reading is None or (node.excluded_by and reading.evidence is Evidence.UNKNOWN):
            if status is NOT_MET:
                return f"{FINDINGS[node.excluded_by].label.lower()} is absent, which settles it"
            return NOT_REPORTED if reading is None else _unusable(reading, node.observation)
        if reading.evidence is Evidence.UNKNOWN:
            return _unusable(reading, node.observation)
        if reading.evidence is Evidence.IMPLIED:
            return f"{_worded(reading)}: {_compared(node.limit, node.observation, reading, implied)}"
        return _compared(node.limit, node.observation, reading, status)


def _is_shown(node: AnyNode) -> bool:
    if isinstance(node, AllOf | AtLeast):
        return bool(node.id) and not node.part
    return not isinstance(node, Sum | Linear | Ratio)


def _presence(status: Verdict) -> str:
    return {MET: "present", NOT_MET: "absent", UNKNOWN: NOT_REPORTED}[status]


def _worded(reading: Reading) -> str:
    return f"reported only as '{reading.word}', which counts for the implied verdict alone"


def _unusable(reading: Reading, observation: str) -> str:
    if reading.word:
        return f"reported as '{reading.word}' without a usable reference range, which proves nothing here"
    return f"reported in {reading.unit}, which has no fixed factor to {MEASURES[observation].canonical}"


def _compared(limit: Limit, observation: str, reading: Reading, verdict: Verdict) -> str:
    """Compare in the unit in which the result came where the paper prints a limit for it, else in the paper's."""
    unit = reading.unit if reading.unit in limit.printed else limit.unit
    value = MEASURES[observation].table.convert_interval(reading.interval, reading.unit, unit)
    side = f"{SIDES[limit.comparator]} {number_text(limit.printed[unit])}"
    if unit != reading.unit:
        side += f" {unit}"
    if verdict is UNKNOWN:
        return f"{interval_text(value)} leaves open whether it is {side}"
    shown = interval_text(value) if unit == reading.unit else f"{interval_text(reading.interval)} {reading.unit}"
    if unit != reading.unit and not reading.interval.is_point:
        shown = f"{interval_text(value)} {unit}"
    elif unit != reading.unit:
        shown += f" ({interval_text(value)} {unit})"
    return f"{shown} is {'' if verdict is MET else 'not '}{side}"


def _group_reason(node: FirstKnown | AllOf | AtLeast | Tally, items: tuple[Item, ...], points: Interval | None) -> str:
    if isinstance(node, FirstKnown):
        return next((f"{_source(one)}{one.reason}" for one in items if one.status is not UNKNOWN), NOT_REPORTED)
    if points is not None and (len(items) == 1 or _reads_one(items)):
        return f"{_band_reason(items)}: {_points_text(points)}"
    met = sum(one.status is MET for one in items)
    unknown = sum(one.status is UNKNOWN for one in items)
    tally = f"{met} of {len(items)} met" + (f", {unknown} unknown" if unknown else "")
    if points is not None:
        return f"{tally}: {_points_text(points)}"
    return f"{tally}; {node.required if isinstance(node, AtLeast) else len(items)} needed"


def _source(item: Item) -> str:
    return f"{item.label.lower()} " if isinstance(item.node, Threshold) else ""


def _band_reason(items: tuple[Item, ...]) -> str:
    """Quote the highest band that is met, else the first that is unknown, else the lowest."""
    met = [one for one in items if one.status is MET]
    unknown = [one for one in items if one.status is UNKNOWN]
    return (unknown[0] if unknown else met[-1] if met else items[0]).reason


def _reads_one(items: tuple[Item, ...]) -> bool:
    return len({one.id for one in items}) == 1 and isinstance(items[0].node, Threshold)


def _points_text(points: Interval) -> str:
    if points.is_point:
        return f"{number_text(points.low)} points"
    return f"{number_text(points.low)} to {number_text(points.high)} points"


def _term_reason(node: Term, reading: Reading | None, value: Interval) -> str:
    weight = number_text(node.weight)
    if node.finding:
        known = {True: "not reported", False: "absent" if value.low == 0 else "present"}[not value.is_point]
        return f"{known}: {interval_text(value) if value.is_point else _between(value)} at a weight of {weight}"
    if reading is None:
        return f"not reported: {_between(value)} over the plausible range"
    if reading.evidence is Evidence.MEASURED:
        return f"{weight} x {interval_text(reading.interval)} {reading.unit} gives {_between(value)}"
    known = _worded(reading) if reading.evidence is Evidence.IMPLIED else _unusable(reading, node.observation)
    return f"{known}: {_between(value)} over the plausible range"


def _measure_reason(node: Measure, reading: Reading | None, value: Interval) -> str:
    if reading is None:
        return NOT_REPORTED
    if reading.evidence is Evidence.MEASURED:
        return f"{interval_text(value)} {node.unit}"
    return _worded(reading) if reading.evidence is Evidence.IMPLIED else _unusable(reading, node.observation)


def _between(value: Interval) -> str:
    low, high = number_text(value.low), number_text(value.high)
    if value.is_point:
        return low
    if value.high == INFINITY:
        return f"{low} or more"
    return f"{high} or less" if value.low == -INFINITY else f"{low} to {high}"
