"""The Observations of a record: every result in them, with its test and its time, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from service.ehr.fhir.issues import Issue, Unusable, issue
from service.ehr.fhir.json_shapes import Resource, codings, table
from service.ehr.fhir.moments import NEVER, Moment, Moments
from service.ehr.fhir.part import Part, components_of, may_be_a_test, refusal_of
from service.ehr.fhir.resources import Contents, Found, is_withdrawn
from service.ehr.fhir.specimen import is_of_other_specimen, other_specimens
from service.ehr.record.result import Result
from service.ehr.terminology.code_map import CodeMap

NO_TIME = (None, "")
UNMAPPED_SHOWN = 20


@dataclass(slots=True)
class Results:
    """The results of a record and what is to be said about those that are not used.

    ``pending`` are those whose status does not say that they are final, nor that they are withdrawn.
    """

    results: list[Result] = field(default_factory=list)
    pending: list[Result] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    moments: Moments = field(default_factory=Moments)
    other_specimens: set[str] = field(default_factory=set)


def read_results(contents: Contents, codes: CodeMap) -> Results:
    """Return every result of a record, in the order found."""
    read = Results(other_specimens=other_specimens(contents, codes))
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
        moment = _moment(part.resource, part.where, read)
        results = read.pending if refusal else read.results
        results.append(Result(meaning, moment, part.where, found, part.resource))
    return True


def _moment(resource: Resource, where: str, read: Results) -> Moment:
    """Return the first time that can be read; one that cannot is named, since the next may be of something else."""
    is_lost = False
    for given in _times(resource):
        moment = read.moments.read(given)
        if moment is not None:
            break
        is_lost = is_lost or given not in NO_TIME
    else:
        moment = NEVER
    if is_lost:
        read.issues.append(issue("time_invalid", where))
    return moment


def _times(resource: Resource) -> Iterator[object]:
    """Yield the times of a result, the one that says most of when it was taken first; a Timing is not read."""
    yield resource.get("effectiveDateTime")
    period = table(resource, "effectivePeriod")
    yield from (
        resource.get("effectiveInstant"),
        resource.get("effectiveTiming"),
        period.get("end"),
        period.get("start"),
        resource.get("issued"),
    )
