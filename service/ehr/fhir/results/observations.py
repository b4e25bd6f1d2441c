"""The Observations of a record: every result in them, with its test and its time, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from service.clinical.measurement.analytes import ANALYTES
from service.clinical.panel.moment import Moment
from service.ehr.fhir.contents.json_shapes import Resource, codings, spoken, table, tables, text, token
from service.ehr.fhir.contents.resources import Contents, Found
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
from service.ehr.fhir.results.specimen import Specimens
from service.ehr.fhir.results.times import times_of
from service.ehr.fhir.results.value import read_value
from service.ehr.issues import Unusable, issue, too_many
from service.ehr.record.newest_result import needed
from service.ehr.record.ranking import tied
from service.ehr.record.result import Result
from service.ehr.record.triage import Triage
from service.ehr.results.person import NOBODY, Person
from service.ehr.results.result_times import ResultTimes
from service.ehr.terminology.code_map import CodeMap, Lookup, ResultCode

UNMAPPED_SHOWN = 20
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
class Results(Triage[ReportedResult]):
    """The results of a record and what is to be said about those that are not used, with the times of its patient."""

    times: ResultTimes = field(default_factory=ResultTimes)

    def read_needed(self, codes: CodeMap, as_of: Moment | None = None) -> None:
        """Read the values of those results that decide which one counts, each once."""
        for result in needed(self.results, as_of):
            if result.reading is None and result.issue is None:
                result.read(codes)


def read_results(contents: Contents, codes: CodeMap, person: Person = NOBODY) -> Results:
    """Return every result of a record, which is that of a person, in the order found."""
    read = Results(Lookup(codes), times=ResultTimes(person))
    specimens = Specimens(contents, codes)
    unmapped: list[str] = []
    for found in contents.of("Observation"):
        shared = _Shared(found, read.times, specimens)
        whole = Part(found.whole, found.where, codings(found.whole.get("code")), found.is_of_patient)
        is_known = read.take(_ReportedPart(whole, shared))
        if "component" in found.whole:
            for part in components_of(found):
                is_known = read.take(_ReportedPart(part, shared)) or is_known
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


class _Shared:
    """What an Observation and its components have in common; it is settled once."""

    def __init__(self, found: Found, times: ResultTimes, specimens: Specimens) -> None:
        self.found, self.times = found, times
        self.is_of_other_specimen = "specimen" in found.whole and specimens.is_other(found)
        self.source = _source_of(found)

    @cached_property
    def is_no_test(self) -> bool:
        """Return whether the category rules out that this is a test."""
        return is_no_test(self.found.whole)


class _ReportedPart:
    """An Observation, or a component of one, as a thing that may be a result."""

    __slots__ = ("_part", "_shared", "coded", "where")

    def __init__(self, part: Part, shared: _Shared) -> None:
        self._part, self._shared = part, shared
        self.where, self.coded = part.where, part.coded

    @property
    def code_where(self) -> str:
        return f"{self.where}.code"

    @property
    def names(self) -> Sequence[str]:
        return spoken(table(self._part.resource, "code"))

    @property
    def refusal(self) -> str:
        return refusal_of(self._part) or ("specimen" if self._shared.is_of_other_specimen else "")

    @property
    def is_retracted(self) -> bool:
        return is_retracted(self._part.resource)

    @property
    def is_final(self) -> bool:
        return is_final(self._part.resource)

    @property
    def may_be_test(self) -> bool:
        return self._part.is_of_patient and not self.is_retracted and not self._shared.is_no_test

    @property
    def has_said(self) -> bool:
        return has_said(self._part.resource)

    @property
    def text(self) -> str:
        return text(self._part.resource, "valueString")

    def moment(self) -> tuple[Moment, list[str]]:
        return self._shared.times.of(times_of(self._part.resource, self._shared.found.resource))

    def result(self, meaning: ResultCode, moment: Moment) -> ReportedResult:
        shared, resource = self._shared, self._part.resource
        return ReportedResult(meaning, moment, self.where, shared.source, resource=resource, person=shared.times.person)
