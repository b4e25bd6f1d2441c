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

STATUS = {one: one.value for one in Verdict}
EVIDENCE = {one: one.value for one in Evidence}
LIMITS = {
    id(leaf): {unit: written(limit_document(leaf.limit, leaf.source, unit)) for unit in leaf.limit.by_unit}
    for criteria in CATALOGUE.values()
    for leaf in leaves(criteria.rule)
    if isinstance(leaf, Threshold)
}


Observed = dict[tuple[str, str], dict[str, Any]]
"""The results of one panel as they were shown already, by observation and unit: several limits read each."""


def item_document(item: Item, observed: Observed) -> dict[str, Any] | msgspec.Raw:
    """Return an item and those below it."""
    return CONSTANTS.get(id(item)) or _document(item, observed)


def _document(item: Item, observed: Observed) -> dict[str, Any]:
    node = item.node
    shown: dict[str, Any] = {
        "id": item.id,
        "label": item.label,
        "status": STATUS[item.status],
        "status_implied": STATUS[item.status_implied],
    }
    if isinstance(node, Threshold):
        shown["observed"] = _observed(item.reading, node.observation, node.limit.unit, observed)
        shown["threshold"] = _limit(node, item.reading)
    elif isinstance(node, Term | Measure):
        _describe_summand(shown, item, node, observed)
    if item.points is not None:
        shown["points"] = ends(item.points)
    if isinstance(node, Tally):
        shown["points_by_count"] = node.points
    shown["confounded"] = item.confounded
    shown["reason"] = item.reason
    if item.items:
        shown["items"] = [item_document(one, observed) for one in item.items]
    return shown


def _limit(node: Threshold, reading: Reading | None) -> Any:
    unit = reading.unit if reading is not None else node.limit.unit
    by_unit = LIMITS.get(id(node)) or {}
    return by_unit.get(unit) or limit_document(node.limit, node.source, unit)


def _describe_summand(shown: dict[str, Any], item: Item, node: Term | Measure, observed: Observed) -> None:
    if node.observation:
        shown["status"], shown["status_implied"] = _counted(item.status), _counted(item.status_implied)
        shown["observed"] = _observed(item.reading, node.observation, node.unit, observed)
    if isinstance(node, Term):
        shown["weight"] = json_number(node.weight)


def _counted(status: Verdict) -> str:
    """A number that has no limit of its own is not met or not met: it counts."""
    return STATUS[status] if status is UNKNOWN else "counted"


def _observed(reading: Reading | None, observation: str, unit: str, observed: Observed) -> dict[str, Any] | None:
    """Show a result in the unit of its limit; the ends of one that cannot be used are open."""
    if reading is None:
        return None
    key = (observation, unit)
    if key not in observed:
        observed[key] = {
            "reported": reading.reported,
            "evidence": EVIDENCE[reading.evidence],
            **_ends(reading, observation, unit),
        }
    return observed[key]


def _ends(reading: Reading, observation: str, unit: str) -> dict[str, Any]:
    value = reading.interval
    if reading.evidence is not Evidence.UNKNOWN and reading.unit != unit:
        value = MEASURES[observation].table.convert_interval(value, reading.unit, unit)
    low, high = json_number(value.low), json_number(value.high)
    return {"low": low, "high": high, "low_open": value.low_open, "high_open": value.high_open, "unit": unit}


CONSTANTS: dict[int, msgspec.Raw] = {}
CONSTANTS |= {
    id(item): written(_document(item, {})) for prepared in PREPARED.values() for item in prepared.explanation.constants
}
