"""What of an Observation may be a result: itself and each of its components, and which of them must not be used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from service.ehr.fhir.json_shapes import Resource, codings, tables, token
from service.ehr.fhir.resources import INHERITED, MODIFIERS, Found
from service.ehr.fhir.subject import Kinds, is_patient, subject_of
from service.ehr.terminology.code_map import CodeMap
from service.ehr.terminology.code_systems import LOINC

FINAL = (None, "", "final", "amended", "corrected")
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
    if not _is_final(whole):  # a component has no status of its own in FHIR: one that is sent outweighs nothing
        modifiers["status"] = whole["status"]
    kinds = Kinds()
    for at, component in enumerate(tables(whole, "component")):
        resource = above | component | modifiers
        of_patient = is_patient(subject_of(resource), resource, kinds)
        yield Part(resource, f"{found.where}.component[{at}]", codings(resource.get("code")), of_patient)


def refusal_of(part: Part) -> str:
    """Return the key of the reason why a part must not be used, "" if it may be."""
    resource = part.resource
    if any(map(resource.get, MODIFIERS)):
        return "modified"
    if resource.get("status") not in FINAL and not _is_final(resource):
        return "status"
    return "" if part.is_of_patient else "subject_not_patient"


def may_be_a_test(part: Part, codes: CodeMap) -> bool:
    """Return whether a result that counts has no code that can be read, and its category does not rule out a test.

    A code of LOINC whose system is left out is none: whose code it is would be a guess.
    """
    for system, code in part.coded:
        if system or (LOINC, code) not in codes.results:
            return False
    if refusal_of(part):
        return False
    resource = part.resource
    categories = {code for one in tables(resource, "category") for _, code in codings(one)}
    if categories and categories <= NO_TESTS:
        return False
    return any(one is not None for key, one in resource.items() if key.startswith("value") or key == "interpretation")


def _is_final(resource: Resource) -> bool:
    status = resource.get("status")
    return status in FINAL or (isinstance(status, str) and token(resource, "status") in FINAL)
