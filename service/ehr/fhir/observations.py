"""The Observations of a record: every result in them, with its test and its time, or the reason why it is none."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.ehr.fhir.issues import Issue, Unusable, issue
from service.ehr.fhir.json_shapes import Resource, codings
from service.ehr.fhir.moments import Moment
from service.ehr.fhir.part import Part, components_of, may_be_a_test, refusal_of
from service.ehr.fhir.patient import NOBODY, Person
from service.ehr.fhir.resources import Contents, Found, is_withdrawn
from service.ehr.fhir.result_times import ResultTimes
from service.ehr.fhir.specimen import is_of_other_specimen, other_specimens
from service.ehr.record.result import Result
from service.ehr.terminology.code_map import CodeMap

UNMAPPED_SHOWN = 20


@dataclass(slots=True)
class Results:
    """The results of a record and what is to be said about those that are not used.

    ``pending`` are those whose status does not say that they are final, nor that they are withdrawn.
    """

    results: list[Result] = field(default_factory=list)
    pending: list[Result] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    times: ResultTimes = field(default_factory=ResultTimes)
    other_specimens: set[str] = field(default_factory=set)


def read_results(contents: Contents, codes: CodeMap, person: Person = NOBODY) -> Results:
    """Return every result of a record, which is that of a person, in the order found."""
    read = Results(times=ResultTimes(person), other_specimens=other_specimens(contents, codes))
    unmapped: list[str] = []
    for found in contents.of("Observation"):
        whole = Part(found.whole, found.where, codings(found.whole.get("code")), found.is_of_patient)
        is_known = _read(read, found, whole, codes)
        if "component" in found.whole:
            for part in components_of(found):
                is_known = _read(read, found, part, codes) or is_known
        if whole.coded and not is_known:
            unmapped.append(f"{found.where}.code")
    if unmapped:
        text = f"The codes of {len(unmapped)} results are not in the map of codes; a site can add its own."
        read.issues.append(issue("code_not_mapped", *unmapped[:UNMAPPED_SHOWN], text=text))
    return read


def _read(read: Results, found: Found, part: Part, codes: CodeMap) -> bool:
    """Read one result into the list; return whether its code is known."""
    try:
        meaning = codes.meaning(part.coded)
    except Unusable as reason:
        read.issues.append(issue(reason.key, f"{part.where}.code", text=reason.text))
        return True
    if meaning is None:
        if may_be_a_test(part, codes):
            read.issues.append(issue("code_missing", f"{part.where}.code"))
        return False
    refusal = refusal_of(part)
    if not refusal and "specimen" in found.whole and is_of_other_specimen(found, read.other_specimens, codes):
        refusal = "specimen"
    if refusal and (refusal != "status" or is_withdrawn(part.resource)):
        read.issues.append(issue(refusal, part.where, observation=meaning.observation))
    else:
        moment = _moment(part, found.resource, read)
        results = read.pending if refusal else read.results
        results.append(Result(meaning, moment, part.where, found, part.resource, person=read.times.person))
    return True


def _moment(part: Part, observation: Resource, read: Results) -> Moment:
    """Return when a result was taken, and name a time that cannot be read or cannot be right."""
    moment, lost = read.times.of(part.resource, observation)
    for key in lost:
        read.issues.append(issue(key, part.where))
    return moment
