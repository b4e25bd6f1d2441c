"""The one place where the EHR interfaces count: what was assessed, what stayed unknown and why. Never a value."""

from __future__ import annotations

from collections.abc import Iterable

from service.clinical.assessment.assess import Assessment
from service.clinical.evaluation.set_result import verdict_text
from service.ehr.issues import FAULTS, QUIET, REASONS, WITHOUT_VALUE, Issue
from service.ehr.terminology.prefetch_template import PREFETCH_KEYS
from service.server.observing import audit, metrics

KNOWN = (*QUIET, "highest_of_day")  # what is told of these leaves nothing unknown
UNKNOWN_REASONS = (*FAULTS, *(key for key in REASONS if key not in KNOWN), *WITHOUT_VALUE)
FEEDBACK_REASONS = ("none", "not-applicable", "already-recognised", "other-cause", "results-outdated")
LABELS: dict[str, Iterable[str]] = {
    "unknown_reason": UNKNOWN_REASONS,
    "prefetch_key": PREFETCH_KEYS,
    "feedback_reason": FEEDBACK_REASONS,
}


def assessed(channel: str, assessment: Assessment, issues: Iterable[Issue], patient: str) -> None:
    """Count one assessment and the results that stayed unknown; ``patient`` is the reference for the audit, or ""."""
    audit.trail().assessed(assessment.sets, patient)
    metrics.assessment(channel, assessment.classification.category)
    for result in assessment.results:
        metrics.verdict(result.criteria.id, verdict_text(result.verdict))
    for told in issues:
        if told.observation and told.key in UNKNOWN_REASONS:
            metrics.unknown_input(told.observation, told.key)


def prefetched(key: str, state: str) -> None:
    """Count what arrived under one prefetch key."""
    metrics.cds_prefetch(key, state)


def feedback(outcome: str, reason: str) -> None:
    """Count what became of a card."""
    metrics.cds_feedback(outcome, reason)
