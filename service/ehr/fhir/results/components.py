"""What of an Observation may be a result: itself and each of its components, and which of them must not be used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from service.ehr.fhir.contents.json_shapes import Resource, codings, tables, token
from service.ehr.fhir.contents.resources import INHERITED, MODIFIERS, Found, Kinds, is_patient, subject_of

FINAL = (None, "", "final", "amended", "corrected")
RETRACTED = "entered-in-error"
LONGEST_STATUS = 64
OWN_SUBJECT = ("subject", "patient", "focus")
MOST_COMPONENTS = 2000
NO_TESTS = {"social-history", "survey", "imaging", "activity", "therapy", "procedure"}


class Part(NamedTuple):
    """An Observation or a component of one: as a resource of its own, its place, its codes, whether about a patient."""

    resource: Resource
    where: str
    coded: list[tuple[str, str]]
    is_of_patient: bool


def components_of(found: Found) -> Iterator[Part]:
    """Yield the components, each with what it has of the Observation above it."""
    whole = found.whole
    above = {key: whole[key] for key in (*INHERITED, "meta", "id", "focus", "category") if key in whole}
    modifiers = {key: whole[key] for key in MODIFIERS if whole.get(key)}
    if not is_final(whole):  # a component has no status of its own in FHIR: one that is sent outweighs nothing
        modifiers["status"] = whole["status"]
    kinds = Kinds()
    for at, component in enumerate(tables(whole, "component")[:MOST_COMPONENTS]):
        resource = above | component | modifiers
        of_patient = found.is_of_patient
        if any(key in component for key in OWN_SUBJECT):
            of_patient = is_patient(subject_of(resource), resource, kinds)
        yield Part(resource, f"{found.where}.component[{at}]", codings(resource.get("code")), of_patient)


def refusal_of(part: Part) -> str:
    """Return the key of the reason why a part must not be used, "" if it may be."""
    resource = part.resource
    if any(map(resource.get, MODIFIERS)):
        return "modified"
    if resource.get("status") not in FINAL and not is_final(resource):
        return "status"
    return "" if part.is_of_patient else "subject_not_patient"


def is_no_test(observation: Resource) -> bool:
    """Return whether the category of an Observation rules out that it is the test of a laboratory or a measurement."""
    categories = {code for category in tables(observation, "category") for _, code in codings(category)}
    return bool(categories) and categories <= NO_TESTS


def has_said(resource: Resource) -> bool:
    """Return whether an Observation or a component holds a value in any form, or an interpretation."""
    return any(
        value is not None for key, value in resource.items() if key.startswith("value") or key == "interpretation"
    )


def is_retracted(resource: Resource) -> bool:
    """Return whether the status says that there never was such a result."""
    return resource.get("status") == RETRACTED or _status(resource) == RETRACTED


def is_final(resource: Resource) -> bool:
    """Return whether the status says that a result is final, or says nothing."""
    status = resource.get("status")
    return status in FINAL or (isinstance(status, str) and _status(resource) in FINAL)


def _status(resource: Resource) -> str:
    """Return the status in small letters; one that is longer than any says nothing that could be known."""
    status = resource.get("status")
    return token(resource, "status") if isinstance(status, str) and len(status) <= LONGEST_STATUS else "?"
