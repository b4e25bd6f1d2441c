"""Our code systems as FHIR has them, each with the ValueSet of all its codes. The codes come from the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from service.clinical.assessment.warning_kinds import MEANINGS
from service.clinical.criteria import CATALOGUE
from service.ehr.fhir.contents.json_shapes import Resource
from service.ehr.fhir.definitions.header import header
from service.ehr.fhir.definitions.item_codes import ITEM_CODES
from service.ehr.fhir.definitions.vocabulary import (
    APPLICABILITY,
    CATEGORIES,
    OVERRIDE_REASONS,
    TOPICS,
    VERDICTS,
    Vocabulary,
)
from service.ehr.issues import FAULTS, REASONS, REFUSALS

KIND, ALL_CODES = "CodeSystem", "ValueSet"
OF_A_SET = (
    ("version", "The version of the set; it changes with its numbers."),
    ("kind", "The nature of the set: classification, diagnostic guideline or score."),
    ("population", "The patients that it was made from."),
    ("doi", "The DOI of its first source."),
)
"""The properties of a criteria set, all of them texts."""


@dataclass(frozen=True, slots=True)
class Codes:
    """One code system: its title, what it is for, its concepts, and the properties that they may have."""

    title: str
    description: str
    concepts: tuple[Resource, ...]
    properties: tuple[tuple[str, str], ...] = ()


def _shown(words: Mapping[str, str]) -> tuple[Resource, ...]:
    return tuple({"code": code, "display": text} for code, text in words.items())


def _defined(meanings: Mapping[str, str]) -> tuple[Resource, ...]:
    return tuple(
        {"code": code, "display": code.replace("_", " ").capitalize(), "definition": text}
        for code, text in meanings.items()
    )


def _sets() -> Iterator[Resource]:
    for key, criteria in CATALOGUE.items():
        audit = criteria.audit
        values = (
            criteria.version,
            criteria.kind,
            audit.population,
            next((reference.doi for reference in criteria.references if reference.doi), ""),
        )
        told = [
            {"code": name, "valueString": value} for (name, _), value in zip(OF_A_SET, values, strict=True) if value
        ]
        yield {"code": key, "display": criteria.title, "definition": audit.intent, "property": told}


def _items() -> Iterator[Resource]:
    """Yield each code with its first label; where sets name one thing differently, the others are designations."""
    labels: dict[str, list[str]] = {}
    for key, label in ITEM_CODES:
        labels.setdefault(key, []).append(label)
    for key, (display, *others) in labels.items():
        further = {"designation": [{"value": label} for label in others]} if others else {}
        yield {"code": key, "display": display} | further


CODE_SYSTEMS = {
    "category": Codes(
        "Category of a panel",
        "How likely macrophage activation syndrome is by the criteria that fit the patient.",
        _shown(CATEGORIES),
    ),
    "criteria": Codes("Criteria sets", "The published criteria sets and scores.", tuple(_sets()), OF_A_SET),
    "item": Codes(
        "Items of criteria sets",
        "The items and parts of all criteria sets, and what sums a set up. An item below others names them, "
        "with points between.",
        tuple(_items()),
    ),
    "verdict": Codes("Verdict", "The verdict on a criteria set, a part or an item.", _shown(VERDICTS)),
    "applicability": Codes(
        "Applicability", "Whether a criteria set was made for patients like this one.", _defined(APPLICABILITY)
    ),
    "issue": Codes(
        "Issues",
        "The reasons why a part of a record could not be used or is odd, and why a request is refused.",
        _defined({**REASONS, **FAULTS, **MEANINGS, **REFUSALS}),
    ),
    "topic": Codes("Topics of cards", "The subject of a card.", _shown(TOPICS)),
    "override-reason": Codes(
        "Reasons to pass over a card", "The reasons of a user who passes over a card.", _shown(OVERRIDE_REASONS)
    ),
}


def code_systems(vocabulary: Vocabulary) -> Iterable[Resource]:
    """Yield every CodeSystem, complete."""
    for key, codes in CODE_SYSTEMS.items():
        properties = [{"code": name, "description": meaning, "type": "string"} for name, meaning in codes.properties]
        yield {
            **header(vocabulary, KIND, key, codes.title, codes.description),
            "caseSensitive": True,
            "valueSet": vocabulary.address(ALL_CODES, key),
            "content": "complete",
            "count": len(codes.concepts),
            **({"property": properties} if properties else {}),
            "concept": list(codes.concepts),
        }


def value_sets(vocabulary: Vocabulary) -> Iterable[Resource]:
    """Yield the ValueSet of all codes of each code system."""
    for key, codes in CODE_SYSTEMS.items():
        yield {
            **header(vocabulary, ALL_CODES, key, f"{codes.title}: all codes", codes.description),
            "compose": {"include": [{"system": vocabulary.code_system(key)}]},
        }
