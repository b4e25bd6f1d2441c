"""Turns the states of a rule into items, each with its reason.

What does not depend on a panel is worded once, at load: a leaf that nothing was reported for gives always one item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from service.clinical.analytes import FINDINGS
from service.clinical.interval import NOT_MET, UNKNOWN, Interval, Verdict
from service.clinical.leaf_readers import State
from service.clinical.panel import Panel
from service.clinical.plan import Plan, Step
from service.clinical.reading import Evidence
from service.clinical.reasons import (
    NOT_REPORTED,
    PRESENCE,
    Sides,
    group_reasoner,
    measure_reason,
    sides_of,
    term_reason,
    threshold_reason,
)
from service.clinical.result import Item, item_of
from service.clinical.rules import (
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
from service.clinical.settle import States, verdict_of


class View(NamedTuple):
    """One set on one panel, as its items see it."""

    panel: Panel
    states: States
    implied: States
    confounded: frozenset[str]


Itemizer = Callable[[View], Item]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The items of one rule, ready to be filled in; ``constants`` are those that never change."""

    itemizers: tuple[Itemizer, ...]
    constants: list[Item] = field(default_factory=list)

    def items(self, view: View) -> tuple[Item, ...]:
        """Return the items of a rule on a panel."""
        return tuple([itemize(view) for itemize in self.itemizers])


def explanation_of(plan: Plan) -> Explanation:
    """Prepare the items of a rule; a group without a name, or a part, gives its own items in its place."""
    constants: list[Item] = []
    return Explanation(tuple(_itemizer(step, constants) for step in _shown(plan.root)), constants)


def _shown(step: Step) -> Iterator[Step]:
    node = step.node
    is_open = isinstance(node, Sum | Linear | Ratio) or (
        isinstance(node, AllOf | AtLeast) and (node.part or not node.id)
    )
    if not is_open:
        yield step
        return
    for below in step.steps:
        yield from _shown(below)


def _itemizer(step: Step, constants: list[Item]) -> Itemizer:
    match step.node:
        case Threshold() as node:
            return _threshold_itemizer(node, step.position, constants)
        case Finding() as node:
            return _finding_itemizer(node, step.position, constants)
        case Term() | Measure() as node:
            return _summand_itemizer(node, step.position)
        case node:
            assert isinstance(node, FirstKnown | AllOf | AtLeast | Tally)
            return _group_itemizer(node, step, constants)


def _threshold_itemizer(node: Threshold, position: int, constants: list[Item]) -> Itemizer:
    sides: Sides = sides_of(node)
    sign = FINDINGS[node.excluded_by].label.lower() if node.excluded_by else ""
    excluded = f"{sign} is absent, which settles it"
    unreported = {
        None: Item(node, node.id, node.label, UNKNOWN, UNKNOWN, NOT_REPORTED),
        True: Item(node, node.id, node.label, UNKNOWN, UNKNOWN, f"{sign} is present, but it was not measured"),
        False: Item(node, node.id, node.label, NOT_MET, NOT_MET, excluded),
    }
    constants.extend(unreported.values())
    observation, key, label, excluded_by = node.observation, node.id, node.label, node.excluded_by

    def itemize(view: View) -> Item:
        reading, status, implied = view.panel.readings.get(observation), view.states[position], view.implied[position]
        if reading is None:
            return unreported[view.panel.findings.get(excluded_by)]
        if reading.evidence is Evidence.UNKNOWN and status is NOT_MET:
            reason = excluded
        else:
            reason = threshold_reason(node, sides, view.panel, implied)
        marked = observation in view.confounded
        return item_of((node, key, label, status, implied, reason, reading, None, marked, ()))

    return itemize


def _finding_itemizer(node: Finding, position: int, constants: list[Item]) -> Itemizer:
    items: dict[State, Item] = {one: Item(node, node.id, node.label, one, one, PRESENCE[one]) for one in Verdict}
    constants.extend(items.values())
    return lambda view: items[view.states[position]]


def _summand_itemizer(node: Term | Measure, position: int) -> Itemizer:
    def itemize(view: View) -> Item:
        value, implied = view.states[position], view.implied[position]
        assert isinstance(value, Interval)
        reading = view.panel.readings.get(node.observation)
        if isinstance(node, Term):
            reason, points = term_reason(node, reading, value), value
        else:
            reason, points = measure_reason(node, reading, value), None
        status, status_implied = _known(value), _known(implied)
        return item_of((node, node.id, node.label, status, status_implied, reason, reading, points, False, ()))

    return itemize


def _known(value: State) -> Verdict:
    """A summand has no threshold: what is known of it is whether it counts."""
    if isinstance(value, Interval) and not value.is_point:
        return UNKNOWN
    return verdict_of(value)


def _group_itemizer(node: FirstKnown | AllOf | AtLeast | Tally, step: Step, constants: list[Item]) -> Itemizer:
    itemizers = tuple(_itemizer(below, constants) for below in step.steps)
    leaves = [below.node for below in step.steps if isinstance(below.node, Threshold)]
    is_banded = isinstance(node, Tally) and len(leaves) == len(step.steps) and len({one.id for one in leaves}) == 1
    position, key, label, reason = step.position, node.id, node.label, group_reasoner(node, is_banded=is_banded)

    def itemize(view: View) -> Item:
        items = tuple([one(view) for one in itemizers])
        state, implied = view.states[position], view.implied[position]
        points = state if isinstance(state, Interval) else None
        reading = items[0].reading if is_banded else None
        status, status_implied = verdict_of(state), verdict_of(implied)
        return item_of((node, key, label, status, status_implied, reason(items), reading, points, False, items))

    return itemize
