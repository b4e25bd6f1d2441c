"""Results of a record: every Observation and component, as a reading of one analyte or the reason why it is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from service.clinical.analytes import ANALYTES
from service.clinical.reading import Reading
from service.ehr.code_systems import LOINC, system_name
from service.ehr.codes import CodeMap, ResultCode
from service.ehr.issues import Issue, Unusable, issue
from service.ehr.json_shapes import Resource, codings, table, tables, text, token
from service.ehr.moments import NEVER, Moment, Moments, read_moment
from service.ehr.resources import INHERITED, MODIFIERS, Contents, Found, is_withdrawn
from service.ehr.specimen import is_of_other_specimen, other_specimens
from service.ehr.subject import Kinds, is_patient, subject_of
from service.ehr.value import read_value

FINAL = (None, "", "final", "amended", "corrected")
CORRECTED = ("amended", "corrected")
NO_TIME = (None, "")
NO_TESTS = {"social-history", "survey", "imaging", "activity", "therapy", "procedure"}
UNMAPPED_SHOWN = 20


@dataclass(slots=True)
class Result:
    """One result of one analyte; of many results of a test few are ever needed, so its value is read when asked for.

    Then it has a reading, or the issue that says why there is none.
    """

    meaning: ResultCode
    moment: Moment
    where: str
    found: Found
    resource: Resource
    reading: Reading | None = None
    issue: Issue | None = None

    @property
    def observation(self) -> str:
        """Return the id of the analyte."""
        return self.meaning.observation

    @property
    def rank(self) -> tuple[Moment, Moment, Moment, bool]:
        """Return when it was taken, issued and stored, and whether it was corrected: of two the greater one counts."""
        times = (self.resource.get("issued"), table(self.resource, "meta").get("lastUpdated"))
        issued, updated = (read_moment(raw) or NEVER for raw in times)
        return self.moment, issued, updated, token(self.resource, "status") in CORRECTED

    @property
    def reference(self) -> Resource:
        """Return a reference to the Observation that a receiver can resolve, or the name of the test."""
        label, found = ANALYTES[self.observation].label, self.found
        named = "" if found.is_contained else text(found.resource, "id")
        if named:
            return {"reference": f"Observation/{named}", "display": label}
        address = found.address
        return {"reference": address, "display": label} if address.startswith("urn:") else {"display": label}

    def read(self, codes: CodeMap) -> None:
        """Read the value."""
        analyte = ANALYTES[self.observation]
        try:
            self.reading = read_value(analyte, self.meaning, self.resource, codes)
        except Unusable as reason:
            self.issue = issue(reason.key, self.where, observation=analyte.id, text=reason.text)


class Part(NamedTuple):
    """An Observation or a component of one: as a resource of its own, its place, its codes, whether about a patient."""

    resource: Resource
    where: str
    coded: list[tuple[str, str]]
    is_of_patient: bool


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
    read = Results(other_specimens=other_specimens(contents))
    unmapped: list[str] = []
    for found in contents.of("Observation"):
        whole = Part(found.whole, found.where, codings(found.whole.get("code")), found.is_of_patient)
        is_known = _read(read, found, whole, codes)
        if "component" in found.whole:
            for part in _components(found):
                is_known = _read(read, found, part, codes) or is_known
        if whole.coded and not is_known:
            unmapped.append(f"{found.where}.code")
    if unmapped:
        text = f"The codes of {len(unmapped)} results are not in the map of codes; a site can add its own."
        read.issues.append(issue("code_not_mapped", *unmapped[:UNMAPPED_SHOWN], text=text))
    return read


def _components(found: Found) -> Iterator[Part]:
    whole = found.whole
    above = {key: whole[key] for key in (*INHERITED, "meta", "id", "focus", "category") if key in whole}
    modifiers = {key: whole[key] for key in MODIFIERS if whole.get(key)}
    if not _is_final(whole):  # a component has no status of its own in FHIR: one that is sent outweighs nothing
        modifiers["status"] = whole["status"]
    kinds = Kinds()
    for at, component in enumerate(tables(whole, "component")):
        resource = above | component | modifiers
        of_patient = is_patient(subject_of(resource), resource, kinds)
        yield Part(resource, f"{found.where}.component[{at}]", codings(resource.get("code")), of_patient)


def _read(read: Results, found: Found, part: Part, codes: CodeMap) -> bool:
    """Read one result into the list; return whether its code is known."""
    try:
        meaning = _meaning(part.coded, codes)
    except Unusable as reason:
        read.issues.append(issue(reason.key, f"{part.where}.code", text=reason.text))
        return True
    if meaning is None:
        if _may_be_a_test(part, codes):
            read.issues.append(issue("code_missing", f"{part.where}.code"))
        return False
    refusal = _refusal(part)
    if not refusal and "specimen" in found.whole and is_of_other_specimen(found, read.other_specimens):
        refusal = "specimen"
    if refusal and (refusal != "status" or is_withdrawn(part.resource)):
        read.issues.append(issue(refusal, part.where, observation=meaning.observation))
    else:
        moment = _moment(part.resource, part.where, read)
        results = read.pending if refusal else read.results
        results.append(Result(meaning, moment, part.where, found, part.resource))
    return True


def _may_be_a_test(part: Part, codes: CodeMap) -> bool:
    """Return whether a result that counts has no code that can be read, and its category does not rule out a test.

    A code of LOINC whose system is left out is none: whose code it is would be a guess.
    """
    for system, code in part.coded:
        if system or (LOINC, code) not in codes.results:
            return False
    if _refusal(part):
        return False
    resource = part.resource
    categories = {code for one in tables(resource, "category") for _, code in codings(one)}
    if categories and categories <= NO_TESTS:
        return False
    return any(one is not None for key, one in resource.items() if key.startswith("value") or key == "interpretation")


def _meaning(coded: list[tuple[str, str]], codes: CodeMap) -> ResultCode | None:
    known: list[ResultCode] = []
    for system, code in coded:
        one = codes.results.get((system_name(system), code))
        if one:
            known.append(one)
    for one in known:
        if one.refuse:
            raise Unusable("code_refused", one.refuse)
    if len(known) > 1:
        return _one_meaning(known)
    return known[0] if known else None


def _one_meaning(known: list[ResultCode]) -> ResultCode:
    if len({one.observation for one in known}) > 1:
        raise Unusable("code_ambiguous")
    return max(known, key=lambda one: (one.basis, one.unit, one.finding, one.note))


def _refusal(part: Part) -> str:
    resource = part.resource
    if any(map(resource.get, MODIFIERS)):
        return "modified"
    if resource.get("status") not in FINAL and not _is_final(resource):
        return "status"
    return "" if part.is_of_patient else "subject_not_patient"


def _is_final(resource: Resource) -> bool:
    status = resource.get("status")
    return status in FINAL or (isinstance(status, str) and token(resource, "status") in FINAL)


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
