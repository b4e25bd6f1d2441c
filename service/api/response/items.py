"""The items of a set as JSON, written from the items; what depends on a rule alone is written once, at load."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import msgspec

from service.api.response.catalogue import limit_document
from service.api.response.numbers import ends, ends_json, json_number, number_json
from service.clinical.criteria.rules import (
    AllOf,
    AtLeast,
    Finding,
    FirstKnown,
    Measure,
    Tally,
    Term,
    Threshold,
)
from service.clinical.evaluation.evaluate import PREPARED
from service.clinical.evaluation.rule_engine import Step, tally_points
from service.clinical.evaluation.set_result import Item, SetResult
from service.clinical.explanation.items import (
    finding_items,
    finding_term_items,
    reason_of_unread,
    shown,
    unreported_items,
)
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


NO_RESULTS = Results(Panel())
Writer = Callable[[Item, Results], bytes]


def items_json(result: SetResult, panel_results: Results) -> msgspec.Raw:
    """Return the items of a set that was explained, none of another, as a list to be put into a document."""
    return msgspec.Raw(_list(WRITERS[result.criteria.id], result.items, panel_results))


def _list(writers: tuple[Writer, ...], items: tuple[Item, ...], panel_results: Results) -> bytes:
    written = [write(item, panel_results) for write, item in zip(writers, items, strict=False)]  # none if not explained
    return b"[%b]" % b",".join(written)


def _heads(node: Named, word: Callable[[Verdict], str] = lambda verdict: verdict.value) -> dict[Any, bytes]:
    """Return how an item begins, by status and implied status; it is left open for what follows."""
    return {
        (status, implied): dumps(
            {"id": node.id, "label": node.label, "status": word(status), "status_implied": word(implied)}
        )[:-1]
        for status, implied in product(Verdict, Verdict)
    }


def _prepared(items: Iterable[Item], write: Writer) -> dict[str, bytes]:
    """Return the items of a node that depend on its rule alone, written at load; their reasons tell them apart."""
    forms = [form for item in items for form in (item, item._replace(reason=reason_of_unread(item.reason)))]
    return {form.reason: write(form, NO_RESULTS) for form in forms}


def _threshold_writer(node: Threshold) -> Writer:
    own_unit, result_key = node.limit.unit, (node.observation, node.limit.unit)
    befores = {statuses: b'%b,"observed":' % head for statuses, head in _heads(node).items()}
    middles = {
        (unit, confounded): b',"threshold":%b,"confounded":%b,"reason":'
        % (dumps(limit_document(node.limit, node.source, unit)), OPEN[confounded])
        for unit in MEASURES[node.observation].table.units
        for confounded in (True, False)
    }

    def write(item: Item, panel_results: Results) -> bytes:
        _, _, _, status, implied, reason, reading, _, confounded, _ = item
        unit = own_unit if reading is None else reading.unit
        observed, middle = panel_results[result_key], middles[unit, confounded]
        return b"".join((befores[status, implied], observed, middle, dumps(reason), b"}"))

    unreported = _prepared(unreported_items(node).values(), write)
    return lambda item, results: unreported[item.reason] if item.reading is None else write(item, results)


def _finding_writer(node: Finding) -> Writer:
    befores = {statuses: b'%b,"confounded":false,"reason":' % head for statuses, head in _heads(node).items()}
    written = _prepared(
        finding_items(node).values(),
        lambda item, _: b"%b%b}" % (befores[item.status, item.status_implied], dumps(item.reason)),
    )
    return lambda item, _: written[item.reason]


def _group_writer(node: FirstKnown | AllOf | AtLeast, below: tuple[Writer, ...]) -> Writer:
    befores = {statuses: b'%b,"confounded":false,"reason":' % head for statuses, head in _heads(node).items()}

    def write(item: Item, panel_results: Results) -> bytes:
        _, _, _, status, implied, reason, _, _, _, items = item
        written = _list(below, items, panel_results)
        return b"".join((befores[status, implied], dumps(reason), b',"items":', written, b"}"))

    return write


def _tally_writer(node: Tally, below: tuple[Writer, ...]) -> Writer:
    heads = _heads(node)
    by_count = b',"points_by_count":%b,"confounded":false,"reason":' % dumps(node.points)
    middles = {points: b',"points":%b%b' % (ends_json(points), by_count) for points in tally_points(node).values()}

    def write(item: Item, panel_results: Results) -> bytes:
        _, _, _, status, implied, reason, _, points, _, items = item
        assert points is not None
        written = _list(below, items, panel_results)
        return b"".join((heads[status, implied], middles[points], dumps(reason), b',"items":', written, b"}"))

    return write


def _measure_writer(node: Measure) -> Writer:
    heads, result_key = _heads(node, _counted), (node.observation, node.unit)

    def write(item: Item, panel_results: Results) -> bytes:
        head, observed = heads[item.status, item.status_implied], panel_results[result_key]
        return b'%b,"observed":%b,"confounded":false,"reason":%b}' % (head, observed, dumps(item.reason))

    return write


def _term_writer(node: Term) -> Writer:
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

    def write(item: Item, _: Results) -> bytes:
        assert item.points is not None
        rest = {"weight": weight, "points": ends(item.points), "confounded": False, "reason": item.reason}
        return b"%b,%b" % (heads[item.status, item.status_implied], dumps(rest)[1:])

    written = _prepared(finding_term_items(node).values(), write)
    return lambda item, _: written[item.reason]


def _counted(status: Verdict) -> str:
    """A number that has no limit of its own is not met or not met: it counts."""
    return status.value if status is UNKNOWN else "counted"


MAKERS: dict[type, Callable[[Any, tuple[Writer, ...]], Writer]] = {
    Threshold: lambda node, _: _threshold_writer(node),
    Finding: lambda node, _: _finding_writer(node),
    Term: lambda node, _: _term_writer(node) if node.observation else _finding_term_writer(node),
    Measure: lambda node, _: _measure_writer(node),
    Tally: _tally_writer,
    FirstKnown: _group_writer,
    AllOf: _group_writer,
    AtLeast: _group_writer,
}


def _writer(step: Step) -> Writer:
    """Return what writes the item of a step; made once, at load."""
    return MAKERS[type(step.node)](step.node, tuple(_writer(below) for below in step.steps))


WRITERS = {key: tuple(_writer(step) for step in shown(prepared.plan.root)) for key, prepared in PREPARED.items()}
"""The writers of the items of each set, in their order."""
