"""The service's own knowledge as data: what GET /v1/criteria and /v1/analytes serve, and limits as items show them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from service.api.response.numbers import json_number
from service.clinical.criteria.criteria_set import CriteriaSet
from service.clinical.criteria.rules import (
    AllOf,
    AnyNode,
    AtLeast,
    CutOff,
    Finding,
    FirstKnown,
    Limit,
    Linear,
    Measure,
    Ratio,
    Sum,
    Tally,
    Term,
    Threshold,
)
from service.clinical.data.references import Reference, Source
from service.clinical.measurement.analytes import ANALYTES, FINDINGS, Analyte
from service.clinical.measurement.interval import Interval, Number
from service.clinical.measurement.units import Unit
from service.clinical.panel.panel import CONDITIONS, CONFOUNDERS


def limit_document(limit: Limit, source: Source, unit: str = "") -> dict[str, Any]:
    """Return a limit in the unit in which the paper prints it, or in another unit that it prints as well."""
    shown = unit if unit in limit.printed else limit.unit
    return {
        "comparator": limit.comparator,
        "value": json_number(limit.printed[shown]),
        "unit": shown,
        **source_document(source),
    }


def source_document(source: Source) -> dict[str, Any]:
    """Return which reference a figure comes from, and how sure it is."""
    return {"reference": source.reference, "certainty": source.certainty}


def reference_document(reference: Reference) -> dict[str, Any]:
    """Return a reference; without a key or a DOI where there is none."""
    shown = {"key": reference.key, "citation": reference.citation, "doi": reference.doi}
    return {key: text for key, text in shown.items() if text} | {"certainty": reference.certainty}


def cutoff_document(cutoff: CutOff) -> dict[str, Any]:
    """Return the number that a score is held against."""
    return {"comparator": cutoff.comparator, "value": json_number(cutoff.value), **source_document(cutoff.source)}


def node_document(node: AnyNode) -> dict[str, Any]:
    """Return a node and everything below it."""
    match node:
        case Threshold():
            shown = {"kind": "threshold", "id": node.id, "label": node.label, "observation": node.observation}
            others = [unit for unit in node.limit.printed if unit != node.limit.unit]
            return (
                shown
                | {"threshold": limit_document(node.limit, node.source)}
                | ({"also": [limit_document(node.limit, node.source, unit) for unit in others]} if others else {})
                | ({"excluded_by": node.excluded_by} if node.excluded_by else {})
            )
        case Finding():
            shown = {"kind": "finding", "id": node.id, "label": node.label, "finding": node.finding}
            return shown | source_document(node.source)
        case Term():
            return _term_document(node)
        case Measure():
            shown = {"kind": "measure", "id": node.id, "label": node.label, "observation": node.observation}
            return (
                shown | {"unit": node.unit, "resolution": json_number(node.resolution)} | source_document(node.source)
            )
        case Sum() | Linear() | Ratio():
            return _score_document(node)
        case node:
            return _group_document(node)


def _term_document(node: Term) -> dict[str, Any]:
    shown: dict[str, Any] = {"kind": "term", "id": node.id, "label": node.label, "weight": json_number(node.weight)}
    read = {"finding": node.finding} if node.finding else {"observation": node.observation, "unit": node.unit}
    return shown | read | source_document(node.source)


def _score_document(node: Sum | Linear | Ratio) -> dict[str, Any]:
    kind = {Sum: "sum", Linear: "linear", Ratio: "ratio"}[type(node)]
    return {"kind": kind, "cutoff": cutoff_document(node.cutoff), "of": [node_document(child) for child in node.of]}


def _group_document(node: FirstKnown | AllOf | AtLeast | Tally) -> dict[str, Any]:
    kind = {FirstKnown: "first_known", AllOf: "all_of", AtLeast: "at_least", Tally: "tally"}[type(node)]
    shown: dict[str, Any] = {"kind": kind}
    if node.id:
        shown |= {"id": node.id, "label": node.label}
    if isinstance(node, AtLeast):
        shown["required"] = node.required
    if isinstance(node, Tally):
        shown["points"] = [json_number(points) for points in node.points]
    if isinstance(node, AllOf | AtLeast):
        shown["part"] = node.part
    return shown | {"of": [node_document(child) for child in node.of]}


def criteria_document(criteria: CriteriaSet) -> dict[str, Any]:
    """Return a whole set as data."""
    return {
        "id": criteria.id,
        "version": criteria.version,
        "title": criteria.title,
        "short_title": criteria.short,
        "kind": criteria.kind,
        "intent": criteria.audit.intent,
        "population": criteria.audit.population,
        "performance": list(criteria.audit.performance),
        "caveats": list(criteria.audit.caveats),
        "applicability": {"condition": dict(criteria.applicability.condition), "age": dict(criteria.applicability.age)},
        "rule": node_document(criteria.rule),
        "confounders": {key: list(observations) for key, observations in criteria.confounders.items()},
        "notes": [
            {
                "when": note.when,
                "text": note.text,
                "reference": note.reference,
                "certainty": note.certainty,
                "conditions": list(note.conditions),
                "age": note.age or None,
            }
            for note in criteria.notes
        ],
        "probability": [
            {"score": json_number(knot.score), "percent": json_number(knot.percent), "relation": knot.relation}
            for knot in criteria.probability
        ],
        "references": [reference_document(reference) for reference in criteria.references],
    }


def analytes_document() -> dict[str, Any]:
    """Return everything that a request may hold."""
    return {
        "observations": [_analyte(analyte) for analyte in ANALYTES.values()],
        "findings": [
            {
                "id": finding.id,
                "label": finding.label,
                "meaning": finding.meaning,
                "absent_is_false": finding.absent_is_false,
            }
            for finding in FINDINGS.values()
        ],
        "conditions": list(CONDITIONS),
        "confounders": list(CONFOUNDERS),
        "loinc_notice": "LOINC codes are copyright Regenstrief Institute, used under the LOINC licence.",
    }


def _analyte(analyte: Analyte) -> dict[str, Any]:
    limits = (("low", analyte.implied_low), ("high", analyte.implied_high))
    implied = {end: json_number(limit) for end, limit in limits if limit is not None}
    return {
        "id": analyte.id,
        "label": analyte.label,
        "canonical_unit": analyte.canonical,
        "units": [_unit(unit) for unit in analyte.table.units.values()],
        "loinc": list(analyte.loinc),
        "plausible": _range(analyte.hard),
        "usual": _range(analyte.soft),
        "implied_limits": implied | {"unit": analyte.implied_unit} if implied else None,
    }


def _unit(unit: Unit) -> dict[str, Any]:
    shown: dict[str, Any] = {"code": unit.code, "spellings": list(unit.spellings), "basis": unit.basis}
    if not unit.comparable:
        return shown | {"comparable": False}
    above, below = _fraction(unit.factor)
    factor = {"add": json_number(unit.offset), "multiply": above, "divide": below}
    return shown | {"comparable": True, "approximate": unit.approximate, "to_canonical": factor}


def _fraction(factor: Number) -> tuple[Decimal | None, Decimal | None]:
    if isinstance(factor, Decimal):
        return json_number(factor), Decimal(1)
    return Decimal(factor.numerator), Decimal(factor.denominator)


def _range(interval: Interval) -> dict[str, Any]:
    return {"low": json_number(interval.low), "high": json_number(interval.high)}
