"""Results of a record: every Observation and component, as a reading of one analyte or the reason why it is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from service.clinical.analytes import ANALYTES
from service.clinical.reading import Reading
from service.ehr.code_systems import system_name
from service.ehr.codes import CodeMap, ResultCode
from service.ehr.issues import Issue, Unusable, issue
from service.ehr.json_shapes import Resource, codings, table, tables, text, token
from service.ehr.moments import NEVER, Moment, Moments, read_moment
from service.ehr.resources import INHERITED, MODIFIERS, Contents, Found
from service.ehr.subject import is_patient
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
        label, named = ANALYTES[self.observation].label, text(self.found.resource, "id")
        if named and not self.found.is_contained:
            return {"reference": f"Observation/{named}", "display": label}
        address = self.found.address
        return {"reference": address, "display": label} if address.startswith("urn:") else {"display": label}

    def read(self, codes: CodeMap) -> None:
        """Read the value."""
        analyte = ANALYTES[self.observation]
        try:
            self.reading = read_value(analyte, self.meaning, self.resource, codes)
        except Unusable as reason:
            self.issue = issue(reason.key, self.where, observation=analyte.id, text=reason.text)


@dataclass(slots=True)
class Results:
    """The results of a record and what is to be said about those that are not used."""

    results: list[Result] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    moments: Moments = field(default_factory=Moments)


def read_results(contents: Contents, codes: CodeMap) -> Results:
    """Return every result of a record, in the order found."""
    read = Results()
    unmapped: list[str] = []
    for found in contents.of("Observation"):
        resource = found.whole()
        is_known = _read(read, resource, found.where, found, codes)
        if "component" in resource:
            for part, where in _components(resource, found.where):
                is_known = _read(read, part, where, found, codes) or is_known
        if not is_known and codings(table(resource, "code")):
            unmapped.append(f"{found.where}.code")
    if unmapped:
        text = f"The codes of {len(unmapped)} results are not in the map of codes; a site can add its own."
        read.issues.append(issue("code_not_mapped", *unmapped[:UNMAPPED_SHOWN], text=text))
    return read


def _components(resource: Resource, where: str) -> Iterator[tuple[Resource, str]]:
    above = {key: resource[key] for key in (*INHERITED, "meta", "id", "focus", "category") if key in resource}
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
        if _may_be_a_test(resource):
            read.issues.append(issue("code_missing", f"{where}.code"))
        return False
    refusal = _refusal(resource)
    if refusal:
        read.issues.append(issue(refusal, where, observation=meaning.observation))
    else:
        read.results.append(Result(meaning, _moment(resource, where, read), where, found, resource))
    return True


def _may_be_a_test(resource: Resource) -> bool:
    """Return whether a result that counts has no code that can be read, and its category does not rule out a test."""
    if codings(table(resource, "code")) or _refusal(resource):
        return False
    categories = {code for one in tables(resource, "category") for _, code in codings(one)}
    if categories and categories <= NO_TESTS:
        return False
    return any(one is not None for key, one in resource.items() if key.startswith("value") or key == "interpretation")


def _meaning(resource: Resource, codes: CodeMap) -> ResultCode | None:
    known: list[ResultCode] = []
    for system, code in codings(table(resource, "code")):
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


def _refusal(resource: Resource) -> str:
    if any(map(resource.get, MODIFIERS)):
        return "modified"
    status = resource.get("status")
    if status not in FINAL and (not isinstance(status, str) or token(resource, "status") not in FINAL):
        return "status"
    return "" if is_patient(resource) else "subject_not_patient"


def _moment(resource: Resource, where: str, read: Results) -> Moment:
    """Return the first time that can be read; one that cannot is named, since the next may be of something else."""
    taken = read.moments.read(resource.get("effectiveDateTime"))
    if taken:
        return taken
    period = table(resource, "effectivePeriod")
    given = (
        *(resource.get("effectiveDateTime"), resource.get("effectiveInstant")),
        *(period.get("end"), period.get("start"), resource.get("issued")),
    )
    times = [read.moments.read(one) for one in given]
    found = next((one for one in times if one), NEVER)
    before = times.index(found) if found is not NEVER else len(times)
    if any(one not in NO_TIME for one in given[:before]):
        read.issues.append(issue("time_invalid", where))
    return found
