"""What a record holds of results on paper only: documents, questionnaires, lists that are not there. It is not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.clinical.panel.moment import DAY_LENGTH, NEVER, Moment
from service.ehr.fhir.contents.empty_lists import empty_lists
from service.ehr.fhir.contents.json_shapes import Resource, codings, spoken, table, tables, text, token
from service.ehr.fhir.contents.resources import Contents
from service.ehr.record.unread import Unread
from service.ehr.results.moments import read_moment
from service.ehr.terminology.code_map import CodeMap

DOCUMENTS = ("DocumentReference", "Media", "Composition", "DocumentManifest", "Communication")
NOT_IN_FORCE = ("entered-in-error", "superseded", "cancelled", "not-done", "deprecated", "preparation")
LABORATORY = "laboratory"
TIMES = ("date", "created", "createdDateTime", "indexed", "sent")


def unread_on_paper(contents: Contents, codes: CodeMap, times: Mapping[str, Moment]) -> Iterator[Unread]:
    """Yield what documents, questionnaires and lists may hold of results; ``times`` are those of the results used."""
    for resource, where in contents.containers:
        kind = text(resource, "resourceType")
        if token(resource, "status") in NOT_IN_FORCE or token(resource, "docStatus") in NOT_IN_FORCE:
            continue
        if kind in DOCUMENTS and not _refers_to_result(resource, contents):
            yield from _of_document(resource, where, codes, times)
        elif kind == "QuestionnaireResponse":
            yield from _of_answers(resource, where, codes)
    for where in empty_lists(contents, codes, LABORATORY):
        yield Unread("report_without_results", where, NEVER)


def _of_document(resource: Resource, where: str, codes: CodeMap, times: Mapping[str, Moment]) -> Iterator[Unread]:
    """Yield a document that is called like a report of a laboratory, or like a test; not one before all results."""
    concepts = [concept for key in ("type", "category") for concept in tables(resource, key)]
    given = [code for concept in concepts for _, code in codings(concept)]
    names = [*_titles(resource), *(name for concept in concepts for name in spoken(concept))]
    if codes.is_other_report(given, names):
        return
    tests = codes.named((), names).tests
    at = _begin_of_day(resource)
    may_be_newer = not times or at is NEVER or any(at.first > used.first for used in times.values())
    if tests or (may_be_newer and codes.heading(given, names) == LABORATORY):
        yield Unread("report_without_results", where, at, tests, counts_tied=False)


def _of_answers(resource: Resource, where: str, codes: CodeMap) -> Iterator[Unread]:
    """Yield the answers to questions that name a test."""
    at = read_moment(resource.get("authored")) or NEVER
    waiting = tables(resource, "item")
    while waiting:
        item = waiting.pop()
        tests = codes.named((), (text(item, "text"),)).tests if tables(item, "answer") else ()
        if tests:
            yield Unread("code_unknown", where, at, frozenset(tests))
        waiting += tables(item, "item")


def _titles(resource: Resource) -> list[str]:
    """Return what a document and what is attached to it are called."""
    attached = [table(content, "attachment") for content in tables(resource, "content")]
    attached += tables(resource, "content")  # of a Media it is the attachment itself
    return [
        text(resource, "title"),
        text(resource, "description"),
        *(text(attachment, "title") for attachment in attached),
    ]


def _refers_to_result(resource: Resource, contents: Contents) -> bool:
    """Return whether a document names a result or a report that the record holds: then it says the same in print."""
    waiting: list[object] = [resource]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            found = contents.named(text(value, "reference"))
            if found and found.type in ("Observation", "DiagnosticReport"):
                return True
            waiting += value.values()
    return False


def _begin_of_day(resource: Resource) -> Moment:
    """Return when the day of a document began: results of that day are those that it prints."""
    given = [resource.get(key) for key in TIMES]
    given += [table(content, "attachment").get("creation") for content in tables(resource, "content")]
    given.append(table(table(resource, "context"), "period").get("end"))
    moments = [moment for moment in map(read_moment, given) if moment and moment.text]
    day = max(moments).text[:DAY_LENGTH] if moments else ""
    return read_moment(f"{day}T00:00:00Z") or NEVER
