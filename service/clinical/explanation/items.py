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
    inputs,
    leaves,
)
from service.clinical.evaluation.evaluate import PREPARED
from service.clinical.evaluation.rule_engine import Plan, State, States, Step, contributions, verdict_of
from service.clinical.evaluation.set_result import Item, SetResult, item_of
from service.clinical.explanation.item_reasons import (
    NOT_MEASURED,
    NOT_READ,
    NOT_REPORTED,
    PRESENCE,
    finding_term_reason,
    group_reasoner,
    limits_in_words,
    measure_reasoner,
    term_reasoner,
    threshold_reason,
    unusable,
)
from service.clinical.measurement.analytes import FINDINGS
from service.clinical.measurement.interval import NOT_MET, UNKNOWN, Interval, Verdict
from service.clinical.measurement.reading import UNUSABLE
from service.clinical.panel.panel import Panel

Explainer = Callable[[States, States, frozenset[str], Panel], Item]
"""Makes the item of one node: from the states by what was measured and by words as well, and what is confounded."""


def explain(result: SetResult, panel: Panel) -> tuple[Item, ...]:
    """Return the items of a set that was evaluated on this panel."""
    ground = (result.states, result.states_implied, result.confounded, panel)
    items = tuple([explainer(*ground) for explainer in EXPLAINERS[result.criteria.id]])
    return tuple([_with_unread(item, panel.unread) for item in items]) if panel.unread else items


def _with_unread(item: Item, unread: frozenset[str]) -> Item:
    """Return the item with "could not be read" in place of "not reported" where something it reads was sent."""
    reads = {key for leaf in leaves(item.node) for key in inputs(leaf)}
    if item.reading is not None or not reads & unread:
        return item
    below = tuple([_with_unread(inner, unread) for inner in item.items])
    return item._replace(reason=reason_of_unread(item.reason), items=below)


def reason_of_unread(reason: str) -> str:
    """Return the reason of an item without a result where something that it reads was sent and could not be read."""
    return reason.replace(NOT_REPORTED, NOT_READ).replace(NOT_MEASURED, NOT_READ)


def explainers_of(plan: Plan) -> tuple[Explainer, ...]:
    """Prepare the items of a rule, once at load: all that does not depend on a panel is worded here."""
    return tuple(_explainer(step) for step in shown(plan.root))


def shown(step: Step) -> Iterator[Step]:
    """Yield the steps that are shown; a group without a name, or a part, gives those below it in its place."""
    node = step.node
    is_open = isinstance(node, Sum | Linear | Ratio) or (
        isinstance(node, AllOf | AtLeast) and (node.part or not node.id)
    )
    if not is_open:
        yield step
        return
    for below in step.steps:
        yield from shown(below)


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


def unreported_items(node: Threshold) -> dict[bool | None, Item]:
    """Return the items of a limit without a result, by the finding that can settle it: present, absent, unknown."""
    sign = FINDINGS[node.excluded_by].label.lower() if node.excluded_by else ""
    present = f"{sign} is present, but it {NOT_MEASURED}"
    return {
        None: Item(node, node.id, node.label, UNKNOWN, UNKNOWN, NOT_REPORTED),
        True: Item(node, node.id, node.label, UNKNOWN, UNKNOWN, present),
        False: Item(node, node.id, node.label, NOT_MET, NOT_MET, f"{sign} is absent, which settles it"),
    }


def _threshold_explainer(node: Threshold, position: int) -> Explainer:
    limits, unreported = limits_in_words(node), unreported_items(node)
    observation, key, label, excluded_by = node.observation, node.id, node.label, node.excluded_by

    def explain_threshold(states: States, implied: States, confounded: frozenset[str], panel: Panel) -> Item:
        reading = panel.readings.get(observation)
        if reading is None:
            return unreported[panel.findings.get(excluded_by)]
        status, status_implied = states[position], implied[position]
        if reading.evidence is UNUSABLE:
            reason = unreported[False].reason if status is NOT_MET else unusable(reading, observation)
        else:
            reason = threshold_reason(limits, reading, status_implied, panel.in_words)
        marked = observation in confounded
        return item_of((node, key, label, status, status_implied, reason, reading, None, marked, ()))

    return explain_threshold


def finding_items(node: Finding) -> dict[State, Item]:
    """Return the items of a finding: present, absent, unknown."""
    return {verdict: Item(node, node.id, node.label, verdict, verdict, PRESENCE[verdict]) for verdict in Verdict}


def _finding_explainer(node: Finding, position: int) -> Explainer:
    items = finding_items(node)
    return lambda states, *_: items[states[position]]


def finding_term_items(node: Term) -> dict[Verdict, Item]:
    """Return the items of a summand that is a finding: present, absent, unknown."""
    items: dict[Verdict, Item] = {}
    for value in contributions(node).values():
        known = _known(value)
        reason = finding_term_reason(node, known, value)
        items[known] = Item(node, node.id, node.label, known, known, reason, points=value)
    return items


def _finding_term_explainer(node: Term, position: int) -> Explainer:
    items = finding_term_items(node)
    return lambda states, *_: items[_known(states[position])]


def _summand_explainer(node: Term | Measure, position: int) -> Explainer:
    observation, key, label, is_term = node.observation, node.id, node.label, isinstance(node, Term)
    reason_of = term_reasoner(node) if isinstance(node, Term) else measure_reasoner(node)

    def explain_summand(states: States, implied: States, confounded: frozenset[str], panel: Panel) -> Item:
        value, value_implied = states[position], implied[position]
        assert isinstance(value, Interval)
        reading = panel.readings.get(observation)
        status = _known(value)
        status_implied = status if value_implied is value else _known(value_implied)
        points = value if is_term else None
        reason = reason_of(reading, value)
        marked = reading is not None and observation in confounded
        return item_of((node, key, label, status, status_implied, reason, reading, points, marked, ()))

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

    def explain_group(states: States, implied: States, confounded: frozenset[str], panel: Panel) -> Item:
        items = tuple([explainer(states, implied, confounded, panel) for explainer in explainers])
        state, state_implied = states[position], implied[position]
        points = state if isinstance(state, Interval) else None
        reading = items[0].reading if is_banded else None
        status = verdict_of(state)
        status_implied = status if state_implied is state else verdict_of(state_implied)
        return item_of((node, key, label, status, status_implied, reason_of(items), reading, points, False, items))

    return explain_group


EXPLAINERS = {key: explainers_of(prepared.plan) for key, prepared in PREPARED.items()}
