"""What arrived under a prefetch key. Null, missing, empty, failed and unreadable differ; none of them is normal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service.ehr.fhir.contents.json_shapes import Resource, entries_of, table, tables, text, token
from service.ehr.fhir.contents.resources import READ, is_failure

DATA, EMPTY, NULL, MISSING, OUTCOME, PAGED = "data", "empty", "null", "missing", "outcome", "paged"
UNREADABLE = "unreadable"
WITH_DATA = (DATA, PAGED)
NOT_SENT = (MISSING, OUTCOME, UNREADABLE)
_NAMES = {kind.casefold(): kind for kind in ("Bundle", "OperationOutcome", *READ)}
_NONE_FOUND = (None, 0, "0")


def prefetch_state(prefetch: Mapping[str, Any], key: str) -> str:
    """Return data, paged (data, with a further page), empty, null, missing, outcome (the query failed) or unreadable.

    Unreadable is what was sent and holds no FHIR resource that can be read, though it is not empty.
    """
    if key not in prefetch:
        return MISSING
    value = prefetch[key]
    if value is None:
        return NULL
    if isinstance(value, list):
        return _of_resources(value) if value else EMPTY
    kind = text(value, "resourceType")
    if kind == "Bundle":
        return _of_bundle(value)
    if kind == "OperationOutcome":
        return OUTCOME
    return DATA if _is_resource(value) else UNREADABLE


def _of_bundle(bundle: Resource) -> str:
    """A search that found something and gave nothing of it is unreadable; one that found nothing is empty."""
    entries = entries_of(bundle)
    state = _of_resources([table(entry, "resource") for entry in entries if not _is_bare(entry)])
    if state == DATA:
        return PAGED if _has_further_page(bundle) else DATA
    if state == EMPTY and (_has_further_page(bundle) or (not entries and bundle.get("total") not in _NONE_FOUND)):
        return UNREADABLE
    return state


def _of_resources(resources: Iterable[Any]) -> str:
    """Return what some resources come to; an outcome that reports no failure says nothing."""
    kept = [
        resource
        for resource in resources
        if text(resource, "resourceType") != "OperationOutcome" or _is_failure(resource)
    ]
    if any(map(_is_read, kept)):
        return DATA
    if any(text(resource, "resourceType") == "OperationOutcome" for resource in kept):
        return OUTCOME
    return UNREADABLE if kept else EMPTY


def _is_read(raw: Any) -> bool:
    return _is_resource(raw) and text(raw, "resourceType") != "OperationOutcome"


def _is_resource(raw: Any) -> bool:
    """Return whether this is a resource; capitals carry meaning in FHIR, so that ``bundle`` is none."""
    kind = text(raw, "resourceType")
    return bool(kind) and _NAMES.get(kind.casefold(), kind) == kind


def _is_bare(entry: Any) -> bool:
    """Return whether an entry is one without a resource of right: what was deleted, or an answer without a body."""
    return isinstance(entry, dict) and "resource" not in entry and ("request" in entry or "response" in entry)


def _has_further_page(bundle: Resource) -> bool:
    return any(token(link, "relation") == "next" for link in tables(bundle, "link"))


def _is_failure(found: Resource) -> bool:
    return any(map(is_failure, tables(found, "issue")))
