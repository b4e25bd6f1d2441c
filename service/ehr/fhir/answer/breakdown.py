"""One criteria set of an assessment as a contained Observation: verdict, score, and every item with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from service.clinical.criteria.rules import Measure, Term
from service.clinical.evaluation.set_result import Item, SetResult
from service.clinical.measurement.interval import INFINITY, UNKNOWN, Interval, Number
from service.clinical.measurement.numbers_in_words import as_decimal, number_text
from service.ehr.fhir.answer.fixed_parts import FixedParts
from service.ehr.fhir.contents.json_shapes import Resource
from service.ehr.fhir.definitions.item_codes import SUMMARY, below, part_code
from service.ehr.fhir.definitions.vocabulary import COUNTED
from service.server.messages.strict_json import dumps

IMPLIED, APPLICABILITY, WITHOUT_CONFOUNDED, SCORE = SUMMARY.items()


def status_of(item: Item) -> str:
    """Return the status of an item; a number in a weighted sum or a ratio is counted, and meets nothing."""
    is_number = isinstance(item.node, Measure) or (isinstance(item.node, Term) and bool(item.node.observation))
    return COUNTED if is_number and item.status is not UNKNOWN else item.status.value


def result_observation(result: SetResult, parts: FixedParts, subject: msgspec.Raw, moment: str) -> Resource:
    """Return the contained Observation of one set that was explained; its id is that of the set."""
    key = result.criteria.id
    of_items = [component for item in result.items for component in _components(item, parts, "")]
    components = b",".join([*_summary(result, parts), *of_items])
    shown: Resource = {
        "resourceType": "Observation",
        "id": key,
        "status": "final",
        "code": parts.criteria[key],
        "subject": subject,
        "valueCodeableConcept": msgspec.Raw(parts.of_set[result.verdict]),
        "component": msgspec.Raw(b"[%b]" % components),
    }
    return shown | ({"effectiveDateTime": moment} if moment else {})


def _summary(result: SetResult, parts: FixedParts) -> Iterator[bytes]:
    codes, of_set = parts.codes, parts.of_set
    yield _component(codes[IMPLIED], of_set[result.verdict_implied])
    yield _component(codes[APPLICABILITY], parts.applicability[result.applicability])
    for part in result.parts:
        yield _component(codes[part_code(part.id)], of_set[part.verdict])
    if result.verdict_without_confounded is not None:
        yield _component(codes[WITHOUT_CONFOUNDED], of_set[result.verdict_without_confounded])
    if result.score is not None:
        yield b'{"code":%b,%b' % (codes[SCORE], dumps(_range(result.score))[1:])


def _components(item: Item, parts: FixedParts, above: str) -> Iterator[bytes]:
    key = below(above, item.id)
    yield _component(
        parts.codes[key, item.label], b'%b,"text":%b}' % (parts.of_item[status_of(item)], dumps(item.reason))
    )
    for inner in item.items:
        yield from _components(inner, parts, key)


def _component(code: bytes, value: bytes) -> bytes:
    return b'{"code":%b,"valueCodeableConcept":%b}' % (code, value)


def _range(score: Interval) -> Resource:
    if score.is_point:
        return {"valueQuantity": {"value": _shown(score.low)}}
    ends = {"low": score.low, "high": score.high}
    known = {end: {"value": _shown(number)} for end, number in ends.items() if abs(number) != INFINITY}
    return {"valueRange": known} if known else {"dataAbsentReason": {"text": "Any score is still possible."}}


def _shown(number: Number) -> object:
    return Decimal(number_text(as_decimal(number)))  # digit for digit: arithmetic would round, or fail
