"""From what a system sends as FHIR to a Panel: the one way for $evaluate-mas and for CDS Hooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from service.ehr.fhir.contents.document import walk_all
from service.ehr.fhir.contents.json_shapes import Resource, text
from service.ehr.fhir.contents.resources import Contents
from service.ehr.fhir.contents.versions import drop_old_versions
from service.ehr.fhir.parameters import Given, read_parameters
from service.ehr.fhir.patient.conditions import Diagnosis, diagnosis
from service.ehr.fhir.patient.medications import Drugs, read_drugs
from service.ehr.fhir.patient.subject import Subject, one_patient
from service.ehr.fhir.results.documents import unread_on_paper
from service.ehr.fhir.results.observations import Results, read_results
from service.ehr.fhir.results.reports import unread_of_reports
from service.ehr.issues import Issue, issue, issue_of_all
from service.ehr.record.newest_result import choose
from service.ehr.record.record import Record, Told, record_of
from service.ehr.record.unread import Unread
from service.ehr.results.person import age_reading
from service.ehr.terminology.code_map import CodeMap


@dataclass(frozen=True, slots=True)
class FhirRecord(Record):
    """A record of FHIR resources: also whose it is, the Condition used, and the sets that the caller asks for."""

    subject: Subject
    condition: Resource | None
    criteria: tuple[str, ...]
    next_pages: tuple[str, ...]


def read_request(document: Any, codes: CodeMap, look_back: timedelta | None = None) -> FhirRecord:
    """Return the record in a body of $evaluate-mas; raises MixedPatients."""
    if text(document, "resourceType") == "Parameters":
        given = read_parameters(document, codes)
    else:
        given = Given(documents=[(document, "")])
    return read_record(given, codes, look_back)


def read_record(given: Given, codes: CodeMap, look_back: timedelta | None = None) -> FhirRecord:
    """Return the record in some documents and the parameters beside them; raises MixedPatients."""
    return record_in(read_sources(given, codes), codes, look_back)


@dataclass(frozen=True, slots=True)
class Sources:
    """What a record is made from: its resources, the patient, every result and drug, and what reports do not hold."""

    given: Given
    contents: Contents
    subject: Subject
    results: Results
    drugs: Drugs
    unread: Sequence[Unread]


def read_sources(given: Given, codes: CodeMap) -> Sources:
    """Return what some documents hold; raises MixedPatients."""
    contents = walk_all(given.documents)
    drop_old_versions(contents)
    subject = one_patient(contents, given.subjects)
    results = read_results(contents, codes, subject.person)
    drugs = read_drugs(contents, codes, given.drugs)
    return Sources(given, contents, subject, results, drugs, [*results.unread, *unread_of_reports(contents, codes)])


def record_in(sources: Sources, codes: CodeMap, look_back: timedelta | None = None) -> FhirRecord:
    """Return the record that the sources make."""
    given, contents, subject, read = sources.given, sources.contents, sources.subject, sources.results
    read.read_needed(codes, given.as_of)
    chosen = choose(read.results, given.as_of, look_back)
    further = [*_unread(contents)]
    condition = _told_condition(given, contents, codes, further)
    age = age_reading(subject.person, given.as_of or chosen.newest)
    if age is None and subject.patient is not None:
        further.append(issue("age_unknown", "Patient.birthDate"))
    further += sources.drugs.remarks
    told = Told(
        age,
        given.findings,
        given.unread,
        condition.condition,
        sources.drugs.medications,
        given.as_of,
        [*sources.unread, *unread_on_paper(contents, codes, chosen.times)],
        [*given.issues, *contents.issues, *read.issues],
        further,
    )
    found = record_of(chosen, told, codes, look_back)
    asked, pages = tuple(given.criteria), tuple(contents.next_pages)
    return FhirRecord(found.panel, found.moment, found.basis, found.issues, subject, condition.reference, asked, pages)


def _told_condition(given: Given, contents: Contents, codes: CodeMap, issues: list[Issue]) -> Diagnosis:
    """Take the condition that the caller names before any that the record holds."""
    told = diagnosis(contents, codes)
    if given.condition:
        same = told.condition == given.condition
        return Diagnosis(given.condition, told.reference if same else None)
    issues += told.issues
    return told


def _unread(contents: Contents) -> Iterable[Issue]:
    for kind, places in sorted(contents.unread.items()):
        shown = f"type {kind}" if kind.isalpha() and len(kind) <= 64 else "an unknown type"
        yield from issue_of_all("not_read", places, text=f"Resources of {shown} are not read.")
