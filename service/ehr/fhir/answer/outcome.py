"""OperationOutcome: what is wrong with a request, or what could not be used of it."""

from __future__ import annotations

from collections.abc import Iterable

from service.ehr.fhir.answer.clinician_words import name_of
from service.ehr.fhir.contents.json_shapes import Resource
from service.ehr.issues import PLACES_SHOWN, Issue

ISSUE_TYPES = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    408: "timeout",
    412: "required",
    413: "too-long",
    415: "not-supported",
    422: "business-rule",
    429: "throttled",
    503: "transient",
}
TYPE_OF_ISSUE = {
    "status": "business-rule",
    "not_final": "business-rule",
    "newer_not_read": "code-invalid",
    "newer_refused": "code-invalid",
    "newer_unnamed": "code-invalid",
    "result_missing": "not-found",
    "report_not_final": "incomplete",
    "report_without_results": "incomplete",
    "too_many": "too-costly",
    "withdrawn": "business-rule",
    "deleted": "deleted",
    "code_refused": "code-invalid",
    "code_ambiguous": "code-invalid",
    "code_not_mapped": "code-invalid",
    "code_missing": "required",
    "entry_not_read": "structure",
    "no_value": "required",
    "no_result": "required",
    "elsewhere": "incomplete",
    "newer_elsewhere": "incomplete",
    "newer_without_result": "required",
    "incomplete": "incomplete",
    "query_failed": "incomplete",
    "unit_required": "required",
    "superseded": "informational",
    "cooler": "informational",
    "highest_of_day": "informational",
    "old_version": "informational",
    "code_note": "informational",
    "tied": "conflict",
    "unit_conflict": "conflict",
    "specimen": "conflict",
    "condition_conflict": "conflict",
    "parameter_conflict": "conflict",
    "findings_contradict": "conflict",
    "inconsistent_values": "conflict",
    "not_read": "not-supported",
    "parameter_unknown": "not-supported",
}


def outcome(issues: Iterable[Issue], system: str) -> Resource:
    """Return the issues as an OperationOutcome, their keys as codes of ``system``; it needs at least one.

    What is said of many places is said once.
    """
    told: dict[tuple[str, ...], list[Issue]] = {}
    for issue in issues:
        told.setdefault((issue.key, issue.text, issue.observation, issue.severity), []).append(issue)
    return {"resourceType": "OperationOutcome", "issue": [_shown(alike, system) for alike in told.values()]}


def failure(status: int, text: str, coding: Resource | None = None, where: Iterable[str] = ()) -> Resource:
    """Return the OperationOutcome of a request that failed with an HTTP status, for a reason that may have a code."""
    code = ISSUE_TYPES.get(status, "exception" if status >= 500 else "processing")
    told: Resource = {"severity": "fatal" if status >= 500 else "error", "code": code}
    told["details"] = ({"coding": [coding]} if coding else {}) | {"text": text}
    places = list(where)
    return {"resourceType": "OperationOutcome", "issue": [told | ({"expression": places} if places else {})]}


def _shown(alike: list[Issue], system: str) -> Resource:
    issue, where = alike[0], [place for issue in alike for place in issue.where]
    places = len(where) + sum(issue.more for issue in alike)
    details: Resource = {"coding": [{"system": system, "code": issue.key}], "text": with_name(issue)}
    told: Resource = {"severity": issue.severity, "code": TYPE_OF_ISSUE.get(issue.key, "value"), "details": details}
    if places > PLACES_SHOWN:
        details["text"] += f" So in {places} places, the first {PLACES_SHOWN} of which are named."
    return told | ({"expression": where[:PLACES_SHOWN]} if where else {})


def with_name(issue: Issue) -> str:
    """Return the sentence of an issue behind the name of the test that it is about."""
    return f"{name_of(issue.observation)}: {issue.text}" if issue.observation else issue.text
