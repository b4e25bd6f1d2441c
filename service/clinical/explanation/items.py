"""The items of a set on a panel: which nodes of its rule are shown, each with its status and its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from service.clinical.criteria.rules import (
    AllOf,
    AtLeast,
    Finding,
    FirstKnown,
    Linear,
    Measure,
    Ratio,
    Sum,
    Tally,
    Term,
    Threshold,
)
from service.clinical.evaluation.evaluate import PREPARED
from service.clinical.evaluation.rule_engine import Plan, State, Step, contributions, verdict_of
from service.clinical.evaluation.set_result import Item, SetResult, item_of
from service.clinical.explanation.item_reasons import (
    NOT_REPORTED,
    PRESENCE,
    finding_term_reason,
    group_reasoner,
    limits_in_words,
    measure_reasoner,
    term_reasoner,
    threshold_reason,
)
from service.clinical.measurement.analytes import FINDINGS
from service.clinical.measurement.interval import NOT_MET, UNKNOWN, Interval, Verdict
from service.clinical.measurement.reading import UNUSABLE
from service.clinical.panel.panel import Panel

Explainer = Callable[[SetResult, Panel], Item]
"""Makes the item of one node from the states of the result and the readings of the panel."""


def explain(result: SetResult, panel: Panel) -> tuple[Item, ...]:
    """Return the items of a set that was evaluated on this panel."""
    return tuple([explainer(result, panel) for explainer in EXPLAINERS[result.criteria.id]])


def explainers_of(plan: Plan) -> tuple[Explainer, ...]:
    """Prepare the items of a rule, once at load: all that does not depend on a panel is worded here."""
    return tuple(_explainer(step) for step in _shown(plan.root))


def _shown(step: Step) -> Iterator[Step]:
    """Yield the steps that are shown; a group without a name, or a part, gives those below it in its place."""
    node = step.node
    is_open = isinstance(node, Sum | Linear | Ratio) or (
        isinstance(node, AllOf | AtLeast) and (node.part or not node.id)
    )
    if not is_open:
        yield step
        return
    for below in step.steps:
        yield from _shown(below)


def _explainer(step: Step) -> Explainer:
    match step.node:
        case Threshold() as node:
            return _threshold_explainer(node, step.position)
        case Finding() as node:
            return _finding_explainer(node, step.position)
        case Term(observation="") as node:
            return _finding_term_explainer(node, step.position)
        case Term() | Measure() as node:
            return _summand_explainer(node, step.position)
        case node:
            assert isinstance(node, FirstKnown | AllOf | AtLeast | Tally)
            return _group_explainer(node, step)


def _threshold_explainer(node: Threshold, position: int) -> Explainer:
    limits = limits_in_words(node)
    sign = FINDINGS[node.excluded_by].label.lower() if node.excluded_by else ""
    excluded = f"{sign} is absent, which settles it"
    unreported = {
        None: Item(node, node.id, node.label, UNKNOWN, UNKNOWN, NOT_REPORTED),
        True: Item(node, node.id, node.label, UNKNOWN, UNKNOWN, f"{sign} is present, but it was not measured"),
        False: Item(node, node.id, node.label, NOT_MET, NOT_MET, excluded),
    }
    observation, key, label, excluded_by = node.observation, node.id, node.label, node.excluded_by

    def explain_threshold(result: SetResult, panel: Panel) -> Item:
        reading = panel.readings.get(observation)
        if reading is None:
            return unreported[panel.findings.get(excluded_by)]
        status, implied = result.states[position], result.states_implied[position]
        if reading.evidence is UNUSABLE and status is NOT_MET:
            reason = excluded
        else:
            reason = threshold_reason(node, limits, reading, implied, panel.in_words)
        marked = observation in result.confounded
        return item_of((node, key, label, status, implied, reason, reading, None, marked, ()))

    return explain_threshold


def _finding_explainer(node: Finding, position: int) -> Explainer:
    items: dict[State, Item] = {
        verdict: Item(node, node.id, node.label, verdict, verdict, PRESENCE[verdict]) for verdict in Verdict
    }
    return lambda result, _: items[result.states[position]]


def _finding_term_explainer(node: Term, position: int) -> Explainer:
    items: dict[Verdict, Item] = {}
    for value in contributions(node).values():
        known = _known(value)
        reason = finding_term_reason(node, known, value)
        items[known] = Item(node, node.id, node.label, known, known, reason, points=value)
    return lambda result, _: items[_known(result.states[position])]


def _summand_explainer(node: Term | Measure, position: int) -> Explainer:
    observation, key, label, is_term = node.observation, node.id, node.label, isinstance(node, Term)
    reason_of = term_reasoner(node) if isinstance(node, Term) else measure_reasoner(node)

    def explain_summand(result: SetResult, panel: Panel) -> Item:
        value, implied = result.states[position], result.states_implied[position]
        assert isinstance(value, Interval)
        reading = panel.readings.get(observation)
        status = _known(value)
        status_implied = status if implied is value else _known(implied)
        points = value if is_term else None
        reason = reason_of(reading, value)
        return item_of((node, key, label, status, status_implied, reason, reading, points, False, ()))

    return explain_summand


def _known(value: State) -> Verdict:
    """A summand has no threshold: what is known of it is whether it counts."""
    if isinstance(value, Interval) and not value.is_point:
        return UNKNOWN
    return verdict_of(value)


def _group_explainer(node: FirstKnown | AllOf | AtLeast | Tally, step: Step) -> Explainer:
    explainers = tuple(_explainer(below) for below in step.steps)
    leaves = [below.node for below in step.steps if isinstance(below.node, Threshold)]
    is_banded = isinstance(node, Tally) and len(leaves) == len(step.steps) and len({leaf.id for leaf in leaves}) == 1
    position, key, label, reason_of = step.position, node.id, node.label, group_reasoner(node, is_banded=is_banded)

    def explain_group(result: SetResult, panel: Panel) -> Item:
        items = tuple([explainer(result, panel) for explainer in explainers])
        state, implied = result.states[position], result.states_implied[position]
        points = state if isinstance(state, Interval) else None
        reading = items[0].reading if is_banded else None
        status, status_implied = verdict_of(state), verdict_of(implied)
        return item_of((node, key, label, status, status_implied, reason_of(items), reading, points, False, items))

    return explain_group


EXPLAINERS = {key: explainers_of(prepared.plan) for key, prepared in PREPARED.items()}
