"""Walks what a system sends (Bundle, array, report, bare resource) and finds the resources in it, wherever they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from service.ehr.issues import Issue, issue
from service.ehr.json_shapes import Resource, table, tables, text, token

DRUGS = ("MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense")
READ = ("Observation", "DiagnosticReport", "Patient", "Condition", "Medication", *DRUGS)
SILENT = ("OperationOutcome",)  # they speak of the query, not of the patient
HARMLESS_OUTCOMES = ("information", "warning", "success")
INHERITED = (
    "status",
    "subject",
    "effectiveDateTime",
    "effectiveInstant",
    "effectivePeriod",
    "effectiveTiming",
    "issued",
)
MODIFIERS = ("modifierExtension", "implicitRules")  # not known here, so nothing below them may be interpreted


@dataclass(slots=True)
class Found:
    """One resource: where it stood (FHIRPath), its full address if the Bundle gave one, and what it is part of."""

    resource: Resource
    where: str
    address: str = ""
    parent: Found | None = None
    is_contained: bool = False

    @property
    def type(self) -> str:
        """Return the resource type, "" if there is none."""
        return text(self.resource, "resourceType")

    def whole(self) -> Resource:
        """Return the resource with what it inherits from the report or panel that it is part of."""
        if self.parent is None:
            return self.resource
        above = self.parent.resource
        status = () if self.parent.type == "Observation" else ("status",)
        inside = (*status, *MODIFIERS)
        keys = [key for key in (*INHERITED, *MODIFIERS) if key in above and (key not in inside or self.is_contained)]
        given = {key: above[key] for key in keys}
        timed = any(key.startswith("effective") for key in self.resource)
        return {key: one for key, one in given.items() if not (timed and key.startswith("effective"))} | self.resource


@dataclass(slots=True)
class Contents:
    """Everything found, whether pages are missing, and what the sender's own queries reported."""

    found: list[Found] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    next_pages: list[str] = field(default_factory=list)
    unread: dict[str, list[str]] = field(default_factory=dict)
    outcomes: int = 0
    _index: Mapping[str, Found] | None = None

    def add(self, found: Found) -> None:
        """Hold one more resource."""
        self.found.append(found)
        self._index = None

    def keep(self, found: list[Found]) -> None:
        """Hold these resources and no others."""
        self.found, self._index = found, None

    def of(self, *types: str) -> Iterator[Found]:
        """Return the resources of some types in the order found."""
        return (one for one in self.found if one.type in types)

    def resolve(self, reference: str, owner: Resource) -> Resource | None:
        """Return what a reference means: within its owner, by full address, or by type and id."""
        if reference.startswith("#"):
            inside = (one for one in tables(owner, "contained") if text(one, "id") == reference[1:])
            return next(inside, None)
        found = self.named(reference)
        return found.resource if found else None

    def named(self, reference: str) -> Found | None:
        """Return the resource with a full address, or with a type and id."""
        if not reference:
            return None
        if self._index is None:
            self._index = self._by_name()
        return self._index.get(reference) or self._index.get(local(reference))

    def _by_name(self) -> Mapping[str, Found]:
        named = {f"{one.type}/{text(one.resource, 'id')}": one for one in self.found if not one.is_contained}
        return named | {one.address: one for one in self.found if one.address}


def local(reference: str) -> str:
    """Return ``Type/id`` of a relative or absolute reference; a urn stays as it is."""
    if reference.startswith("urn:"):
        return reference
    return "/".join(reference.partition("/_history/")[0].rstrip("/").split("/")[-2:])


def walk(document: Any, where: str = "", contents: Contents | None = None) -> Contents:
    """Find the resources of a document; what is no resource is passed over and named."""
    contents = Contents() if contents is None else contents
    _visit(contents, document, where)
    _adopt(contents)
    return contents


def _visit(contents: Contents, raw: Any, where: str, address: str = "", parent: Found | None = None) -> None:
    if isinstance(raw, list):
        for at, one in enumerate(raw):
            _visit(contents, one, f"{where}[{at}]")
        return
    kind = text(raw, "resourceType")
    where = where or kind
    if kind == "Bundle":
        _open_bundle(contents, raw, where)
    elif kind in SILENT:
        _note_outcome(contents, raw, where)
    elif kind in READ:
        _take(contents, Found(raw, where, address, parent, is_contained=parent is not None))
    else:
        contents.unread.setdefault(kind or "?", []).append(where)


def _open_bundle(contents: Contents, bundle: Resource, where: str) -> None:
    for link in tables(bundle, "link"):
        if token(link, "relation") == "next":
            contents.next_pages.append(text(link, "url"))
            contents.issues.append(issue("incomplete", f"{where}.link"))
    if _lacks_entries(bundle):
        contents.issues.append(issue("incomplete", f"{where}.total"))
    for at, entry in enumerate(tables(bundle, "entry")):
        place = f"{where}.entry[{at}]"
        answer = table(entry, "response")
        if answer.get("outcome"):
            _note_outcome(contents, answer["outcome"], f"{place}.response.outcome")
        if "resource" in entry:
            _visit(contents, entry["resource"], f"{place}.resource", text(entry, "fullUrl"))
        elif text(answer, "status")[:1] in ("4", "5"):
            contents.outcomes += 1
            contents.issues.append(issue("query_failed", f"{place}.response"))


def _lacks_entries(bundle: Resource) -> bool:
    """Return whether a search found more than it gave: some clients cut the link to the next page, not the total."""
    total = bundle.get("total")
    if not isinstance(total, Decimal) or token(bundle, "type") != "searchset":
        return False
    found = [one for one in tables(bundle, "entry") if token(table(one, "search"), "mode") in ("", "match")]
    linked = any(token(one, "relation") == "next" for one in tables(bundle, "link"))
    return not linked and total > len(found)


def _take(contents: Contents, found: Found) -> None:
    contents.add(found)
    if not found.is_contained:
        for at, one in enumerate(tables(found.resource, "contained")):
            _visit(contents, one, f"{found.where}.contained[{at}]", parent=found)


def _note_outcome(contents: Contents, raw: Any, where: str) -> None:
    contents.outcomes += 1
    if any(token(one, "severity") not in HARMLESS_OUTCOMES for one in tables(raw, "issue")):
        contents.issues.append(issue("query_failed", where))


def _adopt(contents: Contents) -> None:
    """Let results that a report or panel refers to inherit from it what they lack."""
    for owner in contents.of("DiagnosticReport", "Observation"):
        for key in ("result", "hasMember"):
            for reference in tables(owner.resource, key):
                member = contents.named(text(reference, "reference"))
                if member and member.parent is None and member is not owner:
                    member.parent = owner
