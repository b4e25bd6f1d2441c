"""A rule made ready to run: each leaf reads its input once, each node above judges by what the leaves read.

The two stages are apart so that "what if this test were known" repeats only the cheap second one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.clinical.analytes import MEASURES
from service.clinical.interval import (
    COMPARE,
    INFINITY,
    MET,
    NOT_MET,
    UNKNOWN,
    ZERO,
    Interval,
    Verdict,
    at_least,
    point,
    quotient,
    scaled,
    total,
)
from service.clinical.reading import Reading
from service.clinical.rules import (
    AllOf,
    AnyNode,
    AtLeast,
    Finding,
    FirstKnown,
    Leaf,
    Linear,
    Measure,
    Ratio,
    Rule,
    Sum,
    Tally,
    Term,
    Threshold,
    children,
)

Readings = Mapping[str, Reading]
Findings = Mapping[str, bool]
State = Verdict | Interval
"""What a leaf comes to: a verdict, or for a summand or a side of a ratio the interval that it contributes."""
States = Sequence[State]
Judge = Callable[[States], Verdict]
Reader = Callable[[Readings, Findings], State]
Scorer = Callable[[States], Interval]


@dataclass(frozen=True, slots=True)
class Step:
    """One node made ready: ``judge`` gives its verdict, ``score`` its points or value where it has any.

    ``position`` is the place of a leaf's state among the states, -1 for the nodes above.
    """

    node: AnyNode
    judge: Judge
    score: Scorer | None
    steps: tuple[Step, ...]
    position: int = -1


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole rule made ready: read the states with ``readers``, then ask ``root``."""

    root: Step
    readers: tuple[Reader, ...]
    leaves: tuple[Leaf, ...]

    def read(self, readings: Readings, findings: Findings) -> list[State]:
        """Return the state of every leaf."""
        return [read(readings, findings) for read in self.readers]


def make_plan(rule: Rule) -> Plan:
    """Compile a rule once, at load."""
    found: list[Leaf] = []
    root = _step(rule, found)
    return Plan(root, tuple(_reader(leaf) for leaf in found), tuple(found))


def _step(node: AnyNode, found: list[Leaf]) -> Step:
    if isinstance(node, Leaf):
        position = len(found)
        found.append(node)
        return _leaf_step(node, position)
    steps = tuple(_step(child, found) for child in children(node))
    score = _scorer(node, steps)
    return Step(node, _judge(node, steps, score), score, steps)


def _leaf_step(node: Leaf, position: int) -> Step:
    if isinstance(node, Threshold | Finding):
        return Step(node, lambda states: states[position], None, (), position)  # type: ignore[arg-type,return-value]

    def contribution(states: States) -> Interval:
        return states[position]  # type: ignore[return-value]

    return Step(node, lambda states: _present(contribution(states)), contribution, (), position)


def _present(contribution: Interval) -> Verdict:
    """A summand has no threshold: what is known of it is whether it counts."""
    if not contribution.is_point:
        return UNKNOWN
    return NOT_MET if contribution.low == 0 else MET


def _judge(node: AnyNode, steps: tuple[Step, ...], score: Scorer | None) -> Judge:
    judges = tuple(step.judge for step in steps)
    match node:
        case FirstKnown():
            return lambda states: next((v for judge in judges if (v := judge(states)) is not UNKNOWN), UNKNOWN)
        case AllOf():
            return _counting(judges, len(judges))
        case AtLeast(required=required):
            return _counting(judges, required)
    assert score is not None
    if isinstance(node, Sum | Linear | Ratio):
        compare, limit = COMPARE[node.cutoff.comparator], node.cutoff.value
        return lambda states: compare(score(states), limit)
    return lambda states: COMPARE[">"](score(states), ZERO)


def _counting(judges: tuple[Judge, ...], required: int) -> Judge:
    def judge(states: States) -> Verdict:
        met, unknown = count(judges, states)
        return at_least(required, met, unknown)

    return judge


def count(judges: Iterable[Judge], states: States) -> tuple[int, int]:
    """Return how many are met and how many are unknown."""
    met = unknown = 0
    for judge in judges:
        verdict = judge(states)
        if verdict is MET:
            met += 1
        elif verdict is UNKNOWN:
            unknown += 1
    return met, unknown


def _scorer(node: AnyNode, steps: tuple[Step, ...]) -> Scorer | None:
    if isinstance(node, Tally):
        judges, points = tuple(step.judge for step in steps), node.points

        def tally(states: States) -> Interval:
            met, unknown = count(judges, states)
            return Interval(points[met], points[met + unknown])

        return tally
    scores = tuple(step.score for step in steps if step.score is not None)
    if isinstance(node, Sum | Linear):
        return lambda states: total(score(states) for score in scores)
    if isinstance(node, Ratio):
        return lambda states: quotient(scores[0](states), scores[1](states))
    return None


def _reader(leaf: Leaf) -> Reader:
    match leaf:
        case Threshold():
            return _threshold_reader(leaf)
        case Finding(finding=finding):
            return lambda readings, findings: _as_verdict(findings.get(finding))
        case Term(observation=""):
            return _finding_term_reader(leaf)
        case Term():
            return _term_reader(leaf)
        case Measure():
            return _measure_reader(leaf)


def _as_verdict(present: bool | None) -> Verdict:
    if present is None:
        return UNKNOWN
    return MET if present else NOT_MET


def _threshold_reader(leaf: Threshold) -> Reader:
    observation, excluded_by = leaf.observation, leaf.excluded_by
    compare, by_unit = COMPARE[leaf.limit.comparator], leaf.limit.by_unit

    def read(readings: Readings, findings: Findings) -> Verdict:
        reading = readings.get(observation)
        if reading is None:
            return NOT_MET if findings.get(excluded_by) is False else UNKNOWN
        return compare(reading.interval, by_unit[reading.unit])

    return read


def _finding_term_reader(leaf: Term) -> Reader:
    finding, weight = leaf.finding, leaf.weight
    either = Interval(min(ZERO, weight), max(ZERO, weight))

    def read(readings: Readings, findings: Findings) -> Interval:
        present = findings.get(finding)
        return either if present is None else point(weight if present else ZERO)

    return read


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
    anything = Interval(ZERO, INFINITY, low_open=True, high_open=True)

    def read(readings: Readings, findings: Findings) -> Interval:
        reading = readings.get(observation)
        if reading is None:
            return anything
        return _resolved(table.convert_interval(reading.interval, reading.unit, unit), resolution)

    return read


def _resolved(value: Interval, resolution: Decimal) -> Interval:
    """Widen what lies below the method's resolution: there any value from 0 (excluded) to it may be the true one."""
    if value.low >= resolution:
        return value
    if value.high < resolution or (value.high == resolution and value.high_open):
        return Interval(ZERO, resolution, low_open=True)
    return Interval(ZERO, value.high, low_open=True, high_open=value.high_open)
