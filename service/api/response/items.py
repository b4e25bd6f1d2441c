"""One item of an assessment as JSON. What no panel changes is written once; the rest is put into its holes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from service.api.response.holes import HOLE, pieces_of
from service.api.response.numbers import ends, ends_json, json_number
from service.api.response.rule_document import limit_document
from service.api.response.value_texts import RESULT
from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.rules import (
    AllOf,
    AnyNode,
    AtLeast,
    Finding,
    FirstKnown,
    Measure,
    Score,
    Tally,
    Term,
    Threshold,
    walk,
)
from service.clinical.evaluation.evaluate import PREPARED
from service.clinical.evaluation.set_result import Item
from service.clinical.evaluation.settle import tally_points
from service.clinical.explanation.places import Place, Places
from service.clinical.measurement.interval import UNKNOWN, Verdict
from service.server.messages.strict_json import dumps

STATUS = {one: one.value for one in Verdict}
NULL = dumps(None)

Named = Threshold | Finding | FirstKnown | AllOf | AtLeast | Tally | Term | Measure
Form = Callable[[Item, Places], bytes]
"""Writes an item of one node; ``results`` stand at its places of kind RESULT."""


def item_json(item: Item, results: Places) -> bytes:
    """Return an item and those below it, written."""
    return CONSTANTS.get(id(item)) or form_of(item.node)(item, results)


def _items_json(items: tuple[Item, ...], results: Places) -> bytes:
    return b"[%b]" % b",".join([item_json(one, results) for one in items])


def form_of(node: AnyNode) -> Form:
    """Return what writes the items of a node: made at load for the published sets."""
    form = FORMS.get(id(node))
    if form is not None:
        return form
    return MAKERS[type(node)](node)


def _shape(node: Named, status: str, implied: str, **rest: Any) -> list[bytes]:
    """Write the document of an item and return what stands before, between and after its holes."""
    document = {"id": node.id, "label": node.label, "status": status, "status_implied": implied, **rest}
    return pieces_of(document)


def _threshold_form(node: Threshold) -> Form:
    own_unit = node.limit.unit
    place = Place(RESULT, node.observation, own_unit)

    @cache
    def shape(status: Verdict, implied: Verdict, unit: str, confounded: bool) -> list[bytes]:
        limit = limit_document(node.limit, node.source, unit)
        rest = {"observed": HOLE, "threshold": limit, "confounded": confounded, "reason": HOLE}
        return _shape(node, STATUS[status], STATUS[implied], **rest)

    def form(item: Item, results: Places) -> bytes:
        _, _, _, status, implied, reason, reading, _, confounded, _ = item
        before, between, after = shape(status, implied, reading.unit if reading else own_unit, confounded)
        return b"".join((before, results[place] if reading else NULL, between, dumps(reason), after))

    return form


def _finding_form(node: Finding) -> Form:
    def form(item: Item, results: Places) -> bytes:
        rest = {"confounded": item.confounded, "reason": item.reason}
        return b"".join(_shape(node, STATUS[item.status], STATUS[item.status_implied], **rest))

    return form


def _group_form(node: FirstKnown | AllOf | AtLeast) -> Form:
    @cache
    def shape(status: Verdict, implied: Verdict) -> list[bytes]:
        return _shape(node, STATUS[status], STATUS[implied], confounded=False, reason=HOLE, items=HOLE)

    def form(item: Item, results: Places) -> bytes:
        before, between, after = shape(item.status, item.status_implied)
        return b"".join((before, dumps(item.reason), between, _items_json(item.items, results), after))

    return form


def _tally_form(node: Tally) -> Form:
    by_points = {points: ends_json(points) for points in tally_points(node).values()}

    @cache
    def shape(status: Verdict, implied: Verdict) -> list[bytes]:
        rest = {"points": HOLE, "points_by_count": node.points, "confounded": False, "reason": HOLE, "items": HOLE}
        return _shape(node, STATUS[status], STATUS[implied], **rest)

    def form(item: Item, results: Places) -> bytes:
        assert item.points is not None
        before, left, right, after = shape(item.status, item.status_implied)
        points, items = by_points[item.points], _items_json(item.items, results)
        return b"".join((before, points, left, dumps(item.reason), right, items, after))

    return form


def _measure_form(node: Measure) -> Form:
    place = Place(RESULT, node.observation, node.unit)

    @cache
    def shape(status: Verdict, implied: Verdict) -> list[bytes]:
        return _shape(node, _counted(status), _counted(implied), observed=HOLE, confounded=False, reason=HOLE)

    def form(item: Item, results: Places) -> bytes:
        before, between, after = shape(item.status, item.status_implied)
        return b"".join((before, results[place] if item.reading else NULL, between, dumps(item.reason), after))

    return form


def _term_form(node: Term) -> Form:
    place = Place(RESULT, node.observation, node.unit)

    @cache
    def shape(status: Verdict, implied: Verdict) -> list[bytes]:
        rest = {"weight": json_number(node.weight), "points": HOLE, "confounded": False, "reason": HOLE}
        return _shape(node, _counted(status), _counted(implied), observed=HOLE, **rest)

    def form(item: Item, results: Places) -> bytes:
        _, _, _, status, implied, reason, reading, points, _, _ = item
        assert points is not None
        before, left, right, after = shape(status, implied)
        result = results[place] if reading else NULL
        return b"".join((before, result, left, ends_json(points), right, dumps(reason), after))

    return form


def _finding_term_form(node: Term) -> Form:
    def form(item: Item, results: Places) -> bytes:
        assert item.points is not None
        rest = {"weight": json_number(node.weight), "points": ends(item.points), "confounded": False}
        return b"".join(_shape(node, STATUS[item.status], STATUS[item.status_implied], **rest, reason=item.reason))

    return form


def _counted(status: Verdict) -> str:
    """A number that has no limit of its own is not met or not met: it counts."""
    return STATUS[status] if status is UNKNOWN else "counted"


MAKERS: dict[type, Callable[[Any], Form]] = {
    Threshold: _threshold_form,
    Finding: _finding_form,
    Term: lambda node: _term_form(node) if node.observation else _finding_term_form(node),
    Measure: _measure_form,
    Tally: _tally_form,
    FirstKnown: _group_form,
    AllOf: _group_form,
    AtLeast: _group_form,
}
FORMS: dict[int, Form] = {}
FORMS |= {
    id(node): form_of(node)
    for criteria in CATALOGUE.values()
    for node in walk(criteria.rule)
    if not isinstance(node, Score)
}
CONSTANTS: dict[int, bytes] = {
    id(item): form_of(item.node)(item, {}) for prepared in PREPARED.values() for item in prepared.explanation.constants
}
"""The items that no panel changes, written."""
