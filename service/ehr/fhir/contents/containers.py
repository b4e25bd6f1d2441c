"""Lists, documents and other resources that name a result or a drug which is not in the record.

Such resources are not read themselves. What they name and nobody sent may be the newest result, or the drug that hides
fever and ferritin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from service.clinical.panel.moment import NEVER, Moment
from service.ehr.fhir.contents.json_shapes import Resource, tables, text, token
from service.ehr.fhir.contents.resources import DRUGS, Contents, local
from service.ehr.results.moments import read_moment

RESULTS = ("Observation", "DiagnosticReport")
OF_DRUGS = ("partOf", "derivedFrom")
IN_PLACE = ("item", "entry", *OF_DRUGS)
"""What a list or a document holds; what it names may be anything there, even without its type."""
TAKEN_BACK = ("entered-in-error", "retired", "cancelled", "revoked")
TIMES = ("date", "effectiveDateTime", "effectiveInstant", "issued", "recordedDate")
ELSEWHERE = (
    *("Provenance", "AuditEvent", "Task", "Communication", "CommunicationRequest", "MessageHeader", "Subscription"),
    *("Claim", "ClaimResponse", "ExplanationOfBenefit", "Account", "Coverage", "Consent", "Invoice", "ChargeItem"),
    *("RiskAssessment", "GuidanceResponse", "AllergyIntolerance", "FamilyMemberHistory", "Immunization"),
)
"""Types that speak of work, money or other things, not of what else there is to know."""
_KIND = re.compile(r"[A-Za-z]+")


class Missing(NamedTuple):
    """A reference that leads nowhere in the record: where it stands, what it is called, when it was made.

    ``may_be_drug`` and ``may_be_result`` say what it may be.
    """

    where: str
    display: str
    moment: Moment
    may_be_drug: bool
    may_be_result: bool


def missing_of(contents: Contents) -> Iterator[Missing]:
    """Yield what containers and drugs name, and the record does not hold."""
    for resource, where in contents.containers:
        if text(resource, "resourceType") not in ELSEWHERE and token(resource, "status") not in TAKEN_BACK:
            yield from _in(resource, where, contents)
    for drug in contents.of(*DRUGS):
        named = {key: drug.resource[key] for key in OF_DRUGS if key in drug.resource}
        if named and token(drug.resource, "status") not in TAKEN_BACK:
            yield from _in(drug.resource | {"contained": ()}, drug.where, contents, named)


def _in(owner: Resource, where: str, contents: Contents, part: Resource | None = None) -> Iterator[Missing]:
    """Yield what one resource names, or only some members of it; each of its values is looked at once."""
    moments = [moment for key in TIMES if (moment := read_moment(owner.get(key)))]
    at = max(moments, key=lambda moment: moment.last, default=NEVER)
    waiting: list[tuple[object, str, str]] = [(owner if part is None else part, "", where)]
    while waiting:
        value, key, place = waiting.pop()
        if isinstance(value, list):
            waiting += [(inner, key, f"{place}[{number}]") for number, inner in enumerate(value) if _holds(inner)]
        elif isinstance(value, dict) and value.get("deleted") is not True:
            if _is_reference(value, key):
                found = _missing(value, key, owner, contents)
                if found != (False, False):
                    yield Missing(place, text(value, "display"), at, *found)
            waiting += [
                (inner, name, f"{place}.{name}")
                for name, inner in value.items()
                if _holds(inner) and name != "contained"
            ]


def _holds(value: object) -> bool:
    """Return whether a value may be, or may hold, a reference; many empty ones cost a sender little."""
    return bool(value) and isinstance(value, list | dict)


def _is_reference(value: Resource, key: str) -> bool:
    if text(value, "reference"):
        return True
    names_something = any(value.get(name) for name in ("display", "identifier", "type"))
    return key in IN_PLACE and names_something and "item" not in value and "resourceType" not in value


def _missing(reference: Resource, key: str, owner: Resource, contents: Contents) -> tuple[bool, bool]:
    """Return whether a reference may mean a drug, and a result, that is not in the record."""
    said = text(reference, "reference")
    plain = local(said)
    known = (contents.deleted, contents.elsewhere)
    if contents.named(said) or any(name in names for names in known for name in (said, plain) if name):
        return False, False
    match = _KIND.match(plain)
    kind = text(reference, "type") or (match[0] if match and not plain.startswith("urn:") else "")
    if said.startswith("#"):
        inside = [resource for resource in tables(owner, "contained") if text(resource, "id") == said[1:]]
        kind = text(inside[0], "resourceType") if inside else ""
    if kind:
        return kind in (*DRUGS, "Medication"), kind in RESULTS
    return key in IN_PLACE, key in IN_PLACE
