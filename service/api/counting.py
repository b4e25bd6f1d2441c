"""Counts what was assessed, what stayed unknown and why, what was refused. Never a value, only ids of closed sets."""

from __future__ import annotations

from collections.abc import Iterable

from service.api.problems import Entry
from service.clinical.assess import Assessment
from service.clinical.evaluate import verdict_text
from service.clinical.panel import Panel
from service.clinical.reading import Evidence
from service.server import metrics

UNKNOWN_REASONS = ("missing", "word_only", "unusable", "left_open", "omitted")


def assessed(channel: str, assessment: Assessment, omitted: Iterable[Entry] = ()) -> None:
    """Count one assessment, its verdicts, and the inputs that the leading set still lacks."""
    metrics.assessment(channel, assessment.classification.category)
    for result in assessment.results:
        metrics.verdict(result.criteria.id, verdict_text(result.verdict))
    if assessment.classification.primary is not None:
        for key in assessment.classification.basis[0].missing:
            metrics.unknown_input(key, _reason(assessment.panel, key))
    for entry in omitted:
        metrics.unknown_input(_input_of(entry), "omitted")
        metrics.rejected_input(_input_of(entry), entry.code)


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
    """Return the id of the input, which the metric holds to its closed set."""
    return entry.where[1] if len(entry.where) > 1 else ""
