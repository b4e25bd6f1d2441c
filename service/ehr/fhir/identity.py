"""Whether several descriptions can be of one person: what a record says of the patient besides an id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from service.ehr.fhir.json_shapes import Resource, table, tables, text
from service.ehr.fhir.moments import LENGTH_OF_A_DAY
from service.ehr.fhir.resources import Contents, Found

BORN = "birthDate"
_SEARCH = "Patient?identifier="

Marks = dict[str, set[str]]
"""The identifiers of a person by system, and the day of birth."""


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
    marks = {system: one for system, one in _of_identifiers(tables(patient, "identifier")).items() if system}
    born = text(patient, BORN)
    return marks | ({BORN: {born}} if len(born) == LENGTH_OF_A_DAY else {})


def of_contained(contents: Contents, told: Iterable[Found]) -> Iterator[Marks]:
    """Yield what the Patients say that stand within the resources that are about them, each of them once."""
    seen: set[int] = set()
    for found in told:
        reference = text(found.subject, "reference")
        patient = contents.resolve(reference, found.holder) if reference.startswith("#") else None
        if patient is not None and id(patient) not in seen:
            seen.add(id(patient))
            yield of_patient(patient)


def may_be_one(persons: Iterable[Marks]) -> bool:
    """Return whether all may be one person: of each system they share at least one value is the same."""
    common: Marks = {}
    for marks in persons:
        for system, values in marks.items():
            common[system] = common.get(system, values) & values
    return all(common.values())


def _of_identifiers(identifiers: Iterable[Resource]) -> Marks:
    marks: Marks = {}
    for one in identifiers:
        if text(one, "value"):
            marks.setdefault(text(one, "system"), set()).add(text(one, "value"))
    return marks
