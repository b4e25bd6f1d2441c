"""The drugs that change what the criteria can see, from orders, dispensed packs, statements and administrations.

In doubt a drug counts: one that may suppress fever and ferritin must never let a panel look reassuring.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from service.clinical.assessment.treatments import THERAPIES
from service.clinical.panel.panel import Medication
from service.ehr.fhir.issues import Issue, issue
from service.ehr.fhir.json_shapes import Resource, codings, spoken, table, tables, text, token
from service.ehr.fhir.moments import LENGTH_OF_A_DAY, Moment, read_moment
from service.ehr.fhir.resources import DRUGS, Contents, Found
from service.ehr.terminology.code_map import CodeMap, words_in
from service.ehr.terminology.code_systems import ATC, RXNORM, system_name

GENERIC_OF_CODE = {
    code.casefold(): drug.name for one in THERAPIES.values() for drug in one.drugs for code in drug.codes
}
NOT_GIVEN = ("entered-in-error", "cancelled", "draft", "not-taken", "intended", "not-done", "declined")
NOT_ORDERED = ("proposal", "plan", "option")
WHOLE_ATC = 7  # shorter codes name a group, in which more than one drug may be


def medications(contents: Contents, codes: CodeMap, issues: list[Issue]) -> tuple[Medication, ...]:
    """Return the drugs that are known here, each with the day of its last dose if the record says so."""
    found: set[tuple[str, str]] = set()
    for one in contents.of(*DRUGS):
        concepts = _concepts(one.resource, contents)
        names = {name for concept in concepts for name in _names(concept, codes)}
        if names and _is_given(one.resource):
            day = _last_dose(one)
            found |= {(name, day) for name in names}
        elif names:
            issues.append(issue("drug_status", one.where))
        elif not any(map(_is_told, concepts)) and _is_given(one.resource):
            issues.append(issue("drug_not_named", one.where))
    return tuple(Medication(name, date.fromisoformat(day) if day else None) for name, day in sorted(found))


def named_drug(concept: Resource, codes: CodeMap) -> tuple[Medication, ...]:
    """Return the drugs that a CodeableConcept names; a text alone is kept as it is."""
    names = sorted(set(_names(concept, codes)))
    return tuple(Medication(name) for name in names) or tuple(Medication(one) for one in [text(concept, "text")] if one)


def _is_given(resource: Resource) -> bool:
    if resource.get("doNotPerform") is True:
        return False
    return token(resource, "status") not in NOT_GIVEN and token(resource, "intent") not in NOT_ORDERED


def _concepts(resource: Resource, contents: Contents) -> list[Resource]:
    """Return everything that names the drug: its concept, the Medication referred to, and what that is made of."""
    reference = table(resource, "medicationReference")
    target = contents.resolve(text(reference, "reference"), resource)
    parts = [concept for one in tables(target, "ingredient") for concept in _of_ingredient(one, resource, contents)]
    shown = {"text": text(reference, "display")}
    return [table(resource, "medicationCodeableConcept"), table(target, "code"), shown, *parts]


def _of_ingredient(ingredient: Resource, owner: Resource, contents: Contents) -> list[Resource]:
    reference = table(ingredient, "itemReference")
    target = contents.resolve(text(reference, "reference"), owner)
    return [table(ingredient, "itemCodeableConcept"), table(target, "code"), {"text": text(reference, "display")}]


def _names(concept: Resource, codes: CodeMap) -> Iterator[str]:
    """Yield the drugs by code (RxNorm and ATC as the medicine knows them, a site's own by name), then by word."""
    for system, code in codings(concept):
        name = system_name(system)
        if name in (RXNORM, ATC):
            yield from _by_code(code)
        if (name, code) in codes.drugs:
            yield codes.drugs[name, code]
    for said in spoken(concept):
        for word in words_in(said):
            if word in codes.drug_names:
                yield codes.drug_names[word]


def _is_told(concept: Resource) -> bool:
    """Return whether one can tell that the drug is another one: it has a name in words, or an ATC code.

    The ATC code of a group to which a known drug belongs tells that it may be this one, whatever the group is called.
    """
    classes = [code.casefold() for system, code in codings(concept) if system_name(system) == ATC]
    if any(len(one) < WHOLE_ATC and known.startswith(one) for one in classes for known in GENERIC_OF_CODE):
        return False
    return any(len(one) == WHOLE_ATC for one in classes) or any(map(words_in, spoken(concept)))


def _by_code(code: str) -> Iterator[str]:
    if code.casefold() in GENERIC_OF_CODE:
        yield GENERIC_OF_CODE[code.casefold()]


def _last_dose(found: Found) -> str:
    """Return the day of the last dose, "" if the record does not say; an order says only when it was written."""
    resource = found.resource
    if found.type == "MedicationRequest":
        bounds = [
            table(table(table(one, "timing"), "repeat"), "boundsPeriod")
            for one in tables(resource, "dosageInstruction")
        ]
        return _latest_day([one.get("end") for one in bounds]) if bounds and all("end" in one for one in bounds) else ""
    if "effectivePeriod" in resource:
        return _latest_day([table(resource, "effectivePeriod").get("end")])
    return _latest_day([resource.get("effectiveDateTime")]) if found.type == "MedicationAdministration" else ""


def _latest_day(raw: list[object]) -> str:
    moments: list[Moment] = [one for one in map(read_moment, raw) if one and one.text]
    is_whole = bool(moments) and len(moments) == len(raw)  # what has no end that can be read goes on
    return max(moments).text[:LENGTH_OF_A_DAY] if is_whole else ""
