"""The items of a set as JSON, written from the items; what depends on a rule alone is written once, at load."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import msgspec

from service.api.response.catalogue import limit_document
from service.api.response.numbers import ends, ends_json, json_number, number_json
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
from service.clinical.evaluation.rule_engine import contributions, tally_points, verdict_of
from service.clinical.evaluation.set_result import Item
from service.clinical.explanation.item_reasons import PRESENCE
from service.clinical.measurement.analytes import MEASURES
from service.clinical.measurement.interval import UNKNOWN, Verdict
from service.clinical.measurement.reading import UNUSABLE, Evidence, Reading
from service.clinical.panel.panel import Panel
from service.server.messages.strict_json import dumps

Named = Threshold | Finding | FirstKnown | AllOf | AtLeast | Tally | Term | Measure
EVIDENCE = {evidence: dumps(evidence.value) for evidence in Evidence}
OPEN = {is_open: dumps(is_open) for is_open in (True, False)}
UNITS = {unit: dumps(unit) for measure in MEASURES.values() for unit in measure.table.units}


class Results(dict[tuple[str, str], bytes]):
    """The results of one panel as JSON, by observation and unit: each is written once, however many limits show it."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self.readings = panel.readings

    def __missing__(self, key: tuple[str, str]) -> bytes:
        observation, unit = key
        reading = self.readings.get(observation)
        written = self[key] = b"null" if reading is None else _result_json(reading, observation, unit)
        return written


def _result_json(reading: Reading, observation: str, unit: str) -> bytes:
    """Write a result in a unit; the ends of one that cannot be used are open."""
    value = reading.interval
    if reading.evidence is not UNUSABLE and reading.unit != unit:
        value = MEASURES[observation].table.convert_interval(value, reading.unit, unit)
    low = number_json(value.low)
    return b'{"reported":%b,"evidence":%b,"low":%b,"high":%b,"low_open":%b,"high_open":%b,"unit":%b}' % (
        dumps(reading.reported),
        EVIDENCE[reading.evidence],
        low,
        low if value.is_point else number_json(value.high),
        OPEN[value.low_open],
        OPEN[value.high_open],
        UNITS[unit],
    )


Writer = Callable[[Item, Results], bytes]


def items_json(items: tuple[Item, ...], panel_results: Results) -> bytes:
    """Return items with those below them, written as a list."""
    return b"[%b]" % b",".join([WRITERS[id(item[0])](item, panel_results) for item in items])


def _heads(node: Named, word: Callable[[Verdict], str] = lambda verdict: verdict.value) -> dict[Any, bytes]:
    """Return how an item begins, by status and implied status; it is left open for what follows."""
    return {
        (status, implied): dumps(
            {"id": node.id, "label": node.label, "status": word(status), "status_implied": word(implied)}
        )[:-1]
        for status, implied in product(Verdict, Verdict)
    }


def _threshold_writer(node: Threshold) -> Writer:
    heads, own_unit = _heads(node), node.limit.unit
    result_key = (node.observation, own_unit)
    middles = {
        (unit, confounded): b',"threshold":%b,"confounded":%b,"reason":'
        % (dumps(limit_document(node.limit, node.source, unit)), OPEN[confounded])
        for unit in MEASURES[node.observation].table.units
        for confounded in (True, False)
    }

    def write(item: Item, panel_results: Results) -> bytes:
        _, _, _, status, implied, reason, reading, _, confounded, _ = item
        middle = middles[reading.unit if reading else own_unit, confounded]
        return b'%b,"observed":%b%b%b}' % (heads[status, implied], panel_results[result_key], middle, dumps(reason))

    return write


def _finding_writer(node: Finding) -> Writer:
    written = {
        verdict: b'%b,"confounded":false,"reason":%b}' % (head, dumps(PRESENCE[verdict]))
        for (verdict, implied), head in _heads(node).items()
        if verdict is implied
    }
    return lambda item, _: written[item.status]


def _group_writer(node: FirstKnown | AllOf | AtLeast) -> Writer:
    heads = {statuses: b'%b,"confounded":false,"reason":' % head for statuses, head in _heads(node).items()}

    def write(item: Item, panel_results: Results) -> bytes:
        _, _, _, status, implied, reason, _, _, _, items = item
        return b'%b%b,"items":%b}' % (heads[status, implied], dumps(reason), items_json(items, panel_results))

    return write


def _tally_writer(node: Tally) -> Writer:
    heads = _heads(node)
    middle = b',"points_by_count":%b,"confounded":false,"reason":' % dumps(node.points)
    by_points = {points: b',"points":%b%b' % (ends_json(points), middle) for points in tally_points(node).values()}

    def write(item: Item, panel_results: Results) -> bytes:
        _, _, _, status, implied, reason, _, points, _, items = item
        assert points is not None
        head, written = heads[status, implied], items_json(items, panel_results)
        return b'%b%b%b,"items":%b}' % (head, by_points[points], dumps(reason), written)

    return write


def _measure_writer(node: Measure) -> Writer:
    heads, result_key = _heads(node, _counted), (node.observation, node.unit)

    def write(item: Item, panel_results: Results) -> bytes:
        head = heads[item.status, item.status_implied]
        return b'%b,"observed":%b,"confounded":false,"reason":%b}' % (
            head,
            panel_results[result_key],
            dumps(item.reason),
        )

    return write


def _term_writer(node: Term) -> Writer:
    if not node.observation:
        return _finding_term_writer(node)
    heads, result_key = _heads(node, _counted), (node.observation, node.unit)
    weight = dumps(json_number(node.weight))

    def write(item: Item, panel_results: Results) -> bytes:
        assert item.points is not None
        return b'%b,"observed":%b,"weight":%b,"points":%b,"confounded":false,"reason":%b}' % (
            heads[item.status, item.status_implied],
            panel_results[result_key],
            weight,
            ends_json(item.points),
            dumps(item.reason),
        )

    return write


def _finding_term_writer(node: Term) -> Writer:
    heads, weight = _heads(node), json_number(node.weight)
    before_reason = {
        status: b"%b,%b" % (heads[status, status], dumps(rest)[1:-1])
        for points in contributions(node).values()
        for status in [verdict_of(points) if points.is_point else UNKNOWN]
        for rest in [{"weight": weight, "points": ends(points), "confounded": False}]
    }
    return lambda item, _: b'%b,"reason":%b}' % (before_reason[item.status], dumps(item.reason))


def _counted(status: Verdict) -> str:
    """A number that has no limit of its own is not met or not met: it counts."""
    return status.value if status is UNKNOWN else "counted"


MAKERS: dict[type, Callable[[Any], Writer]] = {
    Threshold: _threshold_writer,
    Finding: _finding_writer,
    Term: _term_writer,
    Measure: _measure_writer,
    Tally: _tally_writer,
    FirstKnown: _group_writer,
    AllOf: _group_writer,
    AtLeast: _group_writer,
}


def writers_of(rule: AnyNode) -> dict[int, Writer]:
    """Return what writes the items of a rule, by the identity of its nodes; made once, at load."""
    return {id(node): MAKERS[type(node)](node) for node in walk(rule) if not isinstance(node, Score)}


WRITERS = {key: writer for criteria in CATALOGUE.values() for key, writer in writers_of(criteria.rule).items()}


def raw_items(items: tuple[Item, ...], panel_results: Results) -> msgspec.Raw:
    """Return items as JSON to be put into a document."""
    return msgspec.Raw(items_json(items, panel_results))
