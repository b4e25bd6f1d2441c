"""One criteria set of an assessment as a contained Observation: verdict, score, and every item with its reason."""

from __future__ import annotations

from collections.abc import Iterator

from service.clinical.evaluate import verdict_text
from service.clinical.interval import INFINITY, Interval, Number
from service.clinical.result import Item, Result
from service.clinical.words import as_decimal
from service.ehr.json_shapes import Resource
from service.ehr.vocabulary import APPLICABILITY, CRITERIA, ITEM, VERDICT, VERDICTS, concept


def result_observation(result: Result, subject: Resource, moment: str) -> Resource:
    """Return the contained Observation of one set; its id is that of the set."""
    criteria = result.criteria
    verdict = verdict_text(result.verdict)
    code = concept(CRITERIA, criteria.id, text=criteria.title)
    code["coding"][0]["version"] = criteria.version
    shown: Resource = {
        "resourceType": "Observation",
        "id": criteria.id,
        "status": "final",
        "code": code,
        "subject": subject,
        "valueCodeableConcept": concept(VERDICT, verdict, VERDICTS[verdict]),
        "component": [*_summary(result), *(part for item in result.items for part in _item(item, ""))],
    }
    return shown | ({"effectiveDateTime": moment} if moment else {})


def _summary(result: Result) -> Iterator[Resource]:
    implied = verdict_text(result.verdict_implied)
    yield _component("verdict_implied", "Verdict counting words", concept(VERDICT, implied, VERDICTS[implied]))
    yield _component("applicability", "Applicability", concept(APPLICABILITY, result.applicability))
    for part in result.parts:
        verdict = verdict_text(part.verdict)
        yield _component(f"part.{part.id}", f"Part: {part.id}", concept(VERDICT, verdict, VERDICTS[verdict]))
    if result.verdict_without_confounded is not None:
        verdict = verdict_text(result.verdict_without_confounded)
        label = "Verdict without confounded items"
        yield _component("verdict_without_confounded", label, concept(VERDICT, verdict, VERDICTS[verdict]))
    if result.score is not None:
        yield {"code": concept(ITEM, "score", text="Score"), **_range(result.score)}


def _item(item: Item, above: str) -> Iterator[Resource]:
    key = f"{above}.{item.id}" if above else item.id
    status = item.status.value
    yield _component(key, item.label, concept(VERDICT, status, VERDICTS[status], item.reason))
    for below in item.items:
        yield from _item(below, key)


def _component(key: str, label: str, value: Resource) -> Resource:
    return {"code": concept(ITEM, key, text=label), "valueCodeableConcept": value}


def _range(score: Interval) -> Resource:
    if score.is_point:
        return {"valueQuantity": {"value": _shown(score.low)}}
    ends = {"low": score.low, "high": score.high}
    known = {end: {"value": _shown(one)} for end, one in ends.items() if abs(one) != INFINITY}
    return {"valueRange": known} if known else {"dataAbsentReason": {"text": "Any score is still possible."}}


def _shown(number: Number) -> object:
    value = as_decimal(number).normalize()
    return value.quantize(as_decimal(1)) if value == value.to_integral_value() else value  # type: ignore[arg-type]
