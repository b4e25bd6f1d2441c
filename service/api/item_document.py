"""One item of an assessment as JSON. What no panel changes is written once; the rest is put into its holes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import msgspec

from service.api.numbers import ends, json_number
from service.api.rule_document import limit_document
from service.api.value_texts import RESULT, Place
from service.clinical.criteria import CATALOGUE
from service.clinical.evaluate import PREPARED
from service.clinical.interval import UNKNOWN, Verdict
from service.clinical.result import Item
from service.clinical.rules import (
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
from service.clinical.settle import tally_points
from service.server.strict_json import dumps

STATUS = {one: one.value for one in Verdict}
HOLE_BYTE = b"\0"  # JSON never holds it
HOLE = msgspec.Raw(HOLE_BYTE)
NULL = dumps(None)

Named = Threshold | Finding | FirstKnown | AllOf | AtLeast | Tally | Term | Measure
Document = dict[str, Any]
Results = Mapping[Place, bytes]
"""What stands at each place for a result."""
Form = Callable[[Item, Results], bytes]
"""Writes an item of one node."""


def items_json(items: tuple[Item, ...], results: Results) -> bytes:
    """Return the items and those below them, written."""
    return b"[%b]" % b",".join([CONSTANTS.get(id(one)) or form_of(one.node)(one, results) for one in items])


def form_of(node: AnyNode) -> Form:
    """Return what writes the items of a node: made at load for the published sets."""
    form = FORMS.get(id(node))
    if form is not None:
        return form
    match node:
        case Threshold():
            return _threshold_form(node)
        case Finding():
            return _finding_form(node)
        case Tally():
            return _tally_form(node)
        case Term() | Measure():
            return _summand_form(node)
        case node:
            assert isinstance(node, FirstKnown | AllOf | AtLeast)
            return _group_form(node)


def _shape(node: Named, status: str, implied: str, **rest: Any) -> list[bytes]:
    """Write the document of an item and return what stands before, between and after its holes."""
    document = {"id": node.id, "label": node.label, "status": status, "status_implied": implied, **rest}
    return dumps(document).split(HOLE_BYTE)


def _threshold_form(node: Threshold) -> Form:
    own_unit = node.limit.unit
    place = Place(RESULT, node.observation, own_unit)

    @cache
    def shape(status: Verdict, implied: Verdict, unit: str, confounded: bool) -> list[bytes]:
        limit = limit_document(node.limit, node.source, unit)
        rest = {"observed": HOLE, "threshold": limit, "confounded": confounded, "reason": HOLE}
        return _shape(node, STATUS[status], STATUS[implied], **rest)

    def form(item: Item, results: Results) -> bytes:
        _, _, _, status, implied, reason, reading, _, confounded, _ = item
        before, between, after = shape(status, implied, reading.unit if reading else own_unit, confounded)
        return b"".join((before, results[place] if reading else NULL, between, dumps(reason), after))

    return form


def _finding_form(node: Finding) -> Form:
    def form(item: Item, results: Results) -> bytes:
        rest = {"confounded": item.confounded, "reason": item.reason}
        return b"".join(_shape(node, STATUS[item.status], STATUS[item.status_implied], **rest))

    return form


def _group_form(node: FirstKnown | AllOf | AtLeast) -> Form:
    @cache
    def shape(status: Verdict, implied: Verdict) -> list[bytes]:
        return _shape(node, STATUS[status], STATUS[implied], confounded=False, reason=HOLE, items=HOLE)

    def form(item: Item, results: Results) -> bytes:
        before, between, after = shape(item.status, item.status_implied)
        return b"".join((before, dumps(item.reason), between, items_json(item.items, results), after))

    return form


def _tally_form(node: Tally) -> Form:
    by_points = {points: dumps(ends(points)) for points in tally_points(node).values()}

    @cache
    def shape(status: Verdict, implied: Verdict) -> list[bytes]:
        rest = {"points": HOLE, "points_by_count": node.points, "confounded": False, "reason": HOLE, "items": HOLE}
        return _shape(node, STATUS[status], STATUS[implied], **rest)

    def form(item: Item, results: Results) -> bytes:
        assert item.points is not None
        before, left, right, after = shape(item.status, item.status_implied)
        points, items = by_points[item.points], items_json(item.items, results)
        return b"".join((before, points, left, dumps(item.reason), right, items, after))

    return form


def _summand_form(node: Term | Measure) -> Form:
    status_of = _counted if node.observation else STATUS.__getitem__
    weight = {"weight": json_number(node.weight), "points": HOLE} if isinstance(node, Term) else {}
    seen = {"observed": HOLE} if node.observation else {}
    place = Place(RESULT, node.observation, node.unit)

    @cache
    def shape(status: Verdict, implied: Verdict) -> list[bytes]:
        rest = {**seen, **weight, "confounded": False, "reason": HOLE}
        return _shape(node, status_of(status), status_of(implied), **rest)

    def form(item: Item, results: Results) -> bytes:
        filled = [results[place] if item.reading else NULL] if seen else []
        filled += [dumps(ends(item.points))] if item.points is not None else []
        pieces = zip(shape(item.status, item.status_implied), [*filled, dumps(item.reason), b""], strict=True)
        return b"".join([piece for pair in pieces for piece in pair])

    return form


def _counted(status: Verdict) -> str:
    """A number that has no limit of its own is not met or not met: it counts."""
    return STATUS[status] if status is UNKNOWN else "counted"


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
