"""The underlying condition, from the diagnoses of a record. Two that point to different criteria settle nothing."""

from __future__ import annotations

from dataclasses import dataclass

from service.clinical.panel.panel import UNKNOWN_CONDITION
from service.ehr.fhir.contents.json_shapes import Resource, codings, table, tables, text
from service.ehr.fhir.contents.resources import MODIFIERS, Contents, Found
from service.ehr.issues import Issue, issue
from service.ehr.record.conditions import SUSPECTED as AS_SUSPECTED
from service.ehr.record.conditions import those_that_count
from service.ehr.terminology.code_map import CodeMap
from service.ehr.terminology.code_systems import system_name

ACTIVE = {"active", "recurrence", "relapse", "remission"}
INACTIVE = {"inactive", "resolved"}
CONFIRMED = {"confirmed"}
SUSPECTED = {"provisional", "differential", "unconfirmed"}
REFUTED = {"refuted", "entered-in-error"}
ABATED = "abatement"  # of any type: without a status it says that the condition is over


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The condition, the Condition that it comes from as a reference, and what was left out."""

    condition: str = UNKNOWN_CONDITION
    reference: Resource | None = None
    issues: tuple[Issue, ...] = ()


def diagnosis(contents: Contents, codes: CodeMap) -> Diagnosis:
    """Return the condition that the active diagnoses stand for."""
    found: dict[str, Found] = {}
    issues: list[Issue] = []
    in_order = sorted(contents.of("Condition"), key=lambda diagnosed: str(_reference(diagnosed)))  # not as sent
    for diagnosed in in_order:
        for condition in _conditions(diagnosed, codes, issues):
            found.setdefault(condition, diagnosed)
    found = those_that_count(found)
    if len(found) > 1:
        places = dict.fromkeys(diagnosed.where for diagnosed in found.values())
        return Diagnosis(issues=(*issues, issue("condition_conflict", *places)))
    for condition, diagnosed in found.items():
        return Diagnosis(condition, _reference(diagnosed), tuple(issues))
    return Diagnosis(issues=(*issues, issue("condition_unknown")))


def condition_of(concept: Resource, codes: CodeMap) -> str:
    """Return the condition that a CodeableConcept stands for, "" if none or several."""
    meant = _meant(concept, codes)
    return meant.pop() if len(meant) == 1 else ""


def _meant(concept: Resource, codes: CodeMap) -> set[str]:
    return {codes.condition(system_name(system), code) for system, code in codings(concept)} - {""}


def _conditions(found: Found, codes: CodeMap, issues: list[Issue]) -> set[str]:
    """Return what an active diagnosis stands for; its codes may stand for several conditions."""
    meant = _meant(table(found.resource, "code"), codes)
    if meant and not found.is_of_patient:
        issues.append(issue("subject_not_patient", found.where))
        return set()
    return {_as_sure(diagnosed, found.resource, issues, found.where) for diagnosed in meant} - {""}


def _as_sure(condition: str, resource: Resource, issues: list[Issue], where: str) -> str:
    """Return the condition as sure as its status makes it, "" if it does not count."""
    verified, clinical = (_status(resource, key) for key in ("verificationStatus", "clinicalStatus"))
    is_over = not clinical and any(value for key, value in resource.items() if key.startswith(ABATED))
    if is_over or not _says(clinical, ACTIVE, INACTIVE):
        issues.append(issue("condition_inactive", where))
        return ""
    if _says(verified, CONFIRMED, SUSPECTED | REFUTED) and not any(resource.get(key) for key in MODIFIERS):
        return condition
    if _says(verified, SUSPECTED, REFUTED) and condition in AS_SUSPECTED:
        return AS_SUSPECTED[condition]
    issues.append(issue("condition_unconfirmed", where))
    return ""


def _says(said: set[str], this: set[str], other: set[str]) -> bool:
    """Return whether a status says this and nothing against it; one that is absent says no other thing."""
    return not said or (bool(said & this) and not said & other)


def _status(resource: Resource, key: str) -> set[str]:
    """Return the words of a status, which R4 codes as a concept and older releases as a bare word."""
    concepts = tables(resource, key)
    given = [code for concept in concepts for _, code in codings(concept)] or [
        text(concept, "text") for concept in concepts
    ]
    return {said.casefold() for said in (*given, text(resource, key)) if said}


def _reference(found: Found) -> Resource | None:
    named = text(found.resource, "id")
    if named and not found.is_contained:
        return {"reference": f"Condition/{named}"}
    return {"reference": found.address} if found.address.startswith("urn:") else None
