"""Which inputs are still missing, and which one of them could by itself settle the verdict.

An input works on a rule in one direction (the loader refuses any other), so its two ends are all that need trying: the
verdict at either end is decided, or no value between decides it. A missing number of a linear score is tried at the
ends of its plausible range, a censored one at its own open end.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from service.clinical.interval import MET, NOT_MET, UNKNOWN, ZERO, Interval, point
from service.clinical.leaf_readers import Findings, Readings, State
from service.clinical.plan import Plan, States, Step
from service.clinical.rules import AnyNode, FirstKnown, Leaf, Measure, Term, Threshold, inputs

FAR = Decimal("1E+40")
OpenLeaves = dict[str, list[Step]]


def open_inputs(plan: Plan, states: States, readings: Readings, findings: Findings) -> OpenLeaves:
    """Return the inputs that are still unknown, each with the leaves that it could settle."""
    found: OpenLeaves = {}
    for step in _open_leaves(plan.root, states):
        for key in _unknown_inputs(step.node, readings, findings):
            found.setdefault(key, []).append(step)
    return found


def decisive(plan: Plan, states: States, missing: OpenLeaves) -> tuple[str, ...]:
    """Return those of the missing inputs for which one value exists that settles the whole rule."""
    if plan.verdict(states) is not UNKNOWN:
        return ()
    return tuple(key for key, steps in missing.items() if _settles(plan, states, key, steps))


def _settles(plan: Plan, states: States, key: str, steps: list[Step]) -> bool:
    for high in (True, False):
        changes = {step.position: _at_end(step.node, key, states[step.position], high) for step in steps}
        if plan.verdict(plan.with_changes(states, changes, plan.above[key])) is not UNKNOWN:
            return True
    return False


def _open_leaves(step: Step, states: States) -> Iterator[Step]:
    """Yield the leaves that are not settled, passing over what a better-known way has settled already."""
    state = states[step.position]
    if not step.steps:
        if state is UNKNOWN or (isinstance(state, Interval) and not state.is_point):
            yield step
    elif not (isinstance(step.node, FirstKnown) and state is not UNKNOWN):
        for below in step.steps:
            yield from _open_leaves(below, states)


def _unknown_inputs(leaf: AnyNode, readings: Readings, findings: Findings) -> Iterator[str]:
    """Yield what could settle an open leaf; the finding that excludes it only where nothing was measured."""
    assert isinstance(leaf, Leaf)
    direct, *exclusions = inputs(leaf)
    yield direct
    for finding in exclusions:
        if finding not in findings and direct not in readings:
            yield finding


def _at_end(leaf: AnyNode, key: str, state: State, high: bool) -> State:
    """Return what a leaf comes to with the input at its low end (a finding: absent) or its high end (present)."""
    if isinstance(state, Interval):
        return _end_of(leaf, state, high)
    if isinstance(leaf, Threshold):
        if key == leaf.excluded_by:
            return state if high else NOT_MET
        return MET if high is (leaf.limit.comparator in (">", ">=")) else NOT_MET
    return MET if high else NOT_MET


def _end_of(leaf: AnyNode, state: Interval, high: bool) -> Interval:
    """Return the contribution at one end; an open end is tried far out, for no result is ever infinite."""
    if isinstance(leaf, Measure) and not high and state.low < leaf.resolution:
        return Interval(ZERO, leaf.resolution, low_open=True)
    rising = not isinstance(leaf, Term) or leaf.weight > 0
    end = state.high if high is rising else state.low
    return point(min(max(end, -FAR), FAR))
