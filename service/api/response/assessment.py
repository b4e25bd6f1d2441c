"""An assessment as the JSON of the contract."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from typing import Any, NamedTuple

import msgspec

from service import __version__
from service.api.problems import Entry
from service.api.response.catalogue import reference_document
from service.api.response.items import Results, items_json
from service.api.response.numbers import ends, json_number
from service.clinical.assessment.assess import DISCLAIMER, Assessment
from service.clinical.assessment.cautions import Caution
from service.clinical.assessment.suggestions import Suggestion
from service.clinical.assessment.summary import LABELS
from service.clinical.assessment.warnings import Oddity
from service.clinical.criteria import CATALOGUE, DIGEST
from service.clinical.criteria.criteria_set import Knot
from service.clinical.criteria.rules import Score
from service.clinical.evaluation.probability import probability
from service.clinical.evaluation.set_result import SET_WORDS, Component, Count, SetResult
from service.clinical.measurement.fault import accepted_text
from service.clinical.measurement.interval import Number
from service.server.messages.strict_json import written


class Told(NamedTuple):
    """What is to be said of a record: a code, the place in what was sent, and a sentence."""

    code: str
    where: str
    message: str


META = written({"service_version": __version__, "criteria_digest": DIGEST})
REFERENCES = {
    key: written([reference_document(reference) for reference in criteria.references])
    for key, criteria in CATALOGUE.items()
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
    panel_results = Results(assessment.panel)
    return _document(assessment, omitted, [result_document(result, panel_results) for result in assessment.results])


def summary_document(assessment: Assessment, omitted: Iterable[Entry] = ()) -> dict[str, Any]:
    """Return the same with ``?view=summary``: without all that explains a set."""
    return _document(assessment, omitted, [summarised_result(result) for result in assessment.results])


def _document(assessment: Assessment, omitted: Iterable[Entry], sets: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "classification": classification_document(assessment),
        "criteria": sets,
        "cautions": [caution_document(caution) for caution in assessment.cautions],
        "warnings": warning_documents(assessment, omitted),
        "suggested_tests": [_suggestion(test) for test in assessment.suggestions],
        "disclaimer": DISCLAIMER,
        "meta": META,
    }


def _suggestion(test: Suggestion) -> dict[str, Any]:
    return {
        "observation": test.observation,
        "loinc": test.loinc or None,
        "decides": list(test.decides),
        "follow": test.follow,
        "why": f"{LABELS[test.observation]}: {test.why}" if test.why else None,
    }


def classification_document(assessment: Assessment) -> dict[str, Any]:
    """Return the category, the set that led, and what it rests on."""
    classification = assessment.classification
    return {
        "category": classification.category,
        "primary": classification.primary,
        "summary": assessment.summary,
        "basis": [_basis(result) for result in classification.basis],
    }


def result_document(result: SetResult, panel_results: Results) -> dict[str, Any]:
    """Return one criteria set with its breakdown; one that was not explained has no items."""
    shown = scored_result(result)
    if result.items:
        shown["items"] = items_json(result, panel_results)
    shown["missing"] = result.missing
    shown["decisive"] = result.decisive
    shown["references"] = REFERENCES[result.criteria.id]
    return shown


def summarised_result(result: SetResult) -> dict[str, Any]:
    """Return one criteria set where many are shown: verdicts, score, what is missing and what would decide."""
    shown = brief_result(result)
    shown["missing"] = result.missing
    shown["decisive"] = result.decisive
    return shown


def scored_result(result: SetResult) -> dict[str, Any]:
    """Return one criteria set without its breakdown: verdicts, parts, counts and scores."""
    criteria = result.criteria
    shown: dict[str, Any] = {"id": criteria.id, "version": criteria.version, "title": criteria.title}
    _add_verdicts(shown, result)
    if result.parts:
        shown["parts"] = [_part(part) for part in result.parts]
    if result.count is not None:
        shown["count"] = _count(result.count)
    _add_score(shown, result)
    return shown


def brief_result(result: SetResult) -> dict[str, Any]:
    """Return the verdicts of one criteria set, with its score where it has one."""
    shown: dict[str, Any] = {"id": result.criteria.id}
    _add_verdicts(shown, result)
    _add_score(shown, result)
    return shown


def _add_verdicts(shown: dict[str, Any], result: SetResult) -> None:
    """Add for whom the set was made, its verdict by what was measured, and the one by what words imply besides."""
    shown["applicability"] = result.applicability
    shown["verdict"] = SET_WORDS[result.verdict]
    shown["verdict_implied"] = SET_WORDS[result.verdict_implied]
    if result.verdict_without_confounded is not None:
        shown["verdict_without_confounded"] = SET_WORDS[result.verdict_without_confounded]


def _basis(result: SetResult) -> dict[str, str]:
    return {
        "criteria": result.criteria.id,
        "verdict": SET_WORDS[result.verdict],
        "verdict_implied": SET_WORDS[result.verdict_implied],
    }


def _part(part: Component) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": part.id,
        "verdict": SET_WORDS[part.verdict],
        "verdict_implied": SET_WORDS[part.verdict_implied],
    }
    if part.count is not None:
        shown["count"] = _count(part.count)
    return shown


def _count(count: Count) -> dict[str, int]:
    return {"met": count.met, "not_met": count.not_met, "unknown": count.unknown, "required": count.required}


def _add_score(shown: dict[str, Any], result: SetResult) -> None:
    """Add the score and its probability, where the set has them."""
    key, score, implied = result.criteria.id, result.score, result.score_implied
    if score is None or implied is None:
        return
    reached = ends(score)
    implied_ends = reached if implied is score else ends(implied)
    shown["score"] = {**reached, **CUTOFFS[key], "implied": implied_ends}
    chance = CHANCES.get(key)
    if chance is not None:
        shown["probability"] = {"min": chance(score.low), "max": chance(score.high)}


def caution_document(caution: Caution) -> dict[str, Any]:
    """Return a caution with its sources."""
    references = [reference_document(reference) for reference in caution.references]
    return {"code": caution.code, "severity": caution.severity, "message": caution.message, "references": references}


def warning_documents(assessment: Assessment, omitted: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return the warnings, those about omitted faults first."""
    return [*(_omission(entry) for entry in omitted), *(_oddity(oddity) for oddity in assessment.warnings)]


def record_document(assessment: Assessment, told: Iterable[Told]) -> dict[str, Any]:
    """Return the answer to a record of a hospital: as to a panel, with what could not be used of it first."""
    panel_results = Results(assessment.panel)
    found = _document(assessment, (), [result_document(result, panel_results) for result in assessment.results])
    of_record = [{"code": thing.code, "pointer": f"/{thing.where}", "message": thing.message} for thing in told]
    return found | {"warnings": [*of_record, *found["warnings"]]}


def _omission(entry: Entry) -> dict[str, Any]:
    message = f"Left out, counts as unknown. {entry.detail}{accepted_text(entry.facts)}"
    return {"code": entry.code, "pointer": entry.pointer, "message": message}


def _oddity(oddity: Oddity) -> dict[str, Any]:
    return {"code": oddity.code, "pointer": "/" + "/".join(oddity.where), "message": oddity.message}
