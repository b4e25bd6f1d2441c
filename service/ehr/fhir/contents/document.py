"""Walks what a system sends (Bundle, array, report, bare resource) and finds the resources in it, wherever they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from service.clinical.panel.moment import NEVER
from service.ehr.fhir.contents.json_shapes import Resource, entries_of, number, table, tables, text, token
from service.ehr.fhir.contents.resources import (
    READ,
    Contents,
    Found,
    Kinds,
    Promise,
    is_failure,
    is_patient,
    local,
    subject_of,
)
from service.ehr.issues import issue, issue_of_all, within_limit
from service.ehr.results.moments import read_moment

MOST_CONTAINED = 5000
SEARCHES = ("searchset", "")  # only a search or a history has a total, and a history may tell of one resource twice
WITHOUT_RESOURCE = ("response", "request")  # an answer without a body, and a deletion
DERIVED = "derivedFrom"
REFERRING = (
    "result",
    "hasMember",
    DERIVED,
)  # what a report or a panel is made of, and what a result was worked out from
_REFERRING = frozenset(REFERRING)
SILENT = ("OperationOutcome",)  # they speak of the query, not of the patient
_MISSPELT = {kind.title() for kind in ("Bundle", "Parameters", *READ)}
"""Capitals carry meaning in FHIR: what is written otherwise is none of these."""


def walk(document: Any) -> Contents:
    """Find the resources of a document; what is no resource is passed over and named."""
    return walk_all([(document, "")])


def walk_all(documents: Iterable[tuple[Any, str]]) -> Contents:
    """Find the resources of several documents, each with its place: they are one record."""
    contents = Contents()
    for document, where in documents:
        _visit(contents, document, where)
        contents.issues += issue_of_all("entry_not_read", contents.lost)  # one for a document: empty ones are short
        contents.lost = []
    _adopt(contents)
    kinds = Kinds()
    for found in contents.found:
        if found.parent is not None:
            found.inherit(found.parent)
        found.subject = subject_of(found.whole)
        found.is_of_patient = is_patient(found.subject, found.whole, kinds)
    return contents


def _visit(contents: Contents, raw: Any, where: str, address: str = "", parent: Found | None = None) -> None:
    if isinstance(raw, list):
        for at, inner in enumerate(raw):
            _visit(contents, inner, f"{where}[{at}]")
        return
    kind = text(raw, "resourceType")
    where = where or kind
    if kind == "Bundle":
        _open_bundle(contents, raw, where)
    elif kind == "Parameters":
        _open_parameters(contents, tables(raw, "parameter"), f"{where}.parameter")
    elif kind in SILENT:
        _note_outcome(contents, raw, where)
    elif kind in READ:
        found = Found(raw, kind, where, address, parent, parent is not None, raw)
        contents.found.append(found)
        if parent is None and "contained" in raw:
            held = within_limit(contents.issues, tables(raw, "contained"), MOST_CONTAINED, f"{where}.contained")
            for at, inner in enumerate(held):
                _visit(contents, inner, f"{where}.contained[{at}]", parent=found)
    elif isinstance(raw, dict) and (not kind or kind.title() in _MISSPELT):
        contents.lost.append(where or "resourceType")
    else:
        contents.unread.setdefault(kind or "?", []).append(where)
        contents.containers += [(raw, where)] if isinstance(raw, dict) else []
        contents.elsewhere |= {f"{kind}/{text(raw, 'id')}", address} - {""}


def _open_bundle(contents: Contents, bundle: Resource, where: str) -> None:
    for link in tables(bundle, "link"):
        if token(link, "relation") == "next":
            contents.next_pages.append(text(link, "url"))
            contents.issues.append(issue("incomplete", f"{where}.link"))
    if _lacks_entries(bundle):
        contents.issues.append(issue("incomplete", f"{where}.total"))
    for at, entry in enumerate(entries_of(bundle)):
        _open_entry(contents, entry, f"{where}.entry[{at}]")


def _open_parameters(contents: Contents, parameters: list[Resource], where: str) -> None:
    """Visit what an operation of the sender's own answered with; its values are no part of a record."""
    for at, parameter in enumerate(parameters):
        if "resource" in parameter:
            _visit(contents, parameter["resource"], f"{where}[{at}].resource")
        if "part" in parameter:
            _open_parameters(contents, tables(parameter, "part"), f"{where}[{at}].part")


def _open_entry(contents: Contents, entry: Any, where: str) -> None:
    if not isinstance(entry, dict) or not entry:
        contents.lost.append(where)
        return
    resource = entry.get("resource")
    if "response" in entry:
        _note_response(contents, entry, f"{where}.response")
    if isinstance(resource, dict | list):
        _visit(contents, resource, f"{where}.resource", text(entry, "fullUrl"))
    elif token(table(entry, "request"), "method") == "delete":
        for name in (local(text(entry["request"], "url")), text(entry, "fullUrl")):
            contents.deleted.setdefault(name, []).append(table(entry, "response").get("lastModified"))
    elif resource is not None or not any(key in entry for key in WITHOUT_RESOURCE):
        contents.lost.append(where)


def _note_response(contents: Contents, entry: Resource, where: str) -> None:
    answer = table(entry, "response")
    if answer.get("outcome"):
        _note_outcome(contents, answer["outcome"], f"{where}.outcome")
    if "resource" not in entry and text(answer, "status")[:1] in ("4", "5"):
        contents.issues.append(issue("query_failed", where))


def _lacks_entries(bundle: Resource) -> bool:
    """Return whether a search found more than it gave: some clients cut the link to the next page, not the total."""
    total = number(bundle.get("total"))
    if total is None or token(bundle, "type") not in SEARCHES:
        return False
    linked = any(token(link, "relation") == "next" for link in tables(bundle, "link"))
    return not linked and total > len([entry for entry in tables(bundle, "entry") if _is_match(entry)])


def _is_match(entry: Resource) -> bool:
    search = table(entry, "search")
    return search.get("mode") == "match" or token(search, "mode") in ("", "match")


def _note_outcome(contents: Contents, raw: Any, where: str) -> None:
    if any(map(is_failure, tables(raw, "issue"))):
        contents.issues.append(issue("query_failed", where))


def _is_elsewhere(contents: Contents, owner: Found, reference: str) -> bool:
    """Return whether what a reference means is within its owner, was deleted, or is nothing that can be a result."""
    if not reference:
        return False
    if reference.startswith("#"):
        return bool(contents.inside(owner.holder, reference))
    plain = local(reference)
    kind = plain.partition("/")[0] if "/" in plain else "Observation"
    known = (contents.deleted, contents.elsewhere)
    return kind != "Observation" or any(name in names for names in known for name in (reference, plain))


def _told_at(owner: Found) -> tuple[int, str]:
    """Return what orders reports and panels: a result that two of them hold was there when the first was made."""
    times = (owner.resource.get(key) for key in ("effectiveDateTime", "effectiveInstant", "issued"))
    moment = next((moment for moment in map(read_moment, times) if moment), None)
    return (moment.first if moment else NEVER.last), text(owner.resource, "id")


def _adopt(contents: Contents) -> None:
    """Let results that a report or panel refers to inherit from it what they lack; of several from the earliest."""
    panels = contents.of("DiagnosticReport", "Observation")
    owners = [panel for panel in panels if not _REFERRING.isdisjoint(panel.resource)]
    for owner in sorted(owners, key=_told_at):
        for key in REFERRING:
            references = tables(owner.resource, key) if key in owner.resource else ()
            for at, reference in enumerate(references):
                said = text(reference, "reference")
                member = contents.named(said)
                if member is None and reference and not _is_elsewhere(contents, owner, said):
                    contents.unresolved.append(Promise(owner, f"{owner.where}.{key}[{at}]", reference))
                elif member and key != DERIVED and member.parent is None and member is not owner:
                    member.parent = owner
