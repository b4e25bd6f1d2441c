"""The code systems and extensions of our own: below which address they stand, and the words of the short ones."""

from __future__ import annotations

from dataclasses import dataclass

from service import __version__
from service.ehr.fhir.contents.json_shapes import Resource

PUBLISHED = "2026-11-23"
SERVICE_NAME = "mas-risk-service"
VERSION = __version__
LOINC_ADDRESS = "http://loinc.org"

CATEGORIES = {
    "likely": "MAS likely",
    "probable": "MAS probable",
    "possible": "MAS possible",
    "indeterminate": "Not decided",
    "unlikely": "MAS unlikely",
}
COUNTED = "counted"
VERDICTS = {
    "met": "Met",
    "not_met": "Not met",
    "unknown": "Unknown",
    "indeterminate": "Not decided",
    COUNTED: "Counted in the score",
}
APPLICABILITY = {
    "applicable": "The set was made for patients like this one.",
    "extrapolated": "The set was made for others, but is used for such patients too.",
    "unknown": "Too little is known of the patient to tell.",
    "not_applicable": "The set was not made for patients like this one.",
}
TOPICS = {"mas": "Macrophage activation syndrome"}
OVERRIDE_REASONS = {
    "not-applicable": "Does not apply to this patient",
    "already-recognised": "MAS is already recognised or being treated",
    "other-cause": "Another cause explains the results",
    "results-outdated": "The results are outdated",
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The addresses of what a site defines, all below one ``root``: they identify, and need not lead anywhere."""

    root: str

    def address(self, kind: str, key: str) -> str:
        """Return the canonical address of a resource of this kind, such as a CodeSystem."""
        return f"{self.root}/{kind}/{key}"

    def code_system(self, key: str) -> str:
        """Return the address of one of our code systems."""
        return self.address("CodeSystem", key)

    @property
    def issue(self) -> str:
        """The code system of what can be wrong with a record or a request."""
        return self.code_system("issue")

    def issue_coding(self, key: str) -> Resource:
        """Return the coding of one reason."""
        return {"system": self.issue, "code": key}

    @property
    def override(self) -> str:
        """The code system of the reasons to pass over a card."""
        return self.code_system("override-reason")


def concept(system: str, code: str, display: str = "", text: str = "") -> Resource:
    """Return a CodeableConcept of one code of our own."""
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]} | ({"text": text} if text else {})
