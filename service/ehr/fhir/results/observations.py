"""The Observations of a record: every result in them, with its test and its time, or the reason why it is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.no_result import Absence
from service.clinical.panel.moment import Moment
from service.ehr.fhir.contents.json_shapes import Resource, codings, spoken, table, tables, text, token
from service.ehr.fhir.contents.resources import Contents, Found
from service.ehr.fhir.patient.person import NOBODY, Person
from service.ehr.fhir.results.components import (
    MOST_COMPONENTS,
    Part,
    components_of,
    has_said,
    is_final,
    is_no_test,
    is_retracted,
    refusal_of,
)
from service.ehr.fhir.results.reference_range import Tested
from service.ehr.fhir.results.result_times import ResultTimes
from service.ehr.fhir.results.specimen import Specimens
from service.ehr.fhir.results.value import read_value
from service.ehr.issues import Issue, Unusable, issue, too_many
from service.ehr.record.newest_result import needed
from service.ehr.record.ranking import tied
from service.ehr.record.result import Result
from service.ehr.record.unread import Unread
from service.ehr.terminology.code_map import CodeMap, Lookup, ResultCode
from service.ehr.terminology.code_systems import LOINC

UNMAPPED_SHOWN = 20
CODE_UNKNOWN = "code_unknown"
CORRECTED = ("amended", "corrected")
LONGEST_ID, LONGEST_ADDRESS = 64, 256


@dataclass(slots=True, kw_only=True)
class ReportedResult(Result):
    """A result as an Observation, or a component of one, reports it; of many few are needed, so it is read later."""

    resource: Resource
    person: Person

    def rank_within_its_moment(self, times: ResultTimes) -> None:
        """Read what decides between results of one moment."""
        self.issued = times.read(self.resource.get("issued"))
        self.stored = times.read(table(self.resource, "meta").get("lastUpdated"))
        self.is_corrected = token(self.resource, "status") in CORRECTED

    def read(self, codes: CodeMap) -> None:
        """Read the value: then there is a reading, or the issue that says why there is none."""
        analyte = ANALYTES[self.observation]
        try:
            self.reading = read_value(analyte, self.meaning, self.resource, codes, Tested(self.person, self.moment))
        except Unusable as reason:
            self.issue = issue(reason.key, self.where, observation=analyte.id, text=reason.text)


@dataclass(slots=True)
class Results:
    """The results of a record and what is to be said about those that are not used.

    ``unread`` are those that are not used and may yet be newer than those that are.
    """

    results: list[ReportedResult] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    times: ResultTimes = field(default_factory=ResultTimes)

    def read_needed(self, codes: CodeMap, as_of: Moment | None = None) -> None:
        """Read the values of those results that decide which one counts."""
        for result in needed(self.results, as_of):
            result.read(codes)


def read_results(contents: Contents, codes: CodeMap, person: Person = NOBODY) -> Results:
    """Return every result of a record, which is that of a person, in the order found."""
    read = Results(times=ResultTimes(person))
    specimens, lookup = Specimens(contents, codes), Lookup(codes)
    unmapped: list[str] = []
    for found in contents.of("Observation"):
        reader = _Reader(read, found, lookup, specimens)
        whole = Part(found.whole, found.where, codings(found.whole.get("code")), found.is_of_patient)
        is_known = reader.read(whole)
        if "component" in found.whole:
            for part in components_of(found):
                is_known = reader.read(part) or is_known
            read.issues += too_many(tables(found.whole, "component"), MOST_COMPONENTS, f"{found.where}.component")
        if whole.coded and not is_known:
            unmapped.append(f"{found.where}.code")
    for result in tied(read.results):
        result.rank_within_its_moment(read.times)
    if unmapped:
        said = f"The codes of {len(unmapped)} results are not in the map of codes; a site can add its own."
        read.issues.append(issue("code_not_mapped", *unmapped[:UNMAPPED_SHOWN], text=said))
    return read


def _source_of(found: Found) -> str:
    """Return a reference to an Observation that a receiver can resolve, "" if there is none."""
    named = "" if found.is_contained else text(found.resource, "id")
    if 0 < len(named) <= LONGEST_ID:
        return f"Observation/{named}"
    is_sendable = found.address.startswith("urn:") and len(found.address) <= LONGEST_ADDRESS
    return found.address if is_sendable else ""


class _Reader:
    """Reads an Observation and its components; what they have in common is settled once."""

    def __init__(self, read: Results, found: Found, lookup: Lookup, specimens: Specimens) -> None:
        self._read, self._found, self._lookup, self._codes = read, found, lookup, lookup.codes
        self._is_of_other_specimen = "specimen" in found.whole and specimens.is_other(found)
        self._source = _source_of(found)

    @cached_property
    def _is_no_test(self) -> bool:
        return is_no_test(self._found.whole)

    def read(self, part: Part) -> bool:
        """Read one result into the list; return whether its code is known."""
        try:
            meaning = self._lookup.meaning(part.coded)
        except Unusable as reason:
            self._refuse(part, reason)
            return True
        if meaning is None:
            self._note_unknown(part)
            return False
        refusal = refusal_of(part) or ("specimen" if self._is_of_other_specimen else "")
        if refusal == "status" and not is_retracted(part.resource):
            self._note("status", part, frozenset([meaning.observation]), counts_tied=False)
        elif refusal:
            self._read.issues.append(issue(refusal, part.where, observation=meaning.observation))
        else:
            self._read.results.append(self._result(part, meaning))
        return True

    def _result(self, part: Part, meaning: ResultCode) -> ReportedResult:
        times, resource = self._read.times, part.resource
        return ReportedResult(
            meaning,
            self._moment(part),
            part.where,
            self._source,
            resource=resource,
            person=times.person,
        )

    def _refuse(self, part: Part, reason: Unusable) -> None:
        """Name a code that must not be used; the test that it looks like may have changed since its last result."""
        self._read.issues.append(issue(reason.key, f"{part.where}.code", text=reason.text))
        tests = frozenset(meaning.observation for meaning in self._lookup.known(part.coded) if not meaning.is_other)
        if tests and self._counts(part) and has_said(part.resource):
            self._note("code_refused", part, tests, counts_tied=False)

    def _note_unknown(self, part: Part) -> None:
        """Note a result without a known code that is called like a test of the map, or that could be any test."""
        absence = self._codes.absence([text(part.resource, "valueString")])
        is_open = not is_final(part.resource)
        says = has_said(part.resource) and absence is not Absence.NOTHING
        if not self._counts(part) or not (is_open or says):
            return
        named = self._lookup.named(part.coded, spoken(table(part.resource, "code")))
        if named.tests:
            self._note(CODE_UNKNOWN, part, named.tests)
        elif not named.is_told and not is_open and absence is not Absence.FAILED:
            self._note(CODE_UNKNOWN, part)
        else:
            return
        if says and not is_open and not any(self._is_a_code(system, code) for system, code in part.coded):
            self._read.issues.append(issue("code_missing", f"{part.where}.code"))

    def _counts(self, part: Part) -> bool:
        return part.is_of_patient and not is_retracted(part.resource) and not self._is_no_test

    def _is_a_code(self, system: str, code: str) -> bool:
        """Return whether this is a code. One of LOINC without its system is none: whose it is would be a guess."""
        return bool(system) or (LOINC, code) not in self._codes.results

    def _note(self, key: str, part: Part, tests: frozenset[str] = frozenset(), *, counts_tied: bool = True) -> None:
        moment = self._moment(part)
        self._read.unread.append(Unread(key, part.where, moment, tests, counts_tied))

    def _moment(self, part: Part) -> Moment:
        """Return when a result was taken, and name a time that cannot be read or cannot be right."""
        moment, lost = self._read.times.of(part.resource, self._found.resource)
        self._read.issues += [issue(key, part.where) for key in lost]
        return moment
