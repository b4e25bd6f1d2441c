"""The inputs that are still missing, and those that could settle the verdict alone.

An input works on a rule in one direction; the loader refuses any other. So only its two ends are tried: the end that
counts for the rule, and the end against it. If neither decides the verdict, no value between does. A missing number of
a linear score is tried at the ends of its plausible range, a censored one at its own open end.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from service.clinical.criteria.rules import AnyNode, Linear, Measure, Ratio, Score, Sum, Threshold
from service.clinical.evaluation.rule_engine import Exclusion, Plan, State, States, Step, count
from service.clinical.measurement.interval import MET, NOT_MET, UNKNOWN, ZERO, Interval, distance, point

FAR = Decimal("1E+40")
OpenLeaves = dict[str, list[Step]]
Ends = tuple[bool, ...]
"""The ends of an input worth trying: True is the one that counts for the rule, False the one against it."""
ENDS: Mapping[tuple[bool, bool], Ends] = {
    (True, True): (True, False),
    (True, False): (True,),
    (False, True): (False,),
    (False, False): (),
}


def open_inputs(plan: Plan, states: States, barred: Collection[Exclusion]) -> OpenLeaves:
    """Return the inputs that are still unknown, each with the leaves that it could settle.

    An input that a better-known way has settled is passed over. So is the finding of an exclusion that is ``barred``:
    it was reported itself, or its matter was measured.
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
    is_score = isinstance(plan.root.node, Score)
    found = []
    for key, leaves in missing.items():
        ends, first = turning.get(plan.meeting[key]), leaves[0]
        if not ends:
            continue
        # the turning points of a rule that only counts are exact, so a leaf that is one need not be tried
        is_turning = not is_score and plan.meeting[key] == first.position and key == first.inputs[0]
        if is_turning or _settles(plan, states, key, leaves, ends):
            found.append(key)
    return tuple(found)


def _turning_points(plan: Plan, states: States) -> dict[int, Ends]:
    """Return the positions of the nodes that could by themselves settle the rule, each with the ends worth trying.

    Most sparse panels are several results away from a verdict.
    """
    root = plan.root
    found = {root.position: ENDS[True, True]}
    match root.node:
        case Ratio():
            found |= dict.fromkeys(plan.within[root.position], ENDS[True, True])
        case Sum(cutoff=cutoff) | Linear(cutoff=cutoff):
            low, high, _, _ = states[root.position]  # type: ignore[misc]
            to_rise, to_fall = distance(low, cutoff.value), distance(cutoff.value, high)
            for position in root.below:
                low, high, _, _ = states[position]  # type: ignore[misc]
                width = distance(low, high)
                ends = ENDS[width >= to_rise, width >= to_fall]
                if ends:
                    found |= dict.fromkeys(plan.within[position], ends)
        case _:
            _turn(root, states, (True, True), found)
    return found


def _turn(step: Step, states: States, settles: tuple[bool, bool], found: dict[int, Ends]) -> None:
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
            found[below.position] = ENDS[if_met, if_not_met]
            _turn(below, states, (if_met, if_not_met), found)


def _settles(plan: Plan, states: States, key: str, leaves: list[Step], ends: Ends) -> bool:
    for is_for in ends:
        changes = [(leaf.position, _at_end(leaf.node, key, states[leaf.position], is_for)) for leaf in leaves]
        if plan.verdict(plan.with_changes(states, changes, plan.above[key])) is not UNKNOWN:
            return True
    return False


def _at_end(leaf: AnyNode, key: str, state: State, is_for: bool) -> State:
    """Return what a leaf comes to with the input at the end that counts for the rule, or at the one against it."""
    if isinstance(state, Interval):
        return _end_of(leaf, state, is_for)
    if isinstance(leaf, Threshold) and key != leaf.observation:
        # an absent finding excludes, a low present age bounds the age at onset; their other ends say nothing
        says = key != leaf.excluded_by and leaf.limit.comparator in ("<", "<=")
        return state if says is not is_for else MET if says else NOT_MET
    return MET if is_for else NOT_MET


def _end_of(leaf: AnyNode, state: Interval, is_for: bool) -> Interval:
    """Return the contribution at one end; an open end is tried far out, for no result is ever infinite."""
    if isinstance(leaf, Measure) and not is_for and state.low < leaf.resolution:
        return Interval(ZERO, leaf.resolution, low_open=True)
    return point(min(max(state.high if is_for else state.low, -FAR), FAR))
