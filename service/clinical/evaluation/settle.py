"""How each group of a rule is settled from what stands below it, and how its root becomes a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter

from service.clinical.criteria.rules import AllOf, AnyNode, AtLeast, FirstKnown, Linear, Ratio, Rule, Sum, Tally
from service.clinical.evaluation.leaf_readers import State
from service.clinical.measurement.interval import (
    COMPARE,
    MET,
    NOT_MET,
    UNKNOWN,
    Interval,
    Verdict,
    at_least,
    quotient,
    total,
)

States = Sequence[State]
"""The state of every node of a rule, by position: leaves read it, groups are settled from those below."""
Settler = Callable[[States], State]
Groups = tuple[tuple[int, Settler], ...]


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
    if len(below) == 1:
        only = below[0]
        pick: Callable[[States], tuple[State, ...]] = lambda states: (states[only],)  # noqa: E731  # as itemgetter
    else:
        pick = itemgetter(*below)
    match node:
        case FirstKnown():
            return _first_known(below)
        case AllOf():
            return _by_count(pick, _verdicts(len(below), len(below)))
        case AtLeast(required=required):
            return _by_count(pick, _verdicts(required, len(below)))
        case Tally():
            return _by_count(pick, tally_points(node))
        case Ratio():
            return lambda states: quotient(*pick(states))  # type: ignore[arg-type]
        case _:
            return lambda states: total(pick(states))  # type: ignore[arg-type]


def _verdicts(required: int, size: int) -> dict[tuple[int, int], Verdict]:
    """Return the verdict on "at least so many" by how many are met and how many are unknown."""
    return {(met, unknown): at_least(required, met, unknown) for met, unknown in tallies(size)}


def _by_count(pick: Callable[[States], tuple[State, ...]], table: Mapping[tuple[int, int], State]) -> Settler:
    def settle(states: States) -> State:
        verdicts = pick(states)
        return table[verdicts.count(MET), verdicts.count(UNKNOWN)]

    return settle


def _first_known(below: tuple[int, ...]) -> Settler:
    def settle(states: States) -> State:
        for position in below:
            if states[position] is not UNKNOWN:
                return states[position]
        return UNKNOWN

    return settle
