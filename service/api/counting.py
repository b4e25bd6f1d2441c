"""Counts what was assessed, what stayed unknown and why, what was refused. Never a value, only ids of closed sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from service.api.problems import Entry
from service.clinical.assessment.assess import Assessment
from service.clinical.evaluation.set_result import verdict_text
from service.clinical.measurement.reading import Evidence
from service.clinical.panel.panel import Panel
from service.server.observing import audit, metrics
from service.server.observing.audit import Trail

UNKNOWN_REASONS = ("missing", "word_only", "unusable", "left_open", "omitted")


def assessed(channel: str, assessment: Assessment, omitted: Iterable[Entry] = ()) -> None:
    """Count one assessment, its verdicts, and the inputs that the leading set still lacks."""
    audit.trail().assessed(assessment.sets)
    metrics.assessment(channel, assessment.classification.category)
    for result in assessment.results:
        metrics.verdict(result.criteria.id, verdict_text(result.verdict))
    for key, reason in _unknown(assessment, omitted):
        metrics.unknown_input(key, reason)
    refused(omitted)


def assessed_all(channel: str, assessments: Iterable[tuple[Assessment, Iterable[Entry]]], trail: Trail) -> None:
    """Count several at once: each counter is moved once, which is most of what counting costs."""
    categories, verdicts, unknown = Counter[str](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for assessment, omitted in assessments:
        trail.assessed(assessment.sets)
        categories[assessment.classification.category] += 1
        verdicts.update((result.criteria.id, verdict_text(result.verdict)) for result in assessment.results)
        unknown.update(_unknown(assessment, omitted))
        refused(omitted)
    for category, times in categories.items():
        metrics.assessment(channel, category, times)
    for (criteria, verdict), times in verdicts.items():
        metrics.verdict(criteria, verdict, times)
    for (key, reason), times in unknown.items():
        metrics.unknown_input(key, reason, times)


def _unknown(assessment: Assessment, omitted: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    """Yield what the leading set lacks and what was left out, each with the reason."""
    if assessment.classification.primary is not None:
        for key in assessment.classification.basis[0].missing:
            yield key, _reason(assessment.panel, key)
    for entry in omitted:
        yield _input_of(entry), "omitted"


def refused(entries: Iterable[Entry]) -> None:
    """Count the faults of a refused request."""
    for entry in entries:
        metrics.rejected_input(_input_of(entry), entry.code)


def _reason(panel: Panel, key: str) -> str:
    reading = panel.readings.get(key)
    if reading is None:
        return "missing"
    if reading.evidence is Evidence.MEASURED:
        return "left_open"
    return "word_only" if reading.evidence is Evidence.IMPLIED else "unusable"


def _input_of(entry: Entry) -> str:
    """Return the id of the input, in a panel or in one of a course; the metric holds it to its closed set."""
    where = entry.where[2:] if entry.where[:1] == ("panels",) else entry.where
    return where[1] if len(where) > 1 else ""
