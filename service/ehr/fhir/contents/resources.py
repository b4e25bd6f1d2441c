"""The resources of a record: each with its place and what it is part of, and how one refers to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from service.ehr.fhir.contents.json_shapes import Resource, table, tables, text, token
from service.ehr.issues import Issue

DRUGS = ("MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense")
READ = ("Observation", "DiagnosticReport", "Patient", "Condition", "Medication", "Specimen", *DRUGS)
HARMLESS_OUTCOMES = ("information", "warning", "success")
CUT_SHORT = ("incomplete", "timeout", "too-costly", "throttled", "transient")
INHERITED = (
    "status",
    "subject",
    "effectiveDateTime",
    "effectiveInstant",
    "effectivePeriod",
    "effectiveTiming",
    "issued",
)
WITHDRAWN = ("entered-in-error", "cancelled")
MODIFIERS = ("modifierExtension", "implicitRules")  # not known here, so nothing below them may be interpreted


@dataclass(slots=True, eq=False)
class Found:
    """One resource: its type, where it stood (FHIRPath), its full address if there is one, and what it is part of.

    ``whole`` is the resource with what it inherits, ``subject`` what that is about, and ``is_of_patient`` whether it is
    a patient; they are settled once everything is found.
    """

    resource: Resource
    type: str
    where: str
    address: str
    parent: Found | None
    is_contained: bool
    whole: Resource
    subject: Resource = field(init=False)
    is_of_patient: bool = field(init=False)

    @property
    def holder(self) -> Resource:
        """Return the resource within which a reference such as ``#1`` of this one is to be found."""
        return self.parent.resource if self.parent is not None and self.is_contained else self.resource

    def inherit(self, parent: Found) -> None:
        """Take what the resource lacks from the report or panel that it is part of."""
        above = parent.resource
        status = () if parent.type == "Observation" else ("status",)
        inside = (*status, *MODIFIERS)
        keys = [key for key in (*INHERITED, *MODIFIERS) if key in above and (key not in inside or self.is_contained)]
        given = {key: above[key] for key in keys}
        timed = any(key.startswith("effective") for key in self.resource)
        taken = {key: value for key, value in given.items() if not (timed and key.startswith("effective"))}
        self.whole = taken | self.resource
        if self.is_contained and is_withdrawn(parent.whole):
            self.whole["status"] = parent.whole["status"]


class Promise(NamedTuple):
    """A reference to a result, from a report or a panel, that leads nowhere in the record."""

    owner: Found
    where: str
    reference: Resource


@dataclass(slots=True)
class Contents:
    """Everything found, whether pages are missing, and what the sender's own queries reported.

    ``deleted`` holds the names and addresses that a history says were deleted, with the times as sent, ``elsewhere``
    those of resources that are not read, and ``unresolved`` the references to results that are not in the record.
    ``containers`` are the resources that are not read, each with its place, and ``lost`` the places of what is none.
    """

    found: list[Found] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    next_pages: list[str] = field(default_factory=list)
    unread: dict[str, list[str]] = field(default_factory=dict)
    deleted: dict[str, list[object]] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    unresolved: list[Promise] = field(default_factory=list)
    containers: list[tuple[Resource, str]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    _index: Mapping[str, Found] | None = None
    _inside: dict[int, dict[str, list[Resource]]] = field(default_factory=dict)

    def keep(self, found: list[Found]) -> None:
        """Hold these resources and no others."""
        self.found, self._index = found, None

    def standing_at(self, counts: Callable[[str], bool]) -> Contents:
        """Return what of it stands at the places that count; a reference still leads to all of it."""
        self._index = self._by_name() if self._index is None else self._index
        unread = {kind: [place for place in places if counts(place)] for kind, places in self.unread.items()}
        return replace(
            self,
            found=[found for found in self.found if counts(found.where)],
            issues=[told for told in self.issues if not told.where or any(map(counts, told.where))],
            unread={kind: places for kind, places in unread.items() if places},
            containers=[container for container in self.containers if counts(container[1])],
        )

    def of(self, *types: str) -> list[Found]:
        """Return the resources of some types in the order found."""
        return [found for found in self.found if found.type in types]

    def resolve(self, reference: str, owner: Resource) -> Resource | None:
        """Return what a reference means: within its owner, by full address, or by type and id."""
        if reference.startswith("#"):
            return next(iter(self.inside(owner, reference)), None)
        found = self.named(reference)
        return found.resource if found else None

    def inside(self, holder: Resource, reference: str) -> list[Resource]:
        """Return the contained resources that a reference such as ``#1`` means; each holder is looked through once."""
        index = self._inside.get(id(holder))
        if index is None:
            index = self._inside[id(holder)] = {}
            for resource in tables(holder, "contained"):
                index.setdefault(text(resource, "id"), []).append(resource)
        return index.get(reference[1:], [])

    def named(self, reference: str) -> Found | None:
        """Return the resource with a full address, or with a type and id."""
        if not reference:
            return None
        if self._index is None:
            self._index = self._by_name()
        return self._index.get(reference) or self._index.get(local(reference))

    def _by_name(self) -> Mapping[str, Found]:
        named = {f"{found.type}/{text(found.resource, 'id')}": found for found in self.found if not found.is_contained}
        return named | {found.address: found for found in self.found if found.address}


def is_failure(issue: Resource) -> bool:
    """Return whether an issue of an OperationOutcome says that a query failed, or gave only a part."""
    return token(issue, "severity") not in HARMLESS_OUTCOMES or token(issue, "code") in CUT_SHORT


def is_withdrawn(resource: Resource) -> bool:
    """Return whether the status takes back what the resource says."""
    return token(resource, "status") in WITHDRAWN


class Kinds(dict[str, str]):
    """What the references of a record refer to, each told once: most of its resources have the same subject."""

    def __missing__(self, reference: str) -> str:
        kind, slash, _ = local(reference).partition("/")
        kind, search, _ = kind.partition("?")
        self[reference] = told = kind if slash or search else "Patient"
        return told


def subject_of(resource: Resource) -> Resource:
    """Return the reference to what a resource is about, an empty one if it does not say."""
    return table(resource, "subject") or table(resource, "patient")


def is_patient(subject: Resource, resource: Resource, kinds: Kinds) -> bool:
    """Return whether a resource is about a patient itself (not a group, a device, or another being)."""
    stated = text(subject, "type").rpartition("/")[2] if "type" in subject else ""
    return (stated or kinds[text(subject, "reference")]) == "Patient" and not resource.get("focus")


def local(reference: str) -> str:
    """Return ``Type/id`` of a relative or absolute reference; a urn and a search stay as they are."""
    parts = reference.split("/")
    if (len(parts) < 3 and parts[-1]) or reference.startswith("urn:") or "?" in reference:
        return reference
    return "/".join(reference.partition("/_history/")[0].rstrip("/").split("/")[-2:])
