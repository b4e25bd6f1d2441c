"""A rule made ready to run: every leaf reads its input, then every group is settled from what stands below it.

The two stages are apart, so that "if this test were known" repeats only the second one. Of that, only the groups above
the leaves in question run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from service.clinical.criteria.rules import (
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
    inputs,
)
from service.clinical.measurement.analytes import MEASURES
from service.clinical.measurement.interval import (
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
    total,
)
from service.clinical.measurement.reading import Reading
from service.clinical.measurement.units import Conversion, converted_interval

Readings = Mapping[str, Reading]
Findings = Mapping[str, bool]
State = Verdict | Interval
"""The state of a node: a verdict, or an interval for points, a summand or a side of a ratio."""
States = Sequence[State]
"""The state of every node of a rule, by position: leaves read it, groups are settled from those below."""
Settler = Callable[[States], State]
Groups = tuple[tuple[int, Settler], ...]
ByPresence = Mapping[bool | None, State]
"""The states of a leaf by its finding: present, absent, or None (unknown)."""
Reach = Callable[[Interval, Any], State]
"""From a result, and what the leaf holds for the unit it came in, to what the leaf comes to."""
Entry = TypeVar("Entry")
Exclusion = tuple[str, str]
"""An observation, and the finding that can settle it where it was not measured."""

BY_PRESENCE = {True: MET, False: NOT_MET, None: UNKNOWN}
EXCLUDED = {True: UNKNOWN, False: NOT_MET, None: UNKNOWN}
"""The size or fever that an absent finding implies; a present finding says nothing of its number."""
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
"""The position of a leaf that an observation reaches, and how."""


@dataclass(frozen=True, slots=True)
class Readers:
    """All leaves of a rule: the states of a panel of which nothing is known, and what a finding or a result changes."""

    unread: tuple[State, ...]
    by_finding: tuple[tuple[str, tuple[tuple[int, ByPresence], ...]], ...]
    by_observation: Mapping[str, tuple[Reached, ...]]

    @classmethod
    def of(cls, readers: Mapping[int, Reader], size: int) -> Readers:
        """Prepare the leaves of a rule of ``size`` nodes, by their positions."""
        unread: list[State] = [UNKNOWN] * size
        by_finding: dict[str, list[tuple[int, ByPresence]]] = {}
        by_observation: dict[str, list[Reached]] = {}
        for position, leaf_reader in readers.items():
            unread[position] = leaf_reader.by_presence[None]
            if leaf_reader.finding:
                by_finding.setdefault(leaf_reader.finding, []).append((position, leaf_reader.by_presence))
            if leaf_reader.reach is not None:
                reached = (position, leaf_reader.reach, leaf_reader.by_unit)
                by_observation.setdefault(leaf_reader.observation, []).append(reached)
        return cls(
            tuple(unread),
            tuple((finding, tuple(leaves)) for finding, leaves in by_finding.items()),
            {observation: tuple(leaves) for observation, leaves in by_observation.items()},
        )

    def read(self, readings: Readings, findings: Findings) -> list[State]:
        """Return the states of a panel in which the leaves are read and no group is settled."""
        states = list(self.unread)
        for finding, leaves in self.by_finding:
            present = findings.get(finding)
            if present is not None:
                for position, by_presence in leaves:
                    states[position] = by_presence[present]
        _take(states, readings, self.by_observation.items())  # after the findings: a result goes first
        return states

    def read_again(self, states: Sequence[State], readings: Readings, changed: Iterable[str]) -> list[State] | None:
        """Return what they come to when only the results of some observations have changed; None: as before."""
        leaves_of = self.by_observation
        reached = [(observation, leaves_of[observation]) for observation in changed if observation in leaves_of]
        if not reached:
            return None
        again = list(states)
        _take(again, readings, reached)
        return again


def _take(states: list[State], readings: Readings, reached: Iterable[tuple[str, tuple[Reached, ...]]]) -> None:
    """Put what the results come to at the positions of the leaves that they reach."""
    for observation, leaves in reached:
        reading = readings.get(observation)
        if reading is not None:
            interval, unit = reading.interval, reading.unit
            for position, reach, by_unit in leaves:
                states[position] = reach(interval, by_unit[unit])


@dataclass(frozen=True, slots=True)
class Step:
    """One node made ready, at its position among the states.

    ``below`` are the positions of the ``steps`` below it. A leaf knows the inputs that can settle it, the most direct
    first. It also knows the groups above it that take the first known of several ways. A group that counts knows how
    many it needs.
    """

    node: AnyNode
    position: int
    steps: tuple[Step, ...] = ()
    below: tuple[int, ...] = ()
    inputs: tuple[str, ...] = ()
    ways: tuple[int, ...] = ()
    required: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole rule made ready. ``groups`` stand in the order in which they can be settled.

    ``readers`` read the ``leaves``. By input, ``above`` are the groups that rest on it, and ``meeting`` is the position
    of the lowest node through which all its leaves act. ``within`` are the positions of a node and all below it.
    """

    root: Step
    readers: Readers
    groups: Groups
    judge: Callable[[State], Verdict]
    leaves: tuple[Step, ...]
    above: Mapping[str, Groups]
    meeting: Mapping[str, int]
    within: Mapping[int, frozenset[int]]
    exclusions: tuple[Exclusion, ...]

    def states(self, readings: Readings, findings: Findings) -> list[State]:
        """Return the state of every node on a panel."""
        return settled(self.readers.read(readings, findings), self.groups)

    def states_with(self, states: States, readings: Readings, changed: Iterable[str]) -> States:
        """Return the states when the results of some observations have changed, the same list if none is read."""
        again = self.readers.read_again(states, readings, changed)
        return states if again is None else settled(again, self.groups)

    def verdict(self, states: States) -> Verdict:
        """Return the verdict of the whole rule."""
        return self.judge(states[self.root.position])

    def with_changes(self, states: States, changes: Iterable[tuple[int, State]], groups: Groups) -> list[State]:
        """Return the states as they would be if some leaves were in another; ``groups`` are those that can follow."""
        changed = list(states)
        for position, state in changes:
            changed[position] = state
        return settled(changed, groups)


def settled(states: list[State], groups: Groups) -> list[State]:
    """Settle some groups, in order, on what stands below them, and return the same list."""
    for position, settle in groups:
        states[position] = settle(states)
    return states


def make_plan(rule: Rule) -> Plan:
    """Make a rule ready once, at load."""
    root = _step(rule, 0, ())
    steps = tuple(_below(root))
    leaves = tuple(step for step in steps if isinstance(step.node, Leaf))
    readers = {step.position: reader(step.node) for step in leaves if isinstance(step.node, Leaf)}
    within = {step.position: frozenset(lower.position for lower in _below(step)) for step in steps}
    groups = tuple((step.position, settler(step.node, step.below)) for step in _upwards(root) if step.steps)
    at = {key: [leaf.position for leaf in leaves if key in leaf.inputs] for leaf in leaves for key in leaf.inputs}
    return Plan(
        root,
        Readers.of(readers, len(steps)),
        groups,
        judge(rule),
        leaves,
        {key: tuple(group for group in groups if not within[group[0]].isdisjoint(at[key])) for key in at},
        {key: _meeting(positions, within) for key, positions in at.items()},
        within,
        tuple((leaf.inputs[0], finding) for leaf in leaves for finding in leaf.inputs[1:]),
    )


def _step(node: AnyNode, position: int, ways: tuple[int, ...]) -> Step:
    """Return the step of one node; it and those below are numbered from ``position`` in the order of the file."""
    if isinstance(node, Leaf):
        return Step(node, position, inputs=inputs(node), ways=ways)
    ways = (*ways, position) if isinstance(node, FirstKnown) else ways
    steps: list[Step] = []
    following = position + 1
    for child in children(node):
        steps.append(_step(child, following, ways))
        following += len(list(_below(steps[-1])))
    required = node.required if isinstance(node, AtLeast) else len(steps) if isinstance(node, AllOf) else 0
    return Step(node, position, tuple(steps), tuple(step.position for step in steps), required=required)


def _below(step: Step) -> Iterator[Step]:
    """Yield the step and everything below it, from above."""
    yield step
    for lower in step.steps:
        yield from _below(lower)


def _upwards(step: Step) -> Iterator[Step]:
    """Yield the step and everything below it, from below."""
    for lower in step.steps:
        yield from _upwards(lower)
    yield step


def _meeting(positions: Iterable[int], within: Mapping[int, frozenset[int]]) -> int:
    """Return the lowest node that is above all these or is the only one: the one with the least below it."""
    return min((at for at, below in within.items() if below.issuperset(positions)), key=lambda at: len(within[at]))


def count(states: States, group: Step) -> tuple[int, int]:
    """Return how many of a group are met and how many are unknown."""
    verdicts = [states[position] for position in group.below]
    return verdicts.count(MET), verdicts.count(UNKNOWN)


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
    by_unit = {unit: conversion.times(leaf.weight) for unit, conversion in analyte.table.to(leaf.unit).items()}
    plausible = converted_interval(analyte.soft, by_unit[analyte.canonical])
    return Reader({None: plausible}, observation=leaf.observation, reach=converted_interval, by_unit=by_unit)


def _measure_reader(leaf: Measure) -> Reader:
    resolution = leaf.resolution

    def reach(interval: Interval, conversion: Conversion) -> Interval:
        return _resolved(converted_interval(interval, conversion), resolution)

    by_unit = MEASURES[leaf.observation].table.to(leaf.unit)
    return Reader({None: NOT_NEGATIVE}, observation=leaf.observation, reach=reach, by_unit=by_unit)


def _resolved(value: Interval, resolution: Decimal) -> Interval:
    """Widen a value below the method's resolution: there any from 0 (excluded) to it may be the true one."""
    if value.low >= resolution:
        return value
    if value.high < resolution or (value.high == resolution and value.high_open):
        return Interval(ZERO, resolution, low_open=True)
    return Interval(ZERO, value.high, low_open=True, high_open=value.high_open)


def verdict_of(state: State) -> Verdict:
    """Return a state as a verdict: points or a summand are met once they cannot be 0."""
    if isinstance(state, Verdict):
        return state
    if state.low > 0 or state.high < 0:
        return MET
    return NOT_MET if state.is_point else UNKNOWN


def judge(rule: Rule) -> Callable[[State], Verdict]:
    """Return the function from the state of the root to the verdict of the whole rule; made once, at load."""
    if not isinstance(rule, Sum | Linear | Ratio):
        return verdict_of
    compare, limit = COMPARE[rule.cutoff.comparator], rule.cutoff.value
    return lambda state: compare(state, limit)  # type: ignore[arg-type]


def tallies(size: int) -> list[tuple[int, int]]:
    """Return every way in which items can be met and unknown, as two counts."""
    return [(met, unknown) for met in range(size + 1) for unknown in range(size + 1 - met)]


def tally_points(node: Tally) -> dict[tuple[int, int], Interval]:
    """Return the points of a tally by how many of its items are met and how many are unknown."""
    points = node.points
    return {(met, unknown): Interval(points[met], points[met + unknown]) for met, unknown in tallies(len(points) - 1)}


def settler(node: AnyNode, below: tuple[int, ...]) -> Settler:
    """Return the function that settles a group from the states at the positions ``below``; made once, at load."""
    match node:
        case FirstKnown():
            return _first_known(below)
        case AllOf():
            return by_count(below, _verdicts(len(below), len(below)))
        case AtLeast(required=required):
            return by_count(below, _verdicts(required, len(below)))
        case Tally():
            return by_count(below, tally_points(node))
        case Ratio():
            pick = _picker(below)
            return lambda states: quotient(*pick(states))  # type: ignore[arg-type]
        case _:
            pick = _picker(below)
            return lambda states: total(pick(states))  # type: ignore[arg-type]


def _picker(below: tuple[int, ...]) -> Callable[[States], tuple[State, ...]]:
    """Return the function that takes the states at some positions."""
    if len(below) > 1:
        return itemgetter(*below)
    only = below[0]
    return lambda states: (states[only],)


def _verdicts(required: int, size: int) -> dict[tuple[int, int], Verdict]:
    """Return the verdict on "at least so many" by how many are met and how many are unknown."""
    return {(met, unknown): at_least(required, met, unknown) for met, unknown in tallies(size)}


def by_count(below: tuple[int, ...], table: Mapping[tuple[int, int], Entry]) -> Callable[[States], Entry]:
    """Return what looks up a table by how many of the states at some positions are met, and how many are unknown."""
    pick = _picker(below)

    def look_up(states: States) -> Entry:
        verdicts = pick(states)
        return table[verdicts.count(MET), verdicts.count(UNKNOWN)]

    return look_up


def _first_known(below: tuple[int, ...]) -> Settler:
    def settle(states: States) -> State:
        for position in below:
            if states[position] is not UNKNOWN:
                return states[position]
        return UNKNOWN

    return settle
