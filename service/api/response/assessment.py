"""An assessment as the JSON of the contract."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from typing import Any

import msgspec

from service import __version__
from service.api.problems import Entry
from service.api.response.breakdown_json import breakdown_json
from service.api.response.numbers import ends, json_number
from service.api.response.rule_document import reference_document
from service.api.response.value_texts import Texts
from service.clinical.assessment.assess import DISCLAIMER, Assessment
from service.clinical.assessment.cautions import Caution
from service.clinical.assessment.suggestions import Suggestion
from service.clinical.assessment.warnings import Oddity
from service.clinical.criteria import CATALOGUE, DIGEST
from service.clinical.criteria.criteria_set import Knot
from service.clinical.criteria.rules import Score
from service.clinical.evaluation.evaluate import verdict_text
from service.clinical.evaluation.probability import probability
from service.clinical.evaluation.set_result import Count, Part, Result
from service.clinical.measurement.fault import accepted_text
from service.clinical.measurement.interval import Interval
from service.clinical.measurement.number import Number
from service.server.messages.strict_json import written

META = written({"service_version": __version__, "criteria_digest": DIGEST})
REFERENCES = {
    key: written([reference_document(one) for one in criteria.references]) for key, criteria in CATALOGUE.items()
}
CUTOFFS = {
    key: {"cutoff": json_number(criteria.rule.cutoff.value), "comparator": criteria.rule.cutoff.comparator}
    for key, criteria in CATALOGUE.items()
    if isinstance(criteria.rule, Score)
}


def _chance(knots: tuple[Knot, ...], score: Number) -> msgspec.Raw:
    found = probability(knots, score)
    percent = json_number(found.percent)
    return written({"percent": percent, "relation": found.relation, "interpolated": found.interpolated})


CHANCES = {
    key: cache(partial(_chance, criteria.probability)) for key, criteria in CATALOGUE.items() if criteria.probability
}
"""By set the probability of a score, worked out once per score: there are as many as a sum of points can reach."""


def assessment_document(assessment: Assessment, omitted: Iterable[Entry] = ()) -> dict[str, Any]:
    """Return the answer to POST /v1/assessments; ``omitted`` faults come first among the warnings."""
    texts = Texts(assessment.panel)
    return {
        "classification": classification_document(assessment),
        "criteria": [result_document(one, texts) for one in assessment.results],
        "cautions": [_caution(one) for one in assessment.cautions],
        "warnings": [*(_omission(one) for one in omitted), *(_oddity(one) for one in assessment.warnings)],
        "suggested_tests": [_suggestion(one) for one in assessment.suggestions],
        "disclaimer": DISCLAIMER,
        "meta": META,
    }


def _suggestion(test: Suggestion) -> dict[str, Any]:
    return {
        "observation": test.observation,
        "loinc": test.loinc or None,
        "decides": list(test.decides),
        "follow": test.follow,
        "why": test.why,
    }


def classification_document(assessment: Assessment) -> dict[str, Any]:
    """Return the category, the set that led, and what it rests on."""
    classification = assessment.classification
    return {
        "category": classification.category,
        "primary": classification.primary,
        "summary": assessment.summary,
        "basis": [_basis(one) for one in classification.basis],
    }


def result_document(result: Result, texts: Texts) -> dict[str, Any]:
    """Return one criteria set of the breakdown."""
    criteria = result.criteria
    shown: dict[str, Any] = {
        "id": criteria.id,
        "version": criteria.version,
        "title": criteria.title,
        "applicability": result.applicability,
        "verdict": verdict_text(result.verdict),
        "verdict_implied": verdict_text(result.verdict_implied),
    }
    if result.verdict_without_confounded is not None:
        shown["verdict_without_confounded"] = verdict_text(result.verdict_without_confounded)
    if result.parts:
        shown["parts"] = [_part(one) for one in result.parts]
    if result.count is not None:
        shown["count"] = _count(result.count)
    if result.score is not None and result.score_implied is not None:
        shown |= _score(criteria.id, result.score, result.score_implied)
    shown["items"] = breakdown_json(result.breakdown, texts) if result.breakdown else []
    shown["missing"] = result.missing
    shown["decisive"] = result.decisive
    shown["references"] = REFERENCES[criteria.id]
    return shown


def _basis(result: Result) -> dict[str, str]:
    return {
        "criteria": result.criteria.id,
        "verdict": verdict_text(result.verdict),
        "verdict_implied": verdict_text(result.verdict_implied),
    }


def _part(part: Part) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": part.id,
        "verdict": verdict_text(part.verdict),
        "verdict_implied": verdict_text(part.verdict_implied),
    }
    if part.count is not None:
        shown["count"] = _count(part.count)
    return shown


def _count(count: Count) -> dict[str, int]:
    return {"met": count.met, "not_met": count.not_met, "unknown": count.unknown, "required": count.required}


def _score(key: str, score: Interval, implied: Interval) -> dict[str, Any]:
    reached = ends(score)
    implied_ends = reached if implied is score else ends(implied)
    shown: dict[str, Any] = {"score": {**reached, **CUTOFFS[key], "implied": implied_ends}}
    chance = CHANCES.get(key)
    if chance is not None:
        shown["probability"] = {"min": chance(score.low), "max": chance(score.high)}
    return shown


def _caution(caution: Caution) -> dict[str, Any]:
    references = [reference_document(one) for one in caution.references]
    return {"code": caution.code, "severity": caution.severity, "message": caution.message, "references": references}


def _omission(entry: Entry) -> dict[str, Any]:
    told = entry.explained()
    message = f"Left out, counts as unknown. {told.detail}{accepted_text(told.facts)}"
    return {"code": told.code, "pointer": told.pointer, "message": message}


def _oddity(oddity: Oddity) -> dict[str, Any]:
    return {"code": oddity.code, "pointer": "/" + "/".join(oddity.where), "message": oddity.message}
