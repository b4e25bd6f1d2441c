"""The drugs that change what the criteria can see, from orders, dispensed packs, statements and administrations.

What names and codes mean is decided where every way in decides it; here they are only found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from service.clinical.panel.moment import DAY_LENGTH, Moment
from service.clinical.panel.panel import Medication
from service.ehr.fhir.contents.containers import Missing, missing_of
from service.ehr.fhir.contents.empty_lists import empty_lists
from service.ehr.fhir.contents.json_shapes import Resource, codings, spoken, table, tables, text, token
from service.ehr.fhir.contents.resources import DRUGS, Contents, Found
from service.ehr.fhir.patient.drugs_elsewhere import drugs_elsewhere
from service.ehr.issues import Issue, issue
from service.ehr.results.moments import read_moment
from service.ehr.terminology.code_map import CodeMap
from service.ehr.terminology.drugs import UNREADABLE, DrugLookup, SaidOfDrug

NOT_GIVEN = ("entered-in-error", "cancelled", "draft", "not-taken", "intended", "not-done", "declined")
NOT_ORDERED = ("proposal", "plan", "option")
NO_ORDER = "MedicationKnowledge"  # what is known of a drug, not that anybody takes it
HEADING = "medications"
Resolve = Callable[[str], Resource | None]


class Said(NamedTuple):
    """A drug as one place of a record says it: its name, the day of the last dose or "", and the place."""

    name: str
    day: str
    where: str


@dataclass(frozen=True, slots=True)
class Drugs:
    """What a record says of drugs, by place.

    ``told`` are those named beside it, ``given`` those that count or cannot be told, ``not_given`` the places of those
    that would but for their status. ``unread`` are things that may be drugs; of several in one ``kind`` one counts.
    """

    told: tuple[Medication, ...] = ()
    given: tuple[Said, ...] = ()
    not_given: tuple[str, ...] = ()
    unread: tuple[tuple[str, Said], ...] = ()
    issues: tuple[Issue, ...] = ()

    def standing_at(self, counts: Callable[[str], bool]) -> Drugs:
        """Return what of it stands at the places that count."""
        return replace(
            self,
            given=tuple([said for said in self.given if counts(said.where)]),
            not_given=tuple([where for where in self.not_given if counts(where)]),
            unread=tuple([(kind, said) for kind, said in self.unread if counts(said.where)]),
        )

    @property
    def medications(self) -> tuple[Medication, ...]:
        """The drugs that count or cannot be told, each with the day of its last dose if the record says so."""
        found: dict[tuple[str, str], str] = {}
        for name, day, where in self.given:
            found.setdefault((name, day), where)
        unread: dict[str, Said] = {}
        for kind, said in self.unread:
            unread.setdefault(kind, said)
        return (
            *self.told,
            *(_medication(name, day, where) for (name, day), where in sorted(found.items())),
            *(_medication(*said) for said in unread.values()),
        )

    @property
    def remarks(self) -> list[Issue]:
        """What is to be said of those that do not count."""
        return [*(issue("drug_status", where) for where in self.not_given), *self.issues]


def read_drugs(contents: Contents, codes: CodeMap, told: Iterable[tuple[Resource, str]] = ()) -> Drugs:
    """Return what a record says of drugs.

    ``told`` are Medications, or concepts under their ``code``, that a caller names beside the record.
    """
    lookup = DrugLookup(codes)
    named = tuple([drug for resource, where in told for drug in _named(resource, lookup, where)])
    given, not_given = list[Said](), list[str]()
    for statement in contents.of(*DRUGS):
        names = _names(_concepts(statement.resource, _resolver(contents, statement.resource)), lookup)
        if _is_given(statement.resource):
            day = _last_dose(statement) if names else ""
            given += [Said(name, day, statement.where) for name in names]
        elif any(reading.drugs for name in names if (reading := lookup.read(name))):
            not_given.append(statement.where)
    given += [Said(*found) for found in drugs_elsewhere(contents, codes)]
    unread = tuple(_unread(contents, lookup))
    return Drugs(named, tuple(given), tuple(not_given), unread, tuple(lookup.issues()))


def _unread(contents: Contents, lookup: DrugLookup) -> Iterator[tuple[str, Said]]:
    """Yield what stands for drugs in a form that is not read, in an empty list, or named and not in the record."""
    for kind, places in contents.unread.items():
        if kind.startswith("Medication") and kind != NO_ORDER:
            yield from ((kind, Said(UNREADABLE, "", where)) for where in places)
    for where in empty_lists(contents, lookup.codes, HEADING):
        yield where, Said(UNREADABLE, "", where)
    for missing in missing_of(contents):
        if missing.may_be_drug:
            for name in _missing_drugs(missing, lookup):
                yield f"missing {name}", Said(name, "", missing.where)


def _missing_drugs(missing: Missing, lookup: DrugLookup) -> list[str]:
    """Return the names of a drug that the record names and does not hold; what may be a result has to look like one."""
    if not missing.display:
        return [UNREADABLE]
    reading = lookup.read(missing.display)
    if reading is None:
        return [UNREADABLE]
    is_drug = bool(reading.drugs or reading.classes or reading.near)
    return [missing.display] if is_drug or not missing.may_be_result else []


def names_anything(resource: Resource) -> bool:
    """Return whether a Medication, or a concept under its ``code``, says anything of a drug."""
    return any(codings(concept) or any(spoken(concept)) for group in _groups_of(resource) for concept in group)


def _named(resource: Resource, lookup: DrugLookup, where: str) -> Iterator[Medication]:
    return (_medication(name, "", where) for name in _names(_groups_of(resource), lookup))


def _groups_of(medication: Resource) -> list[list[Resource]]:
    return [[table(medication, "code")], *_ingredients(medication, _contained(medication).get)]


def _medication(name: str, day: str, where: str) -> Medication:
    return Medication(name, date.fromisoformat(day) if day else None, (where,))


def _is_given(resource: Resource) -> bool:
    if resource.get("doNotPerform") is True:
        return False
    return token(resource, "status") not in NOT_GIVEN and token(resource, "intent") not in NOT_ORDERED


def _concepts(resource: Resource, resolve: Resolve) -> list[list[Resource]]:
    """Return what names the drug (its concept, the Medication referred to), then the same of each ingredient."""
    reference, coded = table(resource, "medicationReference"), table(resource, "medication")
    references = [reference, table(coded, "reference"), coded]  # of R4, of R5, and of a plain Reference
    targets = [resolve(text(reference, "reference")) or {} for reference in references]
    shown = [{"text": text(reference, "display")} for reference in references]
    named = [table(resource, "medicationCodeableConcept"), table(coded, "concept")]
    product = [*named, *(table(target, "code") for target in targets), *shown]
    return [product, *(group for target in targets for group in _ingredients(target, resolve))]


def _ingredients(medication: Resource, resolve: Resolve) -> Iterator[list[Resource]]:
    """Yield what names each ingredient; one that says nothing has no concepts."""
    for ingredient in [*tables(medication, "ingredient"), *tables(table(medication, "product"), "ingredient")]:
        if not ingredient:
            yield []
            continue
        item = table(ingredient, "item")
        named = (table(ingredient, "itemReference"), table(item, "reference"), item)
        references = [reference for reference in named if reference]
        targets = [table(resolve(text(reference, "reference")), "code") for reference in references]
        shown = [{"text": text(reference, "display")} for reference in references]
        concepts = [table(ingredient, "itemCodeableConcept"), table(item, "concept"), *targets, *shown]
        yield [concept for concept in concepts if concept]


def _resolver(contents: Contents, owner: Resource) -> Resolve:
    """Return what finds the resource of a reference; what the owner contains is indexed once."""
    inside = _contained(owner)
    return lambda reference: inside.get(reference) if reference.startswith("#") else contents.resolve(reference, owner)


def _contained(owner: Resource) -> dict[str, Resource]:
    return {f"#{text(inner, 'id')}": inner for inner in reversed(tables(owner, "contained"))}


def _names(groups: list[list[Resource]], lookup: DrugLookup) -> list[str]:
    """Return the drugs of a product and its ingredients; ingredients that are told tell the product too."""
    product, *parts = [_said(group, lookup) for group in groups]
    if parts and not product.is_told and all(part.is_told for part in parts):
        product.readings += [reading for part in parts for reading in part.readings]
    names = (name for part in parts for name in (part.names() if part.says_anything else [UNREADABLE]))
    return list(dict.fromkeys([*product.names(), *(name for name in names if name or not product.is_told)]))


def _said(concepts: Iterable[Resource], lookup: DrugLookup) -> SaidOfDrug:
    """Read what concepts for one drug say: RxNorm, ATC and a site's own codes, then words."""
    said = SaidOfDrug()
    for concept in concepts:
        for system, code in codings(concept):
            said.add_code(system, code, lookup)
        said.add_words(spoken(concept), lookup)
    return said


def _last_dose(found: Found) -> str:
    """Return the day of the last dose, "" if the record does not say; an order says only when it was written."""
    resource = found.resource
    if found.type == "MedicationRequest":
        bounds = [
            table(table(table(dosage, "timing"), "repeat"), "boundsPeriod")
            for dosage in tables(resource, "dosageInstruction")
        ]
        is_bound = bool(bounds) and all("end" in bound for bound in bounds)
        return _latest_day([bound.get("end") for bound in bounds]) if is_bound else ""
    if "effectivePeriod" in resource:
        return _latest_day([table(resource, "effectivePeriod").get("end")])
    return _latest_day([resource.get("effectiveDateTime")]) if found.type == "MedicationAdministration" else ""


def _latest_day(raw: list[object]) -> str:
    moments: list[Moment] = [moment for moment in map(read_moment, raw) if moment and moment.text]
    is_whole = bool(moments) and len(moments) == len(raw)  # what has no end that can be read goes on
    return max(moments).text[:DAY_LENGTH] if is_whole else ""
