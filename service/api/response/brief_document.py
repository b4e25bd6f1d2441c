"""An assessment where many are shown: classification, verdicts and scores, cautions and warnings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from service.api.problems import Entry
from service.api.response.assessment import (
    brief_result,
    caution_document,
    classification_document,
    scored_result,
    warning_documents,
)
from service.clinical.assessment.assess import Assessment
from service.clinical.evaluation.set_result import SetResult


def scored_document(
    assessment: Assessment,
    omitted: Iterable[Entry] = (),
    of_set: Callable[[SetResult], dict[str, Any]] = scored_result,
) -> dict[str, Any]:
    """Return all but the breakdown of each set and what to measure; ``brief_result`` leaves out parts and counts."""
    return {
        "classification": classification_document(assessment),
        "criteria": [of_set(result) for result in assessment.results],
        "cautions": [caution_document(caution) for caution in assessment.cautions],
        "warnings": warning_documents(assessment, omitted),
    }


def brief_document(assessment: Assessment, omitted: Iterable[Entry] = ()) -> dict[str, Any]:
    """Return the same with the verdicts and scores of each set alone."""
    return scored_document(assessment, omitted, brief_result)
