"""What is said of one patient: a row for each day of results, or one of all; as cells of a table, or as FHIR."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from service.api.problems import problem_document
from service.api.response.assessment import summarised_result
from service.api.response.brief_document import scored_document
from service.clinical.assessment.assess import Assessment, assess
from service.clinical.panel.moment import DAY_LENGTH
from service.cohort.bulk.patients import Patient
from service.cohort.bulk.spill import LOST, Shelf, place_of
from service.cohort.results import COLUMNS, result_row
from service.cohort.safe_text import safe
from service.ehr.fhir.answer.errors import MIXED
from service.ehr.fhir.answer.fixed_parts import FixedParts, fixed_parts
from service.ehr.fhir.answer.outcome import failure
from service.ehr.fhir.answer.risk_assessment import risk_assessment
from service.ehr.fhir.contents.json_shapes import entries_of, table, text
from service.ehr.fhir.days import ALWAYS, Days
from service.ehr.fhir.parameters import Given
from service.ehr.fhir.record import FhirRecord, Sources, read_sources, record_in
from service.ehr.issues import Issue, issue_of_all
from service.ehr.results.person import MixedPatients
from service.ehr.terminology.code_file import load_codes
from service.ehr.terminology.code_map import CodeMap
from service.server.messages.strict_json import dumps, loads
from service.server.settings import Settings

BULK_COLUMNS = (*COLUMNS[:2], "day", *COLUMNS[2:])
"""Those of any table of results, with the day behind the patient."""
PLACES_TOLD = 3
TOO_LARGE = "There are more than {} bytes of this patient (--most-patient-bytes), so nothing was read."
OUR_FAULT = "The patient was not assessed: an error of this program ({}). Please report it."
NOT_READ = "{} of the export could not be read and may hold a result or a drug of this patient."
_SIGNS = (b"Medication/", b"Specimen/")
_REFERENCE = re.compile(
    rb'"reference"\s*:\s*"[^"]*?((?:Medication|Specimen)/[A-Za-z0-9\-.]{1,64})(?:/_history/[^"]*)?"'
)

Row = list[str]


@dataclass(frozen=True, slots=True)
class Manner:
    """How patients are judged: by day or once, the codes and the look-back of the site, and in which form.

    ``names`` are those of the files. ``of_any`` are the places of lines that were not read and may be of any patient,
    ``more`` counts those beyond.
    """

    names: list[str]
    shelf: Shelf | None = None
    latest: bool = False
    as_fhir: bool = False
    diagnoses_always: bool = False
    code_map: str = ""
    fhir_canonical: str = Settings().fhir_canonical
    look_back: timedelta | None = None
    most_patient_bytes: int = 1 << 26
    of_any: tuple[str, ...] = ()
    more: int = 0


@dataclass(slots=True)
class Judged:
    """What is said of some patients: rows or lines, how many patients there were, and how many were refused."""

    rows: list[Row]
    lines: list[bytes]
    patients: int = 0
    refused: int = 0
    bytes: int = 0


class Refused(Exception):
    """A patient of whom nothing can be said: an HTTP status, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


def judge_all(manner: Manner, patients: list[Patient]) -> Judged:
    """Judge some patients; what goes wrong with one leaves the others alone."""
    judged = Judged([], [])
    for patient in patients:
        judged.patients += 1
        judged.bytes += patient.size
        try:
            answers = [*_answers(manner, patient)]
            if manner.as_fhir:
                parts = _parts(manner.fhir_canonical)
                judged.lines += [dumps(risk_assessment(record, told, parts)) + b"\n" for _, record, told in answers]
            else:
                judged.rows += [_cells(patient.name, *answer) for answer in answers]
        except Exception as error:  # noqa: BLE001  # one patient must not stop the run of all
            _refuse(judged, patient, error, as_fhir=manner.as_fhir)
    return judged


def _refuse(judged: Judged, patient: Patient, error: Exception, *, as_fhir: bool) -> None:
    refused = error if isinstance(error, Refused) else Refused(500, OUR_FAULT.format(type(error).__name__))
    judged.refused += 1
    if as_fhir:
        told = failure(refused.status, refused.why)
        told["issue"][0]["diagnostics"] = patient.name
        judged.lines.append(dumps(told) + b"\n")
        return
    answer = {"status": refused.status, "problem": problem_document(refused.status, refused.why, "")}
    judged.rows.append(_with_day(result_row(0, patient.name, answer), ""))


def _answers(manner: Manner, patient: Patient) -> Iterator[tuple[str, FhirRecord, Assessment]]:
    if patient.is_too_large:
        raise Refused(413, TOO_LARGE.format(manner.most_patient_bytes))
    codes = _codes(manner.code_map)
    given = _given(manner, patient)
    try:
        sources = read_sources(given, codes)
    except MixedPatients:
        raise Refused(422, MIXED) from None
    if not sources.contents.found and sources.contents.deleted:
        return
    for day, seen in _days(manner, sources):
        record = record_in(seen, codes, manner.look_back)
        shown = record.moment.text[:DAY_LENGTH] if manner.latest else day
        yield shown, record, assess(record.panel, record.criteria, brief=not manner.as_fhir)


def _days(manner: Manner, sources: Sources) -> Iterator[tuple[str, Sources]]:
    if manner.latest:
        yield ALWAYS, sources
        return
    days = Days(sources, diagnoses_always=manner.diagnoses_always)
    for day in days:
        yield day, days.until(day)


@cache
def _parts(root: str) -> FixedParts:
    return fixed_parts(root)


@cache
def _codes(code_map: str) -> CodeMap:
    return load_codes(code_map)


def _given(manner: Manner, patient: Patient) -> Given:
    """Return the resources of a patient and those that they refer to, and what of the export was not read."""
    held = [(place, resource) for place, resource in patient.records if not resource.startswith(LOST)]
    lost = [place_of(place, manner.names) for place, resource in patient.records if resource.startswith(LOST)]
    shelf = manner.shelf
    if shelf and shelf.has_shared:
        held += _referred(shelf, [resource for _, resource in held])
    documents: list[tuple[Any, str]] = [(loads(resource), place_of(place, manner.names)) for place, resource in held]
    if shelf and shelf.has_deleted:
        documents += _deletions(shelf, [document for document, _ in documents])
    places = [*lost, *(place_of(place, manner.names) for place in manner.of_any)]
    return Given(documents=documents, issues=_not_read(places, manner.more))


def _not_read(places: list[str], more: int) -> list[Issue]:
    many = len(places) + more
    said = NOT_READ.format("A line" if many == 1 else f"{many} lines or rests of files")
    return [told._replace(more=told.more + more) for told in issue_of_all("entry_not_read", places, said)]


def _referred(shelf: Shelf, resources: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the things of no single patient that some resources refer to, and what those refer to."""
    seen: set[str] = set()
    while names := _references(resources) - seen:
        seen |= names
        found = [*shelf.shared(sorted(names))]
        yield from found
        resources = [resource for _, resource in found]


def _references(resources: Iterable[bytes]) -> set[str]:
    plain = (resource.replace(b"\\/", b"/") for resource in resources)
    referring = (resource for resource in plain if any(sign in resource for sign in _SIGNS))
    return {match[1].decode() for resource in referring for match in _REFERENCE.finditer(resource)}


def _deletions(shelf: Shelf, documents: Iterable[Any]) -> list[tuple[Any, str]]:
    """Return the deletions of what some documents hold, as a history tells them."""
    names = dict.fromkeys(name for document in documents for name in _names(document))
    entries = [
        {"request": {"method": "DELETE", "url": name}} | ({"response": {"lastModified": at}} if at else {})
        for name, at in shelf.deleted(names)
    ]
    return [({"resourceType": "Bundle", "entry": entries}, "deleted")] if entries else []


def _names(document: Any) -> Iterator[str]:
    for resource in (document, *(table(entry, "resource") for entry in entries_of(document))):
        if text(resource, "id"):
            yield f"{text(resource, 'resourceType')}/{text(resource, 'id')}"


def _cells(name: str, day: str, record: FhirRecord, assessment: Assessment) -> Row:
    answer = {"status": 200, "assessment": scored_document(assessment, (), summarised_result) | {"warnings": []}}
    row = result_row(0, name, answer)
    row[COLUMNS.index("warnings")] = safe("; ".join(_warnings(record.issues, assessment)))
    row[COLUMNS.index("problems")] = safe("; ".join(_problems(record.issues)))
    return _with_day(row, day)


def _with_day(row: Row, day: str) -> Row:
    return [*row[:2], day, *row[2:]]


def _warnings(issues: Iterable[Issue], assessment: Assessment) -> Iterator[str]:
    """Yield what could not be used of a record and leaves something open: test, reason, and where."""
    told: dict[str, list[str]] = {}
    for issue in issues:
        if issue.severity == "warning":
            told.setdefault(f"{issue.observation} {issue.key}".strip(), []).extend(issue.where)
    for oddity in assessment.warnings:
        told.setdefault(oddity.code, []).extend(oddity.where[:1] if oddity.code.startswith("medication_") else ())
    for said, places in told.items():
        yield f"{said}{_places(places)}"


def _problems(issues: Iterable[Issue]) -> Iterator[str]:
    for issue in issues:
        if issue.key == "entry_not_read":
            yield f"{issue.text}{_places(issue.where, issue.more)}"


def _places(places: Iterable[str], more: int = 0) -> str:
    known = [*dict.fromkeys(places)]
    more += len(known) - len(known[:PLACES_TOLD])
    shown = ", ".join(known[:PLACES_TOLD]) + (f" and {more} more" if more else "")
    return f" ({shown})" if shown else ""
