"""Reports and panels that hold less than they promise: a result that is not there, a document only, not yet final.

A report of another kind than blood (an image, a note, a culture) promises nothing that the criteria read.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from service.clinical.panel.moment import NEVER, Moment
from service.ehr.fhir.contents.containers import missing_of
from service.ehr.fhir.contents.json_shapes import Resource, codings, spoken, table, tables, text, token
from service.ehr.fhir.contents.resources import Contents, Found, Promise, is_withdrawn
from service.ehr.record.unread import Unread
from service.ehr.results.moments import read_moment
from service.ehr.terminology.code_map import CodeMap
from service.ehr.terminology.naming import UNNAMED

FINAL = ("", "final", "amended", "corrected", "appended", "modified")


def unread_of_reports(contents: Contents, codes: CodeMap) -> Iterator[Unread]:
    """Yield what reports and panels name or announce, and the record does not hold."""
    reports = contents.of("DiagnosticReport")
    if reports:
        holders = {id(found.parent) for found in contents.found if found.is_contained and found.type == "Observation"}
        for found in reports:
            if _may_hold_results(found, codes):
                yield from _of_report(found, id(found) in holders)
    for missing in missing_of(contents):
        if missing.may_be_result:
            yield from _of_name(missing.display, missing.where, missing.moment, codes)
    if not contents.unresolved:
        return
    held = {id(found) for found in contents.found}
    for owner, promises in groupby(contents.unresolved, key=attrgetter("owner")):
        if id(owner) in held and _may_hold_results(owner, codes):  # of an old version nothing is expected
            at = _latest(owner.whole)
            for promise in promises:
                yield from _of_promise(promise, at, codes)


def _may_hold_results(found: Found, codes: CodeMap) -> bool:
    return found.is_of_patient and not is_withdrawn(found.whole) and not _is_other(found, codes)


def _of_report(found: Found, holds_results: bool) -> Iterator[Unread]:
    if token(found.whole, "status") not in FINAL:
        yield Unread("report_not_final", found.where, _latest(found.whole))
    elif not holds_results and not tables(found.resource, "result"):
        yield Unread("report_without_results", found.where, _latest(found.whole))


def _of_promise(promise: Promise, at: Moment, codes: CodeMap) -> Iterator[Unread]:
    yield from _of_name(text(promise.reference, "display"), promise.where, at, codes)


def _of_name(shown: str, where: str, at: Moment, codes: CodeMap) -> Iterator[Unread]:
    """Yield a result that is not there, unless what it is called tells that it is of another test."""
    named = codes.named((), (shown,)) if shown else UNNAMED
    if named.tests or not named.is_told:
        yield Unread("result_missing", where, at, named.tests)


def _is_other(found: Found, codes: CodeMap) -> bool:
    """Return whether a report is of another kind than blood, by its categories or by a word in what it is called."""
    concepts = [
        *tables(found.whole, "category"),
        *([table(found.whole, "code")] if found.type != "Observation" else []),
    ]
    given = [code for concept in concepts for _, code in codings(concept)]
    return codes.is_other_report(given, [name for concept in concepts for name in spoken(concept)])


def _latest(resource: Resource) -> Moment:
    """Return the latest time that a report says of itself; NEVER if it says none."""
    period = table(resource, "effectivePeriod")
    given = (
        resource.get("effectiveDateTime"),
        resource.get("effectiveInstant"),
        period.get("end"),
        period.get("start"),
    )
    moments = [moment for moment in map(read_moment, (*given, resource.get("issued"))) if moment]
    return max(moments, default=NEVER)
