"""Lists and sections that are empty, but not since there is nothing: withheld, not asked, not available."""

from __future__ import annotations

from collections.abc import Iterator

from service.ehr.fhir.contents.json_shapes import Resource, codings, spoken, table, tables, text, token
from service.ehr.fhir.contents.resources import Contents
from service.ehr.terminology.code_map import CodeMap

NOTHING_THERE = "nilknown"
TAKEN_BACK = ("entered-in-error", "retired")


def empty_lists(contents: Contents, codes: CodeMap, heading: str) -> Iterator[str]:
    """Yield the place of each empty list under this heading, of which it is not said that there is nothing to list."""
    for resource, where in contents.containers:
        if text(resource, "resourceType") in ("List", "Composition") and token(resource, "status") not in TAKEN_BACK:
            waiting = [(resource, where)]
            while waiting:
                part, place = waiting.pop()
                if _hides_something(part) and _heading(part, codes) == heading:
                    yield place
                waiting += [(inner, f"{place}.section[{at}]") for at, inner in enumerate(tables(part, "section"))]


def _hides_something(part: Resource) -> bool:
    reason = table(part, "emptyReason")
    return bool(reason) and "entry" not in part and all(code != NOTHING_THERE for _, code in codings(reason))


def _heading(part: Resource, codes: CodeMap) -> str:
    concept = table(part, "code")
    return codes.heading([code for _, code in codings(concept)], [text(part, "title"), *spoken(concept)])
