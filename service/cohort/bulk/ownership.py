"""Whose a line of an export is, told by what it holds and not by the name of its file.

A line that cannot be read may still say whose it is. One that does not may be of any patient.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.ehr.fhir.contents.containers import ELSEWHERE
from service.ehr.fhir.contents.document import walk
from service.ehr.fhir.contents.json_shapes import Resource, entries_of, table, tables, text, token
from service.ehr.fhir.contents.resources import is_failure, local, subject_of
from service.ehr.fhir.patient.drugs_elsewhere import DEFINITIONS
from service.ehr.fhir.patient.subject import logical
from service.ehr.record.record import PARTIAL
from service.server.messages.strict_json import NotJson, dumps, loads

NOT_JSON, NO_RESOURCE, NO_SUBJECT, FAILED = "not_json", "no_resource", "no_subject", "query_failed"
SHARED = ("Medication", "Specimen")
"""Types that several patients may refer to."""
OF_NOBODY = (
    *("Practitioner", "PractitionerRole", "Organization", "OrganizationAffiliation", "Location", "Device", "Group"),
    *("HealthcareService", "Endpoint", "Schedule", "Slot", "Appointment", "AppointmentResponse", "Binary", "Contract"),
    *("DeviceDefinition", "DeviceMetric", "InsurancePlan", "MeasureReport", "ResearchSubject", "Person", "Basic"),
    *("OperationDefinition", "SearchParameter", "ConceptMap", "NamingSystem", "ImplementationGuide", "Linkage"),
    *("CompartmentDefinition", "StructureMap", "TerminologyCapabilities", "Evidence", "EvidenceVariable", "Citation"),
    *("SpecimenDefinition", "ObservationDefinition", "ChargeItemDefinition", "EventDefinition", "GraphDefinition"),
    *ELSEWHERE,
    *DEFINITIONS,
)
"""Types that name no patient, or of which nothing is lost if they do not."""
_PATIENT = "Patient/"
_SUBJECT = re.compile(rb'"(?:subject|patient)"\s*:\s*\{[^{}]{0,2000}?"reference"\s*:\s*"([^"\\]{1,512})"')
_TYPE = re.compile(rb'"resourceType"\s*:\s*"([A-Za-z]{1,64})"')
_ID = re.compile(rb'"id"\s*:\s*"([A-Za-z0-9\-.]{1,64})"')


@dataclass(frozen=True, slots=True)
class OfPatient:
    """A resource of one patient, who is told by a reference; ``names`` are the identifiers of a Patient."""

    patient: str
    resource: bytes
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OfIdentifier:
    """A resource of the patient with an identifier: whose reference that is the Patients of the export say."""

    identifier: str
    resource: bytes


@dataclass(frozen=True, slots=True)
class Shared:
    """A resource that names no patient and to which those of patients refer by this name."""

    name: str
    resource: bytes


@dataclass(frozen=True, slots=True)
class Deleted:
    """The name of a resource that was deleted, and when, as sent."""

    name: str
    at: str


@dataclass(frozen=True, slots=True)
class Lost:
    """What was not read, and of whom it is: "" if it may be of any patient. ``detail`` never holds a value."""

    reason: str
    patient: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Nobodys:
    """A resource of a type that speaks of no patient."""

    type: str


Owned = OfPatient | OfIdentifier | Shared | Deleted | Lost | Nobodys


def owners(line: bytes) -> Iterator[Owned]:
    """Yield what a line holds, each with whose it is; several things where it is a Bundle."""
    try:
        document = loads(line)
    except NotJson as error:
        yield told_by_text(line, NOT_JSON, str(error))
        return
    if not isinstance(document, dict):
        yield Lost(NO_RESOURCE)
    elif text(document, "resourceType") == "Bundle":
        yield from _of_bundle(document)
    else:
        yield _owner(document, line, {})


def told_by_text(line: bytes, reason: str, detail: str = "") -> Owned:
    """Return whose a line is that cannot be read, as far as its text says it of one patient and no other."""
    plain = line.replace(b"\\/", b"/")
    kind = match[1].decode() if (match := _TYPE.search(plain)) else ""
    if kind in OF_NOBODY:
        return Nobodys(kind)
    if kind == "Patient" and (named := _ID.search(plain)):
        return Lost(reason, _PATIENT + named[1].decode(), detail)
    said = {_patient_named(found.decode("utf-8", "replace"), {}) for found in _SUBJECT.findall(plain)}
    patient = said.pop() if len(said) == 1 and kind != "Bundle" else ""
    return Lost(reason, patient, detail)


def _of_bundle(bundle: Resource) -> Iterator[Owned]:
    """Yield the entries, each as a Bundle of its own, so that its address, and a deletion, stay what they are."""
    if any(told.key in PARTIAL for told in walk(bundle).issues):
        yield Lost(FAILED)
    entries = [entry for entry in entries_of(bundle) if isinstance(entry, dict)]
    aliases = {
        text(entry, "fullUrl"): _PATIENT + text(entry["resource"], "id")
        for entry in entries
        if text(entry.get("resource"), "resourceType") == "Patient" and text(entry["resource"], "id")
    }
    for entry in entries:
        resource = table(entry, "resource")
        if resource:
            alone = {key: entry[key] for key in ("fullUrl", "resource") if key in entry}
            yield _owner(resource, dumps({"resourceType": "Bundle", "entry": [alone]}), aliases)
        elif token(table(entry, "request"), "method") == "delete":
            at = table(entry, "response").get("lastModified")
            yield Deleted(local(text(entry["request"], "url")), at if isinstance(at, str) else "")


def _owner(resource: Resource, line: bytes, aliases: dict[str, str]) -> Owned:
    kind, named = text(resource, "resourceType"), text(resource, "id")
    if kind == "OperationOutcome":
        return Lost(FAILED) if any(map(is_failure, tables(resource, "issue"))) else Nobodys(kind)
    if kind == "Patient":
        return OfPatient(_PATIENT + named, line, (*_identifiers(resource),)) if named else Lost(NO_SUBJECT)
    subject = subject_of(resource)
    said = text(subject, "reference")
    if said and "?" not in said and not said.startswith("#"):
        patient = _patient_named(said, aliases)
        return OfPatient(patient, line) if patient else _without_patient(resource, line, is_of_other=True)
    identifier, is_of_other = _identifier(resource, subject)
    if identifier:
        return OfIdentifier(identifier, line)
    return _without_patient(resource, line, is_of_other=is_of_other)


def _without_patient(resource: Resource, line: bytes, *, is_of_other: bool) -> Owned:
    kind, named = text(resource, "resourceType"), text(resource, "id")
    if kind in SHARED and named:
        return Shared(f"{kind}/{named}", line)
    if kind in OF_NOBODY or is_of_other:
        return Nobodys(kind)
    return Lost(NO_SUBJECT if kind.isalpha() else NO_RESOURCE)


def _patient_named(reference: str, aliases: dict[str, str]) -> str:
    """Return the name of the patient that a reference means, "" if it means something else."""
    if reference in aliases:
        return aliases[reference]
    plain = local(reference.strip())
    if plain.startswith(("urn:", _PATIENT)):
        return plain
    return "" if "/" in plain or not plain else _PATIENT + plain  # some write the id alone


def _identifier(resource: Resource, subject: Resource) -> tuple[str, bool]:
    """Return the identifier of a subject that has no name, "" if it has none, and whether it is no patient."""
    said = text(subject, "reference")
    if said.startswith("#"):
        inside = next((held for held in tables(resource, "contained") if text(held, "id") == said[1:]), {})
        is_of_other = bool(inside) and text(inside, "resourceType") != "Patient"
        return ("" if is_of_other else next(_identifiers(inside), "")), is_of_other
    stated = text(subject, "type").rpartition("/")[2] or said.partition("?")[0]
    if stated not in ("", "Patient"):
        return "", True
    return _as_text(logical(subject)), False


def _identifiers(patient: Resource) -> Iterator[str]:
    return filter(None, (_as_text(identifier) for identifier in tables(patient, "identifier")))


def _as_text(identifier: Resource) -> str:
    """Return an identifier with its system as one text, "" if it has none: without it a value may be of any kind."""
    system, value = text(identifier, "system"), text(identifier, "value")
    return f"{system}|{value}" if system and value else ""
