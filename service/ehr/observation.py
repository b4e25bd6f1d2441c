"""Results of a record: every Observation and component, as a reading of one analyte or the reason why it is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from service.clinical.analytes import ANALYTES
from service.clinical.reading import Reading
from service.ehr.code_systems import system_name
from service.ehr.codes import CodeMap, ResultCode
from service.ehr.issues import Issue, Unusable, issue
from service.ehr.json_shapes import Resource, codings, table, tables, text, token
from service.ehr.moments import NEVER, Moment, read_moment
from service.ehr.resources import INHERITED, MODIFIERS, Contents, Found
from service.ehr.subject import is_patient
from service.ehr.value import read_value

FINAL = ("", "final", "amended", "corrected")
CORRECTED = ("amended", "corrected")
UNMAPPED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Result:
    """One result of one analyte, its value not yet read: of many results of a test few are ever needed."""

    meaning: ResultCode
    rank: tuple[Moment, Moment, Moment, bool]
    where: str
    reference: Resource
    resource: Resource
    reading: Reading | None = None
    issue: Issue | None = None

    @property
    def moment(self) -> Moment:
        """Return when it was taken."""
        return self.rank[0]

    @property
    def observation(self) -> str:
        """Return the id of the analyte."""
        return self.meaning.observation


@dataclass(slots=True)
class Results:
    """The results of a record and what is to be said about those that are not used."""

    results: list[Result]
    issues: list[Issue]


def read_results(contents: Contents, codes: CodeMap) -> Results:
    """Return every result of a record, in the order found."""
    read = Results([], [])
    unmapped: list[str] = []
    for found in contents.of("Observation"):
        resource = found.whole()
        parts = [(resource, found.where), *_components(resource, found.where)]
        known = [_read(read, part, where, found, codes) for part, where in parts]
        if not any(known) and codings(table(resource, "code")):
            unmapped.append(f"{found.where}.code")
    if unmapped:
        text = f"The codes of {len(unmapped)} results are not in the map of codes; a site can add its own."
        read.issues.append(issue("code_not_mapped", *unmapped[:UNMAPPED_SHOWN], text=text))
    return read


def _components(resource: Resource, where: str) -> Iterator[tuple[Resource, str]]:
    above = {key: resource[key] for key in (*INHERITED, "meta", "id", "focus") if key in resource}
    modifiers = {key: resource[key] for key in MODIFIERS if resource.get(key)}
    for at, component in enumerate(tables(resource, "component")):
        yield above | component | modifiers, f"{where}.component[{at}]"


def _read(read: Results, resource: Resource, where: str, found: Found, codes: CodeMap) -> bool:
    """Read one result into the list; return whether its code is known."""
    try:
        meaning = _meaning(resource, codes)
    except Unusable as reason:
        read.issues.append(issue(reason.key, f"{where}.code", text=reason.text))
        return True
    if meaning is None:
        return False
    refusal = _refusal(resource)
    if refusal:
        read.issues.append(issue(refusal, where, observation=meaning.observation))
    else:
        read.results.append(_result(resource, meaning, where, found))
    return True


def _meaning(resource: Resource, codes: CodeMap) -> ResultCode | None:
    named = [(system_name(system), code) for system, code in codings(table(resource, "code"))]
    known = [codes.results[key] for key in named if key in codes.results]
    for one in known:
        if one.refuse:
            raise Unusable("code_refused", one.refuse)
    if len({one.observation for one in known}) > 1:
        raise Unusable("code_ambiguous")
    return max(known, key=lambda one: (one.basis, one.unit, one.finding, one.note), default=None)


def _refusal(resource: Resource) -> str:
    if any(resource.get(key) for key in MODIFIERS):
        return "modified"
    if token(resource, "status") not in FINAL or not isinstance(resource.get("status"), str | None):
        return "status"
    return "" if is_patient(resource) else "subject_not_patient"


def _result(resource: Resource, meaning: ResultCode, where: str, found: Found) -> Result:
    moment = _moment(resource)
    times = (resource.get("issued"), table(resource, "meta").get("lastUpdated"))
    issued, updated = (read_moment(raw) or NEVER for raw in times)
    rank = (moment, issued, updated, token(resource, "status") in CORRECTED)
    return Result(meaning, rank, where, _reference(found, ANALYTES[meaning.observation].label), resource)


def with_value(result: Result, codes: CodeMap) -> Result:
    """Return the result with its reading, or with the issue that says why it has none."""
    analyte = ANALYTES[result.observation]
    try:
        return replace(result, reading=read_value(analyte, result.meaning, result.resource, codes))
    except Unusable as reason:
        said = issue(reason.key, result.where, observation=analyte.id, text=reason.text)
        return replace(result, issue=said)


def _moment(resource: Resource) -> Moment:
    period = table(resource, "effectivePeriod")
    times = (
        *(resource.get("effectiveDateTime"), resource.get("effectiveInstant")),
        *(period.get("end"), period.get("start"), resource.get("issued")),
    )
    return next((one for raw in times if (one := read_moment(raw))), NEVER)


def _reference(found: Found, label: str) -> Resource:
    """Return a reference to the Observation that a receiver can resolve, or the name of the test."""
    named = text(found.resource, "id")
    if named and not found.is_contained:
        return {"reference": f"Observation/{named}", "display": label}
    return {"reference": found.address, "display": label} if found.address.startswith("urn:") else {"display": label}
