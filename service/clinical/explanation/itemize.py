"""How each node of a rule becomes an item with its reason.

What does not depend on a panel is worded once, at load: a leaf that nothing was reported for gives always one item.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from service.clinical.criteria.rules import AllOf, AtLeast, Finding, FirstKnown, Measure, Tally, Term, Threshold
from service.clinical.evaluation.leaf_readers import Readings, State, contributions
from service.clinical.evaluation.plan import Step
from service.clinical.evaluation.set_result import Item, item_of
from service.clinical.evaluation.settle import States, verdict_of
from service.clinical.explanation.item_reasons import (
    NOT_REPORTED,
    PRESENCE,
    InWords,
    finding_term_reason,
    group_reasoner,
    measure_reasoner,
    sides_of,
    term_reasoner,
    threshold_reason,
)
from service.clinical.measurement.analytes import FINDINGS
from service.clinical.measurement.interval import NOT_MET, UNKNOWN, Interval, Verdict
from service.clinical.measurement.reading import UNUSABLE


class View(NamedTuple):
    """One set on one panel, as its items see it; ``in_words`` is what is written of a value, by input and unit."""

    readings: Readings
    states: States
    implied: States
    confounded: frozenset[str]
    signs: Mapping[str, bool | None]
    in_words: InWords


Itemizer = Callable[[View], Item]


def itemizer(step: Step, constants: list[Item]) -> Itemizer:
    """Return what makes the item of a node; those that never change are added to ``constants``. Made once, at load."""
    match step.node:
        case Threshold() as node:
            return _threshold_itemizer(node, step.position, constants)
        case Finding() as node:
            return _finding_itemizer(node, step.position, constants)
        case Term(observation="") as node:
            return _finding_term_itemizer(node, step.position, constants)
        case Term() | Measure() as node:
            return _summand_itemizer(node, step.position)
        case node:
            assert isinstance(node, FirstKnown | AllOf | AtLeast | Tally)
            return _group_itemizer(node, step, constants)


def _threshold_itemizer(node: Threshold, position: int, constants: list[Item]) -> Itemizer:
    sides = sides_of(node)
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
        readings, states, implied_states, confounded, signs, in_words = view
        reading, status, implied = readings.get(observation), states[position], implied_states[position]
        if reading is None:
            return unreported[signs.get(excluded_by)]
        if reading.evidence is UNUSABLE and status is NOT_MET:
            reason = excluded
        else:
            reason = threshold_reason(node, sides, reading, implied, in_words)
        marked = observation in confounded
        return item_of((node, key, label, status, implied, reason, reading, None, marked, ()))

    return itemize


def _finding_itemizer(node: Finding, position: int, constants: list[Item]) -> Itemizer:
    items: dict[State, Item] = {one: Item(node, node.id, node.label, one, one, PRESENCE[one]) for one in Verdict}
    constants.extend(items.values())
    return lambda view: items[view.states[position]]


def _finding_term_itemizer(node: Term, position: int, constants: list[Item]) -> Itemizer:
    items: dict[Verdict, Item] = {}
    for value in contributions(node).values():
        known = _known(value)
        items[known] = Item(
            node, node.id, node.label, known, known, finding_term_reason(node, known, value), points=value
        )
    constants.extend(items.values())
    return lambda view: items[_known(view.states[position])]


def _summand_itemizer(node: Term | Measure, position: int) -> Itemizer:
    observation, key, label, is_term = node.observation, node.id, node.label, isinstance(node, Term)
    reason_of = term_reasoner(node) if isinstance(node, Term) else measure_reasoner(node)

    def itemize(view: View) -> Item:
        value, implied = view.states[position], view.implied[position]
        assert isinstance(value, Interval)
        reading = view.readings.get(observation)
        status = _known(value)
        status_implied = status if implied is value else _known(implied)
        points = value if is_term else None
        return item_of(
            (node, key, label, status, status_implied, reason_of(reading, value), reading, points, False, ())
        )

    return itemize


def _known(value: State) -> Verdict:
    """A summand has no threshold: what is known of it is whether it counts."""
    if isinstance(value, Interval) and not value.is_point:
        return UNKNOWN
    return verdict_of(value)


def _group_itemizer(node: FirstKnown | AllOf | AtLeast | Tally, step: Step, constants: list[Item]) -> Itemizer:
    itemizers = tuple(itemizer(below, constants) for below in step.steps)
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
