"""From what a system sends to a Panel: the one way for $evaluate-mas and for CDS Hooks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from service.clinical.measurement.analytes import AGE, ANALYTES
from service.clinical.measurement.reading import Reading
from service.clinical.panel.panel import Panel
from service.ehr.fhir.conditions import Diagnosis, diagnosis
from service.ehr.fhir.document import walk_all
from service.ehr.fhir.issues import Issue, issue
from service.ehr.fhir.json_shapes import Resource, text
from service.ehr.fhir.medications import medications
from service.ehr.fhir.moments import Moment
from service.ehr.fhir.observations import read_results
from service.ehr.fhir.parameters import read_parameters
from service.ehr.fhir.patient import age_reading, person_of
from service.ehr.fhir.resources import Contents
from service.ehr.fhir.subject import Subject, one_patient
from service.ehr.fhir.versions import drop_old_versions
from service.ehr.record.given import Given
from service.ehr.record.newest_result import choose
from service.ehr.terminology.code_map import CodeMap

UNREAD_SHOWN = 20
PARTIAL = (
    *("incomplete", "query_failed", "drug_not_named", "time_invalid", "time_doubtful", "undated", "after_as_of"),
    *("code_missing", "code_ambiguous", "specimen", "modified", "entry_not_read", "not_final", "tied_unread"),
    *("parameter_unknown", "parameter_invalid", "parameter_conflict"),
)


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it can be assessed: the panel, where it comes from, and what could not be used."""

    panel: Panel
    criteria: tuple[str, ...]
    subject: Subject
    basis: tuple[tuple[str, Resource], ...]
    condition: Resource | None
    moment: Moment
    issues: tuple[Issue, ...]
    next_pages: tuple[str, ...]

    @property
    def may_reassure(self) -> bool:
        """Whether the record is whole enough to make anything unlikely: ferritin is known, and nothing was lost."""
        return "ferritin" in self.panel.measured and not any(one.key in PARTIAL for one in self.issues)

    @property
    def has_results(self) -> bool:
        """Whether any laboratory result could be used."""
        return any(key in ANALYTES and key != "temperature" for key in self.panel.readings)


def read_request(document: Any, codes: CodeMap, look_back: timedelta | None = None) -> Record:
    """Return the record in a body of $evaluate-mas; raises MixedPatients."""
    if text(document, "resourceType") == "Parameters":
        given = read_parameters(document, codes)
    else:
        given = Given(documents=[(document, "")])
    return read_record(given, codes, look_back)


def read_record(given: Given, codes: CodeMap, look_back: timedelta | None = None) -> Record:
    """Return the record in some documents and the parameters beside them; raises MixedPatients."""
    contents = walk_all(given.documents)
    drop_old_versions(contents)
    subject = one_patient(contents, given.subjects)
    results = read_results(contents, codes, person_of(subject.patient))
    chosen = choose(results.results, codes, given.as_of, look_back, results.pending)
    issues = [*given.issues, *contents.issues, *results.issues, *chosen.issues, *_unread(contents)]
    told = _told_condition(given, contents, codes, issues)
    moment = given.as_of or chosen.newest
    panel = Panel(
        _with_age(chosen.readings, subject, moment, issues),
        chosen.findings | given.findings,
        told.condition,
        (*given.medications, *medications(contents, codes, issues)),
        collected_at=moment.text,
    )
    basis = tuple((key, one) for key, group in chosen.basis.items() for one in group)
    pages = tuple(contents.next_pages)
    return Record(panel, tuple(given.criteria), subject, basis, told.reference, moment, tuple(issues), pages)


def _with_age(
    readings: dict[str, Reading], subject: Subject, moment: Moment, issues: list[Issue]
) -> dict[str, Reading]:
    age = age_reading(subject.patient, moment)
    if age is not None:
        return {AGE: age} | readings
    if subject.patient is not None:
        issues.append(issue("age_unknown", "Patient.birthDate"))
    return readings


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
        yield issue("not_read", *places[:UNREAD_SHOWN], text=f"Resources of {shown} are not read.")
