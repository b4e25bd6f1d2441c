"""The parameters of $evaluate-mas: what a caller knows besides the record. A bad one is unknown, never an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from service.clinical.criteria import CATALOGUE
from service.clinical.measurement.analytes import FINDINGS
from service.clinical.measurement.no_result import Absence
from service.clinical.panel.moment import Moment
from service.clinical.panel.panel import CONDITIONS
from service.ehr.fhir.contents.json_shapes import Resource, table, tables, text
from service.ehr.fhir.patient.conditions import condition_of
from service.ehr.fhir.patient.medications import names_anything
from service.ehr.issues import Issue, issue, issue_of_all
from service.ehr.results.moments import read_moment
from service.ehr.terminology.code_map import CodeMap

FORMS = {
    "observations": "a resource",
    "subject": "valueReference, valueIdentifier or a Patient",
    "febrile": "valueBoolean",
    "condition": f"valueCode ({', '.join(CONDITIONS)}), a coding of the map of codes, or a Condition",
    "asOf": "valueDateTime with at least its day",
    "medications": "the name or a code of a known drug, or a resource",
    "findings": "parts with the name of a finding and valueBoolean",
    "criteria": "valueCode with the id of a criteria set",
}


@dataclass(slots=True)
class Given:
    """What a caller says besides the record; ``documents`` are resources with their place, walked like any record.

    ``unread`` are findings that were named without a value that can be read, ``drugs`` Medications with their place.
    """

    documents: list[tuple[Any, str]] = field(default_factory=list)
    subjects: list[Resource] = field(default_factory=list)
    findings: dict[str, bool] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    condition: str = ""
    as_of: Moment | None = None
    drugs: list[tuple[Resource, str]] = field(default_factory=list)
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


_UNKNOWN = f"There is no parameter of this name; it is not used. Known: {', '.join(FORMS)}."


class _Invalid(Exception):
    """A parameter that does not have the form that is described."""


def read_parameters(resource: Resource, codes: CodeMap) -> Given:
    """Return what the parameters say, in any order; those that cannot be used are named."""
    given = Given()
    unknown: list[str] = []
    for at, parameter in enumerate(tables(resource, "parameter")):
        where, name = f"Parameters.parameter[{at}]", text(parameter, "name")
        read = _READERS.get(name)
        if read is None:
            unknown.append(f"{where}.name")
            continue
        try:
            read(given, parameter, where, codes)
        except _Invalid:
            said = f"The parameter {name} counts as unknown; it takes {FORMS[name]}."
            given.issues.append(issue("parameter_invalid", where, text=said))
    given.issues += issue_of_all("parameter_unknown", unknown, _UNKNOWN)
    given.settle()
    return given


def _observations(given: Given, parameter: Resource, where: str, codes: CodeMap) -> None:
    if not table(parameter, "resource"):
        raise _Invalid
    given.documents.append((parameter["resource"], f"{where}.resource"))


def _subject(given: Given, parameter: Resource, where: str, codes: CodeMap) -> None:
    reference, name = table(parameter, "valueReference"), _text(parameter)
    if table(parameter, "resource"):
        given.documents.append((parameter["resource"], f"{where}.resource"))
    elif reference:
        given.subjects.append(reference)
    elif table(parameter, "valueIdentifier"):
        given.subjects.append({"identifier": table(parameter, "valueIdentifier")})
    elif name:
        given.subjects.append({"reference": name})
    else:
        raise _Invalid


def _febrile(given: Given, parameter: Resource, where: str, codes: CodeMap) -> None:
    given.claim("fever", _boolean(parameter), where)


def _condition(given: Given, parameter: Resource, where: str, codes: CodeMap) -> None:
    if table(parameter, "resource"):
        given.documents.append((parameter["resource"], f"{where}.resource"))
        return
    concept = _concept(parameter)
    named = (_text(parameter) or next((text(coding, "code") for coding in tables(concept, "coding")), "")).casefold()
    condition = named if named in CONDITIONS else condition_of(concept, codes)
    if not condition:
        raise _Invalid
    given.claim("condition", condition, where)


def _as_of(given: Given, parameter: Resource, where: str, codes: CodeMap) -> None:
    moment = read_moment(_text(parameter))
    if moment is None or not moment.text:
        raise _Invalid
    given.claim("asOf", moment, where)


def _medications(given: Given, parameter: Resource, where: str, codes: CodeMap) -> None:
    resource, named = table(parameter, "resource"), _text(parameter)
    if resource and text(resource, "resourceType") != "Medication":
        given.documents.append((resource, f"{where}.resource"))
        return
    shown = named or text(table(parameter, "valueReference"), "display")
    drug = {"code": {"text": shown} if shown else _concept(parameter)} | resource
    if not names_anything(drug):
        raise _Invalid
    given.drugs.append((drug, where))


def _findings(given: Given, parameter: Resource, where: str, codes: CodeMap) -> None:
    parts, unknown = tables(parameter, "part"), []
    for at, part in enumerate(parts):
        name = text(part, "name")
        if name not in FINDINGS:
            unknown.append(f"{where}.part[{at}].name")
        elif isinstance(part.get("valueBoolean"), bool):
            given.claim(name, part["valueBoolean"], f"{where}.part[{at}]")
        else:
            if codes.absence([_text(part)]) is not Absence.NOTHING:
                given.unread.add(name)
            given.issues.append(issue("finding_unread", f"{where}.part[{at}]"))
    given.issues += issue_of_all("parameter_unknown", unknown)
    if not parts:
        raise _Invalid


def _criteria(given: Given, parameter: Resource, where: str, codes: CodeMap) -> None:
    if _text(parameter) not in CATALOGUE:
        raise _Invalid
    given.criteria.append(_text(parameter))


def _boolean(parameter: Resource) -> bool:
    value = parameter.get("valueBoolean")
    if not isinstance(value, bool):
        raise _Invalid
    return value


def _concept(parameter: Resource) -> Resource:
    return table(parameter, "valueCodeableConcept") or {"coding": [table(parameter, "valueCoding")]}


def _text(parameter: Resource) -> str:
    kinds = ("valueCode", "valueString", "valueDateTime", "valueDate", "valueInstant", "valueUri")
    return next((said for key in kinds if (said := text(parameter, key))), "")


_READERS: dict[str, Callable[[Given, Resource, str, CodeMap], None]] = {
    "observations": _observations,
    "subject": _subject,
    "febrile": _febrile,
    "condition": _condition,
    "asOf": _as_of,
    "medications": _medications,
    "findings": _findings,
    "criteria": _criteria,
}
