"""Which inputs are still missing, and which one of them could by itself settle the verdict.

An input works on a rule in one direction (the loader refuses any other), so its two ends are all that need trying: the
verdict at either end is decided, or no value between decides it. A missing number of a linear score is tried at the
ends of its plausible range, a censored one at its own open end.
"""

from __future__ import annotations

from decimal import Decimal

from service.clinical.interval import MET, NOT_MET, UNKNOWN, ZERO, Interval, Number, add, distance, point
from service.clinical.leaf_readers import Findings, Readings, State
from service.clinical.plan import Plan, Step, count
from service.clinical.rules import AllOf, AnyNode, AtLeast, Counted, Linear, Measure, Sum, Term, Threshold
from service.clinical.settle import States

FAR = Decimal("1E+40")
ONE = Decimal(1)
OpenLeaves = dict[str, list[Step]]


def open_inputs(plan: Plan, states: States, readings: Readings, findings: Findings) -> OpenLeaves:
    """Return the inputs that are still unknown, each with the leaves that it could settle.

    What a better-known way has settled already is passed over, and so is the finding that excludes something measured.
    """
    found: OpenLeaves = {}
    for leaf in plan.leaves:
        state = states[leaf.position]
        if isinstance(state, Interval):
            if state.is_point:
                continue
        elif state is not UNKNOWN or any(states[way] is not UNKNOWN for way in leaf.ways):
            continue
        direct, *exclusions = leaf.inputs
        found.setdefault(direct, []).append(leaf)
        for finding in exclusions:
            if finding not in findings and direct not in readings:
                found.setdefault(finding, []).append(leaf)
    return found


def decisive(plan: Plan, states: States, missing: OpenLeaves) -> tuple[str, ...]:
    """Return those of the missing inputs for which one value exists that settles the whole rule."""
    if plan.verdict(states) is not UNKNOWN:
        return ()
    deciding = _deciding(plan, states)
    far = _distance(deciding, states)
    return tuple(
        key
        for key, steps in missing.items()
        if far <= _reach(deciding, states, plan.resting[key]) and _settles(plan, states, key, steps)
    )


def _deciding(plan: Plan, states: States) -> Step:
    """Return the root, or where all but one of its groups are settled that one, for it decides the whole rule."""
    step = plan.root
    while isinstance(step.node, Counted):
        unknown = [below for below in step.steps if states[below.position] is UNKNOWN]
        if len(unknown) != 1 or not isinstance(unknown[0].node, Counted):
            break
        step = unknown[0]
    return step


def _distance(step: Step, states: States) -> Number:
    """Return how far a node is from settled, in items of a count or points of a score; 0 where that says nothing.

    It only spares trials that must fail: most sparse panels are several results away from a verdict.
    """
    match step.node:
        case AllOf() | AtLeast() as node:
            met, unknown = count(states, step.steps)
            required = node.required if isinstance(node, AtLeast) else len(node.of)
            return Decimal(min(required - met, met + unknown - required + 1))
        case Sum(cutoff=cutoff) | Linear(cutoff=cutoff):
            score = states[step.position]
            assert isinstance(score, Interval)
            return min(distance(score.low, cutoff.value), distance(cutoff.value, score.high))
        case _:
            return ZERO


def _reach(step: Step, states: States, resting: frozenset[int]) -> Number:
    """Return how far an input on which the nodes ``resting`` rest could move a node at most, in the same measure."""
    reach: Number = ZERO
    for below in step.steps:
        if below.position in resting:
            state = states[below.position]
            reach = add(reach, distance(state.low, state.high) if isinstance(state, Interval) else ONE)
    return reach


def _settles(plan: Plan, states: States, key: str, steps: list[Step]) -> bool:
    for high in (True, False):
        changes = {step.position: _at_end(step.node, key, states[step.position], high) for step in steps}
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
