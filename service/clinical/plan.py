"""A rule made ready to run: first every leaf reads its input, then every group is settled from below.

The two stages are apart so that "what if this test were known" repeats only the second one, and of that only the
groups above the leaves in question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from service.clinical.interval import COMPARE, MET, NOT_MET, UNKNOWN, Interval, Verdict, at_least, quotient, total, total_of_decimals
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
    inputs,
)

States = Sequence[State]
"""The state of every node of a rule, by position: leaves read it, groups are settled from those below."""
Settler = Callable[[States], State]
Groups = tuple[tuple[int, Settler], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One node made ready, at its position among the states."""

    node: AnyNode
    position: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole rule made ready. ``groups`` stand in the order in which they can be settled, the root last.

    By input, ``leaves`` are the positions of those that read it, ``above`` the groups that rest on them.
    """

    root: Step
    readers: tuple[Reader | None, ...]
    groups: Groups
    judge: Callable[[State], Verdict]
    leaves: Mapping[str, tuple[int, ...]]
    above: Mapping[str, Groups]

    def read(self, readings: Readings, findings: Findings) -> list[State]:
        """Return the state of every node."""
        states = [UNKNOWN if read is None else read(readings, findings) for read in self.readers]
        for position, settle in self.groups:
            states[position] = settle(states)
        return states

    def verdict(self, states: States) -> Verdict:
        """Return the verdict of the whole rule."""
        return self.judge(states[self.root.position])

    def read_again(self, states: States, readings: Readings, findings: Findings, changed: Iterable[str]) -> States:
        """Return the states when only the readings of some inputs have changed."""
        changes = {at: self.readers[at](readings, findings) for key in changed for at in self.leaves.get(key, ())}  # type: ignore[misc]
        return self.with_changes(states, changes) if changes else states

    def with_changes(self, states: States, changes: Mapping[int, State], above: Groups | None = None) -> list[State]:
        """Return the states as they would be if some leaves were in another; only the groups ``above`` can follow."""
        changed = list(states)
        for position, state in changes.items():
            changed[position] = state
        for position, settle in self.groups if above is None else above:
            changed[position] = settle(changed)
        return changed


def make_plan(rule: Rule) -> Plan:
    """Compile a rule once, at load."""
    maker = _Maker()
    root = maker.step(rule, ())
    leaves = {key: tuple(positions) for key, positions in maker.leaves.items()}
    above = {key: tuple(one for one in maker.groups if one[0] in maker.above[key]) for key in leaves}
    return Plan(root, tuple(maker.readers), tuple(maker.groups), _judge(rule), leaves, above)


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
        self.leaves: dict[str, list[int]] = {}
        self.above: dict[str, set[int]] = {}

    def step(self, node: AnyNode, above: tuple[int, ...]) -> Step:
        position = len(self.readers)
        if isinstance(node, Leaf):
            self.readers.append(reader(node))
            for key in inputs(node):
                self.leaves.setdefault(key, []).append(position)
                self.above.setdefault(key, set()).update(above)
            return Step(node, position, ())
        self.readers.append(None)
        steps = tuple(self.step(child, (*above, position)) for child in children(node))
        self.groups.append((position, _settler(node, [step.position for step in steps])))
        return Step(node, position, steps)


def _judge(rule: Rule) -> Callable[[State], Verdict]:
    if not isinstance(rule, Sum | Linear | Ratio):
        return verdict_of
    compare, limit = COMPARE[rule.cutoff.comparator], rule.cutoff.value
    return lambda state: compare(state, limit)  # type: ignore[arg-type]


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
        case Sum():
            return lambda states: total_of_decimals(pick(states))  # type: ignore[arg-type]
        case Ratio():
            return lambda states: quotient(*pick(states))  # type: ignore[arg-type]
        case _:
            return lambda states: total(pick(states))  # type: ignore[arg-type]


def _counting(pick: Callable[[States], tuple[State, ...]], required: int) -> Settler:
    def settle(states: States) -> Verdict:
        verdicts = pick(states)
        met = verdicts.count(MET)
        return MET if met >= required else at_least(required, met, verdicts.count(UNKNOWN))

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
