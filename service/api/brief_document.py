"""What is left of an assessment where many are shown: the category and the verdicts, with scores where asked for."""

from __future__ import annotations

from typing import Any

from service.api.render import assessment_document
from service.clinical.assess import Assessment

BREAKDOWN = ("items", "missing", "decisive", "references")
VERDICTS = ("id", "applicability", "verdict", "verdict_implied")


def summary_document(assessment: Assessment) -> dict[str, Any]:
    """Return ``?view=summary``: classification and verdicts."""
    document = assessment_document(assessment)
    sets = [{key: one[key] for key in VERDICTS} for one in document["criteria"]]
    return {"classification": document["classification"], "criteria": sets}
