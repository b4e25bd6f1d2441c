"""Whose results these are: one patient, or the record is refused.

Several descriptions may be of one person: what a record says of the patient besides an id tells whether they can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.clinical.panel.moment import DAY_LENGTH
from service.ehr.fhir.contents.json_shapes import Resource, table, tables, text, token
from service.ehr.fhir.contents.resources import DRUGS, Contents, Found, local
from service.ehr.results.person import Marks, MixedPatients, Person, born_on, may_be_one

BORN = "birthDate"
_SEARCH = "Patient?identifier="

CLINICAL = ("Observation", "DiagnosticReport", "Condition", *DRUGS)


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient: a reference as it may be sent back, and the Patient resource if there is one."""

    reference: Resource
    patient: Resource | None

    @property
    def name(self) -> str:
        """Return ``Patient/id`` or the urn, "" if the record does not say."""
        return local(text(self.reference, "reference"))

    @property
    def person(self) -> Person:
        """Return the day of birth and the sex, as far as they are known."""
        return Person(born_on(text(self.patient, BORN)), token(self.patient, "gender"))


def one_patient(contents: Contents, expected: Iterable[Resource] = ()) -> Subject:
    """Return the one patient of a record; ``expected`` are References from outside. Raises MixedPatients."""
    told = [found for found in contents.of(*CLINICAL) if found.is_of_patient]
    references = [*(found.subject for found in told), *expected]
    patients = {_name(found): found for found in contents.of("Patient") if not found.is_contained}
    aliases = {found.address: name for name, found in patients.items() if found.address}
    said = {text(reference, "reference") for reference in references}
    names = {_known(reference, aliases) for reference in said} - {""}
    _refuse_mixed(names, patients)
    chosen = next(iter(sorted(names)), "") or next(iter(patients), "")
    plain = local(chosen)
    patient = next((found.resource for name, found in patients.items() if local(name) == plain), None)
    inside = of_contained(contents, told) if any(reference.startswith("#") for reference in said) else ()
    searched = any("?" in reference for reference in said)
    marked = (of_reference(reference) for reference in references if searched or "identifier" in reference)
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
    for reference in references:
        identifier = logical(reference)
        if identifier:
            return {"identifier": identifier}
    return {"display": "not supplied"}


def logical(reference: Resource) -> Resource:
    """Return the identifier of a logical reference, or the one that a conditional one asks for; {} if there is none."""
    given, asked = table(reference, "identifier"), text(reference, "reference")
    if asked.startswith(_SEARCH) and "&" not in asked:
        system, _, value = asked.removeprefix(_SEARCH).rpartition("|")
        given = {"system": system, "value": value}
    shown = {key: text(given, key) for key in ("system", "value") if text(given, key)}
    return shown if "value" in shown else {}


def of_reference(reference: Resource) -> Marks:
    """Return what a Reference says of the person."""
    return _of_identifiers([logical(reference)])


def of_patient(patient: Resource) -> Marks:
    """Return what a Patient resource says; an identifier without a system may be of any kind and tells nothing."""
    marks = {system: values for system, values in _of_identifiers(tables(patient, "identifier")).items() if system}
    born = text(patient, BORN)
    return marks | ({BORN: {born}} if len(born) == DAY_LENGTH else {})


def of_contained(contents: Contents, told: Iterable[Found]) -> Iterator[Marks]:
    """Yield what the Patients say that stand within the resources that are about them, each of them once."""
    seen: set[int] = set()
    for found in told:
        reference = text(found.subject, "reference")
        patient = contents.resolve(reference, found.holder) if reference.startswith("#") else None
        if patient is not None and id(patient) not in seen:
            seen.add(id(patient))
            yield of_patient(patient)


def _of_identifiers(identifiers: Iterable[Resource]) -> Marks:
    marks: Marks = {}
    for identifier in identifiers:
        if text(identifier, "value"):
            marks.setdefault(text(identifier, "system"), set()).add(text(identifier, "value"))
    return marks
