"""The assessment of a record: what a panel alone makes unlikely is not decided while the record may lack something."""

from __future__ import annotations

from dataclasses import replace

from service.clinical.assessment.assess import Assessment, assess
from service.ehr.fhir.issues import issue
from service.ehr.record.record import Record

UNLIKELY, UNDECIDED = "unlikely", "indeterminate"
SUMMARY = "The record does not decide about MAS: ferritin is not known, or something of the record could not be used."


def judged(record: Record) -> tuple[Record, Assessment]:
    """Return the assessment, and the record with the issue that says why its category is not that of its panel."""
    assessment = assess(record.panel, record.criteria)
    if assessment.classification.category != UNLIKELY or (record.may_reassure and not _is_ferritin_open(assessment)):
        return record, assessment
    told = replace(record, issues=(*record.issues, issue("not_reassuring")))
    undecided = replace(assessment.classification, category=UNDECIDED)
    return told, replace(assessment, classification=undecided, summary=SUMMARY)


def _is_ferritin_open(assessment: Assessment) -> bool:
    """Return whether what is known of ferritin (a bound, or two results) leaves open on which side it lies."""
    return any("ferritin" in one.missing for one in assessment.classification.basis[:1])
