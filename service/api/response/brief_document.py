"""What is left of an assessment where many are shown: the category and the verdicts, with scores where asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from service.api.problems import Entry
from service.api.response.assessment import assessment_document, classification_document
from service.clinical.assessment.assess import Assessment
from service.clinical.evaluation.set_result import verdict_text

BREAKDOWN = ("items", "missing", "decisive", "references")


def summary_document(assessment: Assessment) -> dict[str, Any]:
    """Return ``?view=summary``: classification and verdicts."""
    sets = [
        {
            "id": result.criteria.id,
            "applicability": result.applicability,
            "verdict": verdict_text(result.verdict),
            "verdict_implied": verdict_text(result.verdict_implied),
        }
        for result in assessment.results
    ]
    return {"classification": classification_document(assessment), "criteria": sets}


def scored_document(assessment: Assessment, omitted: Iterable[Entry] = ()) -> dict[str, Any]:
    """Return classification, verdicts and scores, cautions and warnings: all but the breakdown."""
    document = assessment_document(assessment, omitted)
    sets = [{key: value for key, value in shown.items() if key not in BREAKDOWN} for shown in document["criteria"]]
    return {
        "classification": document["classification"],
        "criteria": sets,
        "cautions": document["cautions"],
        "warnings": document["warnings"],
    }
