"""One result of one test, in a record: of which analyte, when, where it stands, and its value once it is read."""

from __future__ import annotations

from dataclasses import dataclass

from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.reading import Reading
from service.ehr.fhir.issues import Issue, Unusable, issue
from service.ehr.fhir.json_shapes import Resource, table, text, token
from service.ehr.fhir.moments import NEVER, Moment, read_moment
from service.ehr.fhir.patient import NOBODY, Person
from service.ehr.fhir.reference_range import Tested
from service.ehr.fhir.resources import Found
from service.ehr.fhir.value import read_value
from service.ehr.terminology.code_map import CodeMap, ResultCode

LONGEST_ID, LONGEST_ADDRESS = 64, 256
CORRECTED = ("amended", "corrected")


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
    person: Person = NOBODY

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
        if 0 < len(named) <= LONGEST_ID:
            return {"reference": f"Observation/{named}", "display": label}
        address = found.address
        is_sendable = address.startswith("urn:") and len(address) <= LONGEST_ADDRESS
        return {"reference": address, "display": label} if is_sendable else {"display": label}

    def read(self, codes: CodeMap) -> None:
        """Read the value."""
        analyte = ANALYTES[self.observation]
        try:
            self.reading = read_value(analyte, self.meaning, self.resource, codes, Tested(self.person, self.moment))
        except Unusable as reason:
            self.issue = issue(reason.key, self.where, observation=analyte.id, text=reason.text)
