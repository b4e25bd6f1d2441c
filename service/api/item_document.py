"""One item of an assessment as JSON. What no panel changes is written once, at start, and put in as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from service.api.numbers import ends, json_number
from service.api.rule_document import limit_document
from service.clinical.analytes import MEASURES
from service.clinical.criteria import CATALOGUE
from service.clinical.evaluate import PREPARED
from service.clinical.interval import UNKNOWN, Verdict
from service.clinical.reading import Evidence, Reading
from service.clinical.result import Item
from service.clinical.rules import (
    AllOf,
    AnyNode,
    AtLeast,
    Finding,
    FirstKnown,
    Measure,
    Summand,
    Tally,
    Term,
    Threshold,
    walk,
)
from service.clinical.settle import tally_points
from service.server.strict_json import written

STATUS = {one: one.value for one in Verdict}
EVIDENCE = {one: one.value for one in Evidence}
NODES: list[AnyNode] = [node for criteria in CATALOGUE.values() for node in walk(criteria.rule)]
LIMITS = {
    id(node): {unit: written(limit_document(node.limit, node.source, unit)) for unit in node.limit.by_unit}
    for node in NODES
    if isinstance(node, Threshold)
}
TALLIES = {
    id(node): (
        {points: written(ends(points)) for points in tally_points(node).values()},
        written(node.points),
    )
    for node in NODES
    if isinstance(node, Tally)
}

Observed = dict[tuple[str, str], msgspec.Raw]
"""The results of one panel as they were written already, by observation and unit: several limits read each."""
Document = dict[str, Any]


def item_document(item: Item, observed: Observed) -> Document | msgspec.Raw:
    """Return an item and those below it."""
    return CONSTANTS.get(id(item)) or FORMS[type(item.node)](item, observed)


def _finding(item: Item, observed: Observed) -> Document:
    return {
        "id": item.id,
        "label": item.label,
        "status": STATUS[item.status],
        "status_implied": STATUS[item.status_implied],
        "confounded": item.confounded,
        "reason": item.reason,
    }


def _threshold(item: Item, observed: Observed) -> Document:
    node, key, label, status, implied, reason, reading, _, confounded, _ = item
    assert isinstance(node, Threshold)
    unit = node.limit.unit if reading is None else reading.unit
    limit = LIMITS[id(node)].get(unit) if id(node) in LIMITS else None
    return {
        "id": key,
        "label": label,
        "status": STATUS[status],
        "status_implied": STATUS[implied],
        "observed": reading and _observed(reading, node.observation, node.limit.unit, observed),
        "threshold": limit or limit_document(node.limit, node.source, unit),
        "confounded": confounded,
        "reason": reason,
    }


def _group(item: Item, observed: Observed) -> Document:
    return _finding(item, observed) | {"items": [item_document(one, observed) for one in item.items]}


def _tally(item: Item, observed: Observed) -> Document:
    node, key, label, status, implied, reason, _, points, confounded, items = item
    assert isinstance(node, Tally)
    assert points is not None
    by_points, table = TALLIES.get(id(node)) or ({}, node.points)
    return {
        "id": key,
        "label": label,
        "status": STATUS[status],
        "status_implied": STATUS[implied],
        "points": by_points.get(points) or ends(points),
        "points_by_count": table,
        "confounded": confounded,
        "reason": reason,
        "items": [item_document(one, observed) for one in items],
    }


def _summand(item: Item, observed: Observed) -> Document:
    node, is_counted = item.node, _counted if item.node.observation else STATUS.__getitem__  # type: ignore[union-attr]
    assert isinstance(node, Summand)
    shown: Document = {
        "id": item.id,
        "label": item.label,
        "status": is_counted(item.status),
        "status_implied": is_counted(item.status_implied),
    }
    if node.observation:
        shown["observed"] = item.reading and _observed(item.reading, node.observation, node.unit, observed)
    if isinstance(node, Term):
        shown["weight"] = json_number(node.weight)
    if item.points is not None:
        shown["points"] = ends(item.points)
    return shown | {"confounded": item.confounded, "reason": item.reason}


def _counted(status: Verdict) -> str:
    """A number that has no limit of its own is not met or not met: it counts."""
    return STATUS[status] if status is UNKNOWN else "counted"


def _observed(reading: Reading, observation: str, unit: str, observed: Observed) -> msgspec.Raw:
    """Show a result in the unit of its limit; the ends of one that cannot be used are open."""
    shown = observed.get((observation, unit))
    if shown is None:
        shown = observed[observation, unit] = written(_result(reading, observation, unit))
    return shown


def _result(reading: Reading, observation: str, unit: str) -> Document:
    value = reading.interval
    if reading.evidence is not Evidence.UNKNOWN and reading.unit != unit:
        value = MEASURES[observation].table.convert_interval(value, reading.unit, unit)
    low = json_number(value.low)
    return {
        "reported": reading.reported,
        "evidence": EVIDENCE[reading.evidence],
        "low": low,
        "high": low if value.is_point else json_number(value.high),
        "low_open": value.low_open,
        "high_open": value.high_open,
        "unit": unit,
    }


FORMS: dict[type, Callable[[Item, Observed], Document]] = {
    Threshold: _threshold,
    Finding: _finding,
    Term: _summand,
    Measure: _summand,
    Tally: _tally,
    FirstKnown: _group,
    AllOf: _group,
    AtLeast: _group,
}
CONSTANTS: dict[int, msgspec.Raw] = {}
CONSTANTS |= {
    id(item): written(FORMS[type(item.node)](item, {}))
    for prepared in PREPARED.values()
    for item in prepared.explanation.constants
}
