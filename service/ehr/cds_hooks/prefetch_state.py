"""What arrived under a prefetch key. Null, missing, empty and failed are different things; none of them is normal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.ehr.fhir.json_shapes import Resource, entries_of, table, tables, text, token
from service.ehr.fhir.resources import is_failure

DATA, EMPTY, NULL, MISSING, OUTCOME, PAGED = "data", "empty", "null", "missing", "outcome", "paged"
WITH_DATA = (DATA, PAGED)
NOT_SENT = (MISSING, OUTCOME)


def prefetch_state(prefetch: Mapping[str, Any], key: str) -> str:
    """Return data, paged (data, with a further page), empty, null, missing or outcome (the client's query failed)."""
    if key not in prefetch:
        return MISSING
    value = prefetch[key]
    if value is None:
        return NULL
    if isinstance(value, list):
        return DATA if value else EMPTY
    kind = text(value, "resourceType")
    if kind == "Bundle":
        return _of_bundle(value)
    if kind == "OperationOutcome":
        return OUTCOME
    return DATA if kind else MISSING


def _of_bundle(bundle: Resource) -> str:
    resources = [table(entry, "resource") for entry in entries_of(bundle)]
    outcomes = [one for one in resources if text(one, "resourceType") == "OperationOutcome"]
    if any(token(link, "relation") == "next" for link in tables(bundle, "link")):
        return PAGED
    if len(resources) > len(outcomes):
        return DATA
    return OUTCOME if any(_is_failure(one) for one in outcomes) else EMPTY


def _is_failure(found: Resource) -> bool:
    return any(map(is_failure, tables(found, "issue")))
