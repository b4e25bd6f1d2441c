"""Which inputs are still missing, and which one of them could by itself settle the verdict.

An input works on a rule in one direction (the loader refuses any other), so its two ends are all that need trying: the
verdict at either end is decided, or no value between decides it. A missing number of a linear score is tried at the
ends of its plausible range, a censored one at its own open end.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from service.clinical.interval import MET, NOT_MET, UNKNOWN, ZERO, Interval, point
from service.clinical.plan import Findings, Plan, Readings, State, States, Step
from service.clinical.rules import Finding, FirstKnown, Leaf, Measure, Term, Threshold

FAR = Decimal("1E+40")
Positions = dict[str, list[int]]


def open_inputs(plan: Plan, states: States, readings: Readings, findings: Findings) -> Positions:
    """Return the inputs that are still unknown, each with the positions of the leaves it could settle."""
    positions: Positions = {}
    for step in _open_leaves(plan.root, states):
        for key in _unknown_inputs(step, readings, findings):
            positions.setdefault(key, []).append(step.position)
    return positions


def decisive(plan: Plan, states: States, missing: Positions) -> tuple[str, ...]:
    """Return those of the missing inputs for which one value exists that settles the whole rule."""
    if plan.root.judge(states) is not UNKNOWN:
        return ()
    return tuple(key for key, positions in missing.items() if _settles(plan, states, key, positions))


def _settles(plan: Plan, states: States, key: str, positions: list[int]) -> bool:
    for high in (False, True):
        trial = list(states)
        for position in positions:
            trial[position] = _at_end(plan, position, key, states[position], high)
        if plan.root.judge(trial) is not UNKNOWN:
            return True
    return False


def _open_leaves(step: Step, states: States) -> Iterator[Step]:
    """Yield the leaves that are not settled, passing over what a better-known way has settled already."""
    if isinstance(step.node, FirstKnown) and step.judge(states) is not UNKNOWN:
        return
    if step.position >= 0 and step.judge(states) is UNKNOWN:
        yield step
    for below in step.steps:
        yield from _open_leaves(below, states)


def _unknown_inputs(step: Step, readings: Readings, findings: Findings) -> Iterator[str]:
    match step.node:
        case Threshold(observation=observation, excluded_by=finding):
            yield observation
            if finding and finding not in findings and observation not in readings:
                yield finding
        case Finding(finding=finding):
            yield finding
        case Term(observation=observation, finding=finding):
            yield observation or finding
        case Measure(observation=observation):
            yield observation


def _at_end(plan: Plan, position: int, key: str, state: State, high: bool) -> State:
    """Return what a leaf comes to with the input at its low end (a finding: absent) or its high end (present)."""
    leaf = plan.leaves[position]
    if isinstance(state, Interval):
        return _end_of(leaf, state, high)
    if isinstance(leaf, Threshold):
        if key == leaf.excluded_by:
            return state if high else NOT_MET
        return MET if high is (leaf.limit.comparator in (">", ">=")) else NOT_MET
    return MET if high else NOT_MET


def _end_of(leaf: Leaf, state: Interval, high: bool) -> Interval:
    """Return the contribution at one end; an open end is tried far out, for no result is ever infinite."""
    if isinstance(leaf, Measure) and not high and state.low < leaf.resolution:
        return Interval(ZERO, leaf.resolution, low_open=True)
    rising = not isinstance(leaf, Term) or leaf.weight > 0
    end = state.high if high is rising else state.low
    return point(min(max(end, -FAR), FAR))
