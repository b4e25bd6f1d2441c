"""Drugs that block IL-6 where a record names them outside its orders: an infusion among the procedures, a plan, a note.

Such resources are not read for anything else. What they name may hide fever and ferritin, so it counts like an order.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.clinical.panel.moment import DAY_LENGTH
from service.ehr.fhir.contents.containers import ELSEWHERE
from service.ehr.fhir.contents.json_shapes import Resource, codings, table, text, token
from service.ehr.fhir.contents.resources import DRUGS, Contents, Found, Kinds, is_patient, subject_of
from service.ehr.results.moments import read_moment
from service.ehr.terminology.code_map import CodeMap

NOT_GIVEN = (
    *("entered-in-error", "not-done", "cancelled", "revoked", "rejected", "draft", "proposed", "refuted"),
    *("preparation", "not-started", "scheduled", "not-taken", "declined", "proposal", "option", "retired"),
)
DEFINITIONS = (
    *("ActivityDefinition", "PlanDefinition", "Questionnaire", "MedicationKnowledge", "ValueSet", "CodeSystem"),
    *("Library", "Measure", "StructureDefinition", "Substance", "ResearchStudy", "CapabilityStatement"),
)
"""Types that say what there is in the world, not what a patient is given."""
EVENTS = ("Procedure", "SupplyDelivery", "Observation")
WHEN = (
    *("performedDateTime", "performedPeriod", "occurrenceDateTime", "occurrencePeriod"),
    *("effectiveDateTime", "effectivePeriod"),
)
BESIDE = ("note", "dosageInstruction", "dosage")
"""What of an order may name another drug than the one ordered."""
NO_WORDS = ("contained", "id", "system", "url", "identifier", "data")
Named = tuple[str, str, str]


def drugs_elsewhere(contents: Contents, codes: CodeMap) -> Iterator[Named]:
    """Yield the generic name of each such drug, the day it was given if it was given once (else ""), and its place."""
    kinds = Kinds()
    for resource, where in contents.containers:
        kind = text(resource, "resourceType")
        if kind not in (*ELSEWHERE, *DEFINITIONS) and is_patient(subject_of(resource), resource, kinds):
            yield from _in(resource, where, _day(resource, kind), codes)
    for found in contents.of("Observation", "Condition"):
        if found.is_of_patient and "valueQuantity" not in found.resource:
            yield from _in(found.resource, found.where, _day(found.resource, found.type), codes)
    orders = contents.of(*DRUGS)
    for found in _unordered(contents, orders):
        yield from _in(found.resource, found.where, "", codes)
    for found in orders:
        beside = {key: found.resource[key] for key in BESIDE if key in found.resource}
        if beside and not _is_denied(found.resource):
            yield from _in(beside, found.where, "", codes)


def _unordered(contents: Contents, orders: list[Found]) -> Iterator[Found]:
    """Yield each Medication that no order in the record refers to: nothing says that it was not given."""
    ordered = {reference for order in orders for reference in _references(order.resource)}
    for found in contents.of("Medication"):
        if not found.is_contained and ordered.isdisjoint({f"Medication/{text(found.resource, 'id')}", found.address}):
            yield found


def _references(order: Resource) -> Iterator[str]:
    coded = table(order, "medication")
    for reference in (table(order, "medicationReference"), coded, table(coded, "reference")):
        yield text(reference, "reference")


def _in(resource: Resource, where: str, day: str, codes: CodeMap) -> Iterator[Named]:
    """Yield the drugs that the words of a resource name, each once; what it says was not given is passed over."""
    names: dict[str, None] = {}
    waiting: list[object] = [resource]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, str):
            names |= dict.fromkeys(codes.blockers.named(value))
        elif isinstance(value, dict) and "reference" not in value and not _is_denied(value):
            repeats = "entry" in value or "resourceType" in value  # its text says again what stands beside it
            waiting += [
                inner for key, inner in value.items() if key not in NO_WORDS and not (repeats and key == "text")
            ]
    for name in names:
        yield name, day, where


def _is_denied(value: Resource) -> bool:
    said = [token(value, key) for key in ("status", "intent")]
    said += [code for _, code in codings(table(value, "verificationStatus"))]
    return value.get("doNotPerform") is True or any(word in NOT_GIVEN for word in said)


def _day(resource: Resource, kind: str) -> str:
    """Return the day of what was done once, "" for what goes on or says no time that can be read."""
    given = [resource[key] for key in WHEN if key in resource] if kind in EVENTS else []
    ends = [time.get("end") if isinstance(time, dict) else time for time in given]
    moments = [moment for moment in map(read_moment, ends) if moment and moment.text]
    return max(moments).text[:DAY_LENGTH] if moments and len(moments) == len(ends) else ""
