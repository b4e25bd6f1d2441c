"""Whose results these are: one patient, or the record is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from service.ehr.fhir.identity import logical, may_be_one, of_contained, of_patient, of_reference
from service.ehr.fhir.json_shapes import Resource, table, text
from service.ehr.fhir.resources import DRUGS, Contents, Found, local

CLINICAL = ("Observation", "DiagnosticReport", "Condition", *DRUGS)


class MixedPatients(Exception):
    """The record holds results of more than one patient."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient: a reference as it may be sent back, and the Patient resource if there is one."""

    reference: Resource
    patient: Resource | None

    @property
    def name(self) -> str:
        """Return ``Patient/id`` or the urn, "" if the record does not say."""
        return local(text(self.reference, "reference"))


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


def one_patient(contents: Contents, expected: Iterable[Resource] = ()) -> Subject:
    """Return the one patient of a record; ``expected`` are References from outside. Raises MixedPatients."""
    told = [one for one in contents.of(*CLINICAL) if one.is_of_patient]
    references = [*(one.subject for one in told), *expected]
    patients = {_name(one): one for one in contents.of("Patient") if not one.is_contained}
    aliases = {one.address: name for name, one in patients.items() if one.address}
    said = {text(one, "reference") for one in references}
    names = {_known(one, aliases) for one in said} - {""}
    _refuse_mixed(names, patients)
    chosen = next(iter(sorted(names)), "") or next(iter(patients), "")
    plain = local(chosen)
    patient = next((one.resource for name, one in patients.items() if local(name) == plain), None)
    inside = of_contained(contents, told) if any(one.startswith("#") for one in said) else ()
    searched = any("?" in one for one in said)
    marked = (of_reference(one) for one in references if searched or "identifier" in one)
    if not may_be_one([of_patient(patient or {}), *inside, *marked]):
        raise MixedPatients
    return Subject(_sendable(chosen, references), patient)


def _refuse_mixed(names: set[str], patients: dict[str, Found]) -> None:
    absolute = {name for name in names if "://" in name}
    if len({local(name) for name in names}) > 1 or len(absolute) > 1:
        raise MixedPatients
    if not names and len(patients) > 1:
        raise MixedPatients
    if names and patients and not {local(name) for name in patients} & {local(name) for name in names}:
        raise MixedPatients


def _name(found: Found) -> str:
    named = text(found.resource, "id")
    return f"Patient/{named}" if named else found.address


def _known(reference: str, aliases: dict[str, str]) -> str:
    if reference.startswith("#") or "?" in reference:
        return ""  # whose these are their identifiers tell
    return aliases.get(reference, reference.partition("/_history/")[0])


def _sendable(name: str, references: Iterable[Resource]) -> Resource:
    if name:
        return {"reference": name}
    for one in references:
        identifier = logical(one)
        if identifier:
            return {"identifier": identifier}
    return {"display": "not supplied"}
