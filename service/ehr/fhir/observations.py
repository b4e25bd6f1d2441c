"""The Observations of a record: every result in them, with its test and its time, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from service.ehr.fhir.issues import Issue, Unusable, issue
from service.ehr.fhir.json_shapes import Resource, codings, table
from service.ehr.fhir.moments import NEVER, Moment, Moments, is_open_end, latest_credible
from service.ehr.fhir.part import Part, components_of, may_be_a_test, refusal_of
from service.ehr.fhir.patient import NOBODY, Person
from service.ehr.fhir.resources import Contents, Found, is_withdrawn
from service.ehr.fhir.specimen import is_of_other_specimen, other_specimens
from service.ehr.record.result import Result
from service.ehr.terminology.code_map import CodeMap

NO_TIME = (None, "")
UNMAPPED_SHOWN = 20


@dataclass(slots=True)
class Results:
    """The results of a record and what is to be said about those that are not used.

    ``pending`` are those whose status does not say that they are final, nor that they are withdrawn. No sample was
    taken before the ``person`` was born, or after ``latest``.
    """

    person: Person = NOBODY
    latest: datetime = field(default_factory=latest_credible)

    results: list[Result] = field(default_factory=list)
    pending: list[Result] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    moments: Moments = field(default_factory=Moments)
    other_specimens: set[str] = field(default_factory=set)


def read_results(contents: Contents, codes: CodeMap, person: Person = NOBODY) -> Results:
    """Return every result of a record, which is that of a person, in the order found."""
    read = Results(person, other_specimens=other_specimens(contents, codes))
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
        results.append(Result(meaning, moment, part.where, found, part.resource, person=read.person))
    return True


def _moment(part: Part, observation: Resource, read: Results) -> Moment:
    """Return the first time that can be read; one that cannot is named, since the next may be of something else.

    When a result was issued is no more than the last moment at which it may have been taken. One that was issued before
    it was taken has a time that is wrong, and may be the newest.
    """
    issued = _credible(part.resource.get("issued"), read)
    own_issue = issued if observation.get("issued") == part.resource.get("issued") else None
    lost: set[str] = set()
    is_contradicted = _ends_before_it_begins(part.resource, read)
    for given, is_end in _times(part.resource):
        moment = _credible(given, read)
        if moment is not None and own_issue is not None and own_issue.precedes(moment):
            is_contradicted = is_contradicted or not is_end
        elif moment is not None:
            break
        elif given not in NO_TIME and not (is_end and _is_out_of_reach(given, read)):
            lost.add(_why_lost(given, read))
    else:
        moment = replace(issued, at=NEVER.at, until=issued.at) if issued and lost else issued
        if issued is None and part.resource.get("issued") not in NO_TIME:
            lost.add(_why_lost(part.resource["issued"], read))
    if is_contradicted:
        lost.add("time_doubtful")
        moment = None
    for key in sorted(lost):
        read.issues.append(issue(key, part.where))
    return moment or NEVER


def _times(resource: Resource) -> Iterator[tuple[object, bool]]:
    """Yield the times at which a result may have been taken, and whether that is the end of a period.

    The one that says most comes first; a Timing is not read. A period that has not ended is of the time of its start.
    """
    period = table(resource, "effectivePeriod")
    for key in ("effectiveDateTime", "effectiveInstant", "effectiveTiming"):
        yield resource.get(key), False
    yield period.get("end"), True
    yield period.get("start"), False


def _credible(given: object, read: Results) -> Moment | None:
    moment = read.moments.read(given)
    return None if moment is None or moment.at > read.latest or read.person.is_unborn(moment) else moment


def _why_lost(given: object, read: Results) -> str:
    return "time_doubtful" if _is_out_of_reach(given, read) else "time_invalid"


def _is_out_of_reach(given: object, read: Results) -> bool:
    """Return whether a time can be read, though no sample can be of that time."""
    return read.moments.read(given) is not None or is_open_end(given)


def _ends_before_it_begins(resource: Resource, read: Results) -> bool:
    period = table(resource, "effectivePeriod")
    start, end = (_credible(period.get(key), read) for key in ("start", "end"))
    return start is not None and end is not None and end.precedes(start)
