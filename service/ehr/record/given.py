"""What a caller says besides the record: what can be only one thing must not be said in two ways."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from service.clinical.panel.panel import Medication
from service.ehr.fhir.issues import Issue, issue
from service.ehr.fhir.json_shapes import Resource
from service.ehr.fhir.moments import Moment


@dataclass(slots=True)
class Given:
    """What was said; ``documents`` are resources with their place, to be walked like any record.

    ``unread`` are findings that were named without a value that can be read.
    """

    documents: list[tuple[Any, str]] = field(default_factory=list)
    subjects: list[Resource] = field(default_factory=list)
    findings: dict[str, bool] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    condition: str = ""
    as_of: Moment | None = None
    medications: list[Medication] = field(default_factory=list)
    criteria: list[str] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    claims: dict[str, list[tuple[Any, str]]] = field(default_factory=dict)

    def claim(self, name: str, value: object, where: str) -> None:
        """Note what is said about something that can be only one thing."""
        self.claims.setdefault(name, []).append((value, where))

    def settle(self) -> None:
        """Take what was said once or always alike; of what was said in two ways neither is used."""
        for name, said in self.claims.items():
            if len({value for value, _ in said}) > 1:
                self.issues.append(issue("parameter_conflict", *(where for _, where in said)))
            elif name == "condition":
                self.condition = said[0][0]
            elif name == "asOf":
                self.as_of = said[0][0]
            else:
                self.findings[name] = said[0][0]
