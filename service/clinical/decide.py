"""Which inputs are still missing, and which one of them could by itself settle the verdict.

An input works on a rule in one direction (the loader refuses any other), so its two ends are all that need trying: the
verdict at either end is decided, or no value between decides it. A missing number of a linear score is tried at the
ends of its plausible range, a censored one at its own open end.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from service.clinical.interval import MET, NOT_MET, UNKNOWN, ZERO, Interval, distance, point
from service.clinical.leaf_readers import State
from service.clinical.plan import Exclusion, Plan, Step, count
from service.clinical.rules import AnyNode, Linear, Measure, Ratio, Sum, Term, Threshold
from service.clinical.settle import States

FAR = Decimal("1E+40")
OpenLeaves = dict[str, list[Step]]


def open_inputs(plan: Plan, states: States, barred: Collection[Exclusion]) -> OpenLeaves:
    """Return the inputs that are still unknown, each with the leaves that it could settle.

    What a better-known way has settled already is passed over, and so is the finding of an exclusion that is
    ``barred``: reported itself, or of something measured.
    """
    found: OpenLeaves = {}
    for leaf in plan.leaves:
        state = states[leaf.position]
        if state is MET or state is NOT_MET or (isinstance(state, Interval) and state.is_point):
            continue
        if leaf.ways and any(states[way] is not UNKNOWN for way in leaf.ways):
            continue
        for key in leaf.inputs:
            if not barred or (leaf.inputs[0], key) not in barred:
                found.setdefault(key, []).append(leaf)
    return found


def decisive(plan: Plan, states: States, missing: OpenLeaves) -> tuple[str, ...]:
    """Return those of the missing inputs for which one value exists that settles a whole rule that is unknown."""
    turning = _turning_points(plan, states)
    return tuple(
        [key for key, steps in missing.items() if plan.meeting[key] in turning and _settles(plan, states, key, steps)]
    )


def _turning_points(plan: Plan, states: States) -> set[int]:
    """Return the positions of the nodes that could by themselves settle the rule: only what acts there is worth trying.

    Most sparse panels are several results away from a verdict.
    """
    root = plan.root
    found = {root.position}
    match root.node:
        case Ratio():
            found |= plan.within[root.position]
        case Sum(cutoff=cutoff) | Linear(cutoff=cutoff):
            low, high, _, _ = states[root.position]  # type: ignore[misc]
            far = min(distance(low, cutoff.value), distance(cutoff.value, high))
            for position in root.below:
                low, high, _, _ = states[position]  # type: ignore[misc]
                if low != high and distance(low, high) >= far:
                    found |= plan.within[position]
        case _:
            _turn(root, states, (True, True), found)
    return found


def _turn(step: Step, states: States, settles: tuple[bool, bool], found: set[int]) -> None:
    """Add the nodes below an unknown one that could settle the rule; ``settles``: once this one is met, is not met."""
    if_met, if_not_met = settles
    if step.required:
        met, unknown = count(states, step)
        if_met = if_met and met + 1 >= step.required
        if_not_met = if_not_met and met + unknown - 1 < step.required
    if not (if_met or if_not_met):
        return
    for below in step.steps:
        if states[below.position] is UNKNOWN:
            found.add(below.position)
            _turn(below, states, (if_met, if_not_met), found)


def _settles(plan: Plan, states: States, key: str, steps: list[Step]) -> bool:
    for high in (True, False):
        changes = [(step.position, _at_end(step.node, key, states[step.position], high)) for step in steps]
        if plan.verdict(plan.with_changes(states, changes, plan.above[key])) is not UNKNOWN:
            return True
    return False


def _at_end(leaf: AnyNode, key: str, state: State, high: bool) -> State:
    """Return what a leaf comes to with the input at its low end (a finding: absent) or its high end (present)."""
    if isinstance(state, Interval):
        return _end_of(leaf, state, high)
    if isinstance(leaf, Threshold):
        if key != leaf.observation and high:
            return state  # neither a finding that does not exclude it nor a high present age says anything
        if key == leaf.excluded_by:
            return NOT_MET
        return MET if high is (leaf.limit.comparator in (">", ">=")) else NOT_MET
    return MET if high else NOT_MET


def _end_of(leaf: AnyNode, state: Interval, high: bool) -> Interval:
    """Return the contribution at one end; an open end is tried far out, for no result is ever infinite."""
    if isinstance(leaf, Measure) and not high and state.low < leaf.resolution:
        return Interval(ZERO, leaf.resolution, low_open=True)
    rising = not isinstance(leaf, Term) or leaf.weight > 0
    end = state.high if high is rising else state.low
    return point(min(max(end, -FAR), FAR))
