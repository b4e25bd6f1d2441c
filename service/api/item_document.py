"""One item of an assessment as JSON. What no panel changes is written once, at start, and put in as it is."""

from __future__ import annotations

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
from service.clinical.rules import Measure, Tally, Term, Threshold, leaves
from service.server.strict_json import written

LIMITS = {
    id(leaf): {unit: written(limit_document(leaf.limit, leaf.source, unit)) for unit in leaf.limit.by_unit}
    for criteria in CATALOGUE.values()
    for leaf in leaves(criteria.rule)
    if isinstance(leaf, Threshold)
}


def item_document(item: Item) -> dict[str, Any] | msgspec.Raw:
    """Return an item and those below it."""
    return CONSTANTS.get(id(item)) or _document(item)


def _document(item: Item) -> dict[str, Any]:
    node = item.node
    shown: dict[str, Any] = {
        "id": item.id,
        "label": item.label,
        "status": item.status.value,
        "status_implied": item.status_implied.value,
    }
    if isinstance(node, Threshold):
        shown["observed"] = _observed(item.reading, node.observation, node.limit.unit)
        shown["threshold"] = _limit(node, item.reading)
    elif isinstance(node, Term | Measure):
        _describe_summand(shown, item, node)
    if item.points is not None:
        shown["points"] = ends(item.points)
    if isinstance(node, Tally):
        shown["points_by_count"] = node.points
    shown["confounded"] = item.confounded
    shown["reason"] = item.reason
    if item.items:
        shown["items"] = [item_document(one) for one in item.items]
    return shown


def _limit(node: Threshold, reading: Reading | None) -> Any:
    unit = reading.unit if reading is not None else node.limit.unit
    by_unit = LIMITS.get(id(node)) or {}
    return by_unit.get(unit) or limit_document(node.limit, node.source, unit)


def _describe_summand(shown: dict[str, Any], item: Item, node: Term | Measure) -> None:
    if node.observation:
        shown["status"], shown["status_implied"] = _counted(item.status), _counted(item.status_implied)
        shown["observed"] = _observed(item.reading, node.observation, node.unit)
    if isinstance(node, Term):
        shown["weight"] = json_number(node.weight)


def _counted(status: Verdict) -> str:
    """A number that has no limit of its own is not met or not met: it counts."""
    return status.value if status is UNKNOWN else "counted"


def _observed(reading: Reading | None, observation: str, unit: str) -> dict[str, Any] | None:
    """Show a result in the unit of its limit; the ends of one that cannot be used are open."""
    if reading is None:
        return None
    shown: dict[str, Any] = {"reported": reading.reported, "evidence": reading.evidence.value}
    if reading.evidence is Evidence.UNKNOWN:
        return shown | {"low": None, "high": None, "low_open": True, "high_open": True, "unit": unit}
    value = reading.interval
    if reading.unit != unit:
        value = MEASURES[observation].table.convert_interval(value, reading.unit, unit)
    shown["low"] = json_number(value.low)
    shown["high"] = shown["low"] if value.is_point else json_number(value.high)
    shown["low_open"], shown["high_open"], shown["unit"] = value.low_open, value.high_open, unit
    return shown


CONSTANTS: dict[int, msgspec.Raw] = {}
CONSTANTS |= {
    id(item): written(_document(item)) for prepared in PREPARED.values() for item in prepared.explanation.constants
}
