"""From what a system sends to a Panel: the one way for $evaluate-mas and for CDS Hooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from service.clinical.assessment.category import needed_inputs
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
from service.ehr.fhir.reports import unread_of_reports
from service.ehr.fhir.resources import Contents
from service.ehr.fhir.subject import Subject, one_patient
from service.ehr.fhir.versions import drop_old_versions
from service.ehr.record.given import Given
from service.ehr.record.newest_result import choose, is_stale
from service.ehr.record.rivals import is_after
from service.ehr.record.unread import issues_of
from service.ehr.terminology.code_map import CodeMap

UNREAD_SHOWN = 20
PARTIAL = (
    *("incomplete", "query_failed", "time_invalid", "time_doubtful", "undated", "after_as_of"),
    *("code_ambiguous", "specimen", "modified", "entry_not_read", "not_final", "tied_unread", "too_many"),
    *("newer_not_read", "newer_unnamed", "newer_refused"),
    *("result_missing", "report_not_final", "report_without_results"),
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
        """Whether ferritin is known, and nothing of the record was lost."""
        return "ferritin" in self.panel.measured and not self.panel.may_hold_more

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
    chosen = choose(results.results, codes, given.as_of, look_back)
    issues = [*given.issues, *contents.issues, *results.issues, *chosen.issues, *_unread(contents)]
    told = _told_condition(given, contents, codes, issues)
    moment = given.as_of or chosen.newest
    findings = chosen.findings | given.findings
    panel = Panel(
        _with_age(chosen.readings, subject, moment, issues),
        findings,
        told.condition,
        (*given.medications, *medications(contents, codes, issues)),
        collected_at=moment.text,
    )
    unread = [*results.unread, *unread_of_reports(contents, codes)]
    issues += issues_of(unread, chosen.times, _needed(panel, codes), _in_time(given.as_of, chosen.newest, look_back))
    panel = replace(
        panel,
        findings=findings,  # as sent: one that was not read does not count as absent
        unread=frozenset((*given.unread, *_lost_inputs(issues, chosen.readings))),
        may_hold_more=any(one.key in PARTIAL for one in issues),
    )
    basis = tuple((key, one) for key, group in chosen.basis.items() for one in group)
    pages = tuple(contents.next_pages)
    return Record(panel, tuple(given.criteria), subject, basis, told.reference, moment, tuple(issues), pages)


def _needed(panel: Panel, codes: CodeMap) -> frozenset[str]:
    """Return the tests that the category of a panel rests on, as far as a result can be known by its name."""
    return needed_inputs(panel) & codes.naming.tests


def _in_time(as_of: Moment | None, newest: Moment, look_back: timedelta | None) -> Callable[[Moment], bool]:
    """Return what says whether a result of a time would count: not after ``as_of``, and not too old."""

    def is_in_time(moment: Moment) -> bool:
        return not (as_of and is_after(moment, as_of)) and not is_stale(moment, as_of or newest, look_back)

    return is_in_time


def _lost_inputs(issues: Iterable[Issue], readings: Mapping[str, Reading]) -> Iterator[str]:
    """Yield the inputs that were sent and stay unknown since they could not be read."""
    for told in issues:
        if told.severity == "warning" and told.observation and told.observation not in readings:
            yield told.observation


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
