"""A rule made ready to run: first every leaf reads its input, then every group is settled from below.

The two stages are apart so that "what if this test were known" repeats only the second one, and of that only the
groups above the leaves in question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from service.clinical.interval import COMPARE, MET, NOT_MET, UNKNOWN, Interval, Verdict, at_least, quotient, total
from service.clinical.leaf_readers import Findings, Reader, Readings, State, reader
from service.clinical.rules import (
    AllOf,
    AnyNode,
    AtLeast,
    FirstKnown,
    Leaf,
    Linear,
    Ratio,
    Rule,
    Sum,
    Tally,
    children,
)

States = Sequence[State]
"""The state of every node of a rule, by position: leaves read it, groups are settled from those below."""
Settler = Callable[[States], State]


@dataclass(frozen=True, slots=True)
class Step:
    """One node made ready, at its position among the states."""

    node: AnyNode
    position: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole rule made ready. ``groups`` stand in the order in which they can be settled, the root last."""

    root: Step
    readers: tuple[Reader | None, ...]
    groups: tuple[tuple[int, Settler], ...]
    above: Mapping[int, frozenset[int]]

    def read(self, readings: Readings, findings: Findings) -> list[State]:
        """Return the state of every node."""
        states = [UNKNOWN if read is None else read(readings, findings) for read in self.readers]
        for position, settle in self.groups:
            states[position] = settle(states)
        return states

    def verdict(self, states: States) -> Verdict:
        """Return the verdict of the whole rule."""
        node, state = self.root.node, states[self.root.position]
        if isinstance(node, Sum | Linear | Ratio):
            assert isinstance(state, Interval)
            return COMPARE[node.cutoff.comparator](state, node.cutoff.value)
        return verdict_of(state)

    def with_changes(self, states: States, changes: Mapping[int, State]) -> list[State]:
        """Return the states as they would be if some leaves were in another state."""
        changed = list(states)
        touched: set[int] = set()
        for position, state in changes.items():
            changed[position] = state
            touched |= self.above[position]
        for position, settle in self.groups:
            if position in touched:
                changed[position] = settle(changed)
        return changed


def make_plan(rule: Rule) -> Plan:
    """Compile a rule once, at load."""
    maker = _Maker()
    root = maker.step(rule, ())
    return Plan(root, tuple(maker.readers), tuple(maker.groups), maker.above)


def verdict_of(state: State) -> Verdict:
    """Return a state as a verdict: points or a summand are met once they cannot be 0."""
    if isinstance(state, Verdict):
        return state
    if state.low > 0 or state.high < 0:
        return MET
    return NOT_MET if state.is_point else UNKNOWN


def count(states: States, steps: Iterable[Step]) -> tuple[int, int]:
    """Return how many of the steps are met and how many are unknown."""
    verdicts = [states[step.position] for step in steps]
    return verdicts.count(MET), verdicts.count(UNKNOWN)


class _Maker:
    """Numbers the nodes and collects what runs."""

    def __init__(self) -> None:
        self.readers: list[Reader | None] = []
        self.groups: list[tuple[int, Settler]] = []
        self.above: dict[int, frozenset[int]] = {}

    def step(self, node: AnyNode, above: tuple[int, ...]) -> Step:
        position = len(self.readers)
        if isinstance(node, Leaf):
            self.readers.append(reader(node))
            self.above[position] = frozenset(above)
            return Step(node, position, ())
        self.readers.append(None)
        steps = tuple(self.step(child, (*above, position)) for child in children(node))
        self.groups.append((position, _settler(node, [step.position for step in steps])))
        return Step(node, position, steps)


def _settler(node: AnyNode, below: list[int]) -> Settler:
    if len(below) == 1:
        only = below[0]
        pick: Callable[[States], tuple[State, ...]] = lambda states: (states[only],)  # noqa: E731  # as itemgetter
    else:
        pick = itemgetter(*below)
    match node:
        case FirstKnown():
            return lambda states: next((one for one in pick(states) if one is not UNKNOWN), UNKNOWN)
        case AllOf():
            return _counting(pick, len(below))
        case AtLeast(required=required):
            return _counting(pick, required)
        case Tally():
            return _tallying(pick, node)
        case Ratio():
            return lambda states: quotient(*pick(states))  # type: ignore[arg-type]
        case _:
            return lambda states: total(pick(states))  # type: ignore[arg-type]


def _counting(pick: Callable[[States], tuple[State, ...]], required: int) -> Settler:
    def settle(states: States) -> Verdict:
        verdicts = pick(states)
        return at_least(required, verdicts.count(MET), verdicts.count(UNKNOWN))

    return settle


def _tallying(pick: Callable[[States], tuple[State, ...]], node: Tally) -> Settler:
    points = node.points
    table = {
        (met, unknown): Interval(points[met], points[met + unknown])
        for met in range(len(points))
        for unknown in range(len(points) - met)
    }

    def settle(states: States) -> Interval:
        verdicts = pick(states)
        return table[verdicts.count(MET), verdicts.count(UNKNOWN)]

    return settle
