"""One criteria set of an assessment as a contained Observation: verdict, score, and every item with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache

import msgspec

from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.criteria_set import CriteriaSet
from service.clinical.criteria.rules import Measure, Term
from service.clinical.evaluation.set_result import Item, SetResult, verdict_text
from service.clinical.measurement.interval import INFINITY, UNKNOWN, Interval, Number, Verdict
from service.clinical.measurement.numbers_in_words import as_decimal, number_text
from service.ehr.fhir.answer.vocabulary import APPLICABILITY, COUNTED, CRITERIA, ITEM, VERDICT, VERDICTS, concept
from service.ehr.fhir.contents.json_shapes import Resource
from service.server.messages.strict_json import dumps, written


def criteria_concept(criteria: CriteriaSet) -> Resource:
    """Return a set with its version and its title."""
    shown = concept(CRITERIA, criteria.id, text=criteria.title)
    shown["coding"][0]["version"] = criteria.version
    return shown


CODES = {key: written(criteria_concept(criteria)) for key, criteria in CATALOGUE.items()}
OF_SET = {
    verdict: dumps(concept(VERDICT, word, VERDICTS[word])) for verdict in Verdict for word in [verdict_text(verdict)]
}
OF_ITEM = {
    word: dumps(concept(VERDICT, word, VERDICTS[word])).removesuffix(b"}")
    for word in (*(verdict.value for verdict in Verdict), COUNTED)
}
"""The verdicts as concepts; those of items are left open for the reason."""


def status_of(item: Item) -> str:
    """Return the status of an item; a number in a weighted sum or a ratio is counted, and meets nothing."""
    is_number = isinstance(item.node, Measure) or (isinstance(item.node, Term) and bool(item.node.observation))
    return COUNTED if is_number and item.status is not UNKNOWN else item.status.value


def result_observation(result: SetResult, subject: msgspec.Raw, moment: str) -> Resource:
    """Return the contained Observation of one set that was explained; its id is that of the set."""
    key = result.criteria.id
    of_items = [component for item in result.items for component in _components(item, "")]
    components = b",".join([*_summary(result), *of_items])
    shown: Resource = {
        "resourceType": "Observation",
        "id": key,
        "status": "final",
        "code": CODES[key],
        "subject": subject,
        "valueCodeableConcept": msgspec.Raw(OF_SET[result.verdict]),
        "component": msgspec.Raw(b"[%b]" % components),
    }
    return shown | ({"effectiveDateTime": moment} if moment else {})


def _summary(result: SetResult) -> Iterator[bytes]:
    yield _component("verdict_implied", "Verdict counting words", OF_SET[result.verdict_implied])
    yield _component("applicability", "Applicability", _applicability(result.applicability))
    for part in result.parts:
        yield _component(f"part.{part.id}", f"Part: {part.id}", OF_SET[part.verdict])
    if result.verdict_without_confounded is not None:
        label = "Verdict without confounded items"
        yield _component("verdict_without_confounded", label, OF_SET[result.verdict_without_confounded])
    if result.score is not None:
        yield b'{"code":%b,%b' % (_code("score", "Score"), dumps(_range(result.score))[1:])


def _components(item: Item, above: str) -> Iterator[bytes]:
    key = f"{above}.{item.id}" if above else item.id
    yield _component(key, item.label, b'%b,"text":%b}' % (OF_ITEM[status_of(item)], dumps(item.reason)))
    for below in item.items:
        yield from _components(below, key)


def _component(key: str, label: str, value: bytes) -> bytes:
    return b'{"code":%b,"valueCodeableConcept":%b}' % (_code(key, label), value)


@cache
def _code(key: str, label: str) -> bytes:
    """Write which part of a set a component shows; there are as many as the sets have items and parts."""
    return dumps(concept(ITEM, key, text=label))


@cache
def _applicability(word: str) -> bytes:
    return dumps(concept(APPLICABILITY, word))


def _range(score: Interval) -> Resource:
    if score.is_point:
        return {"valueQuantity": {"value": _shown(score.low)}}
    ends = {"low": score.low, "high": score.high}
    known = {end: {"value": _shown(number)} for end, number in ends.items() if abs(number) != INFINITY}
    return {"valueRange": known} if known else {"dataAbsentReason": {"text": "Any score is still possible."}}


def _shown(number: Number) -> object:
    return Decimal(number_text(as_decimal(number)))  # digit for digit: arithmetic would round, or fail
