"""What every answer of a site repeats, written once when it starts: its codes as concepts, and its pointers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import msgspec
from flask import Flask, current_app

from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.criteria_set import CriteriaSet
from service.clinical.evaluation.set_result import verdict_text
from service.clinical.measurement.interval import Verdict
from service.ehr.fhir.contents.json_shapes import Resource
from service.ehr.fhir.definitions.item_codes import ITEM_CODES
from service.ehr.fhir.definitions.vocabulary import (
    APPLICABILITY,
    CATEGORIES,
    COUNTED,
    VERDICTS,
    VERSION,
    Vocabulary,
    concept,
)
from service.server.messages.strict_json import dumps, written

MESSAGES = "messages"
"""The id of the contained OperationOutcome."""
_KEY = "mas.fhir.parts"


@dataclass(frozen=True, slots=True)
class FixedParts:
    """The written parts, by what they say; ``of_item`` are left open for the reason, ``codes`` go by code and label."""

    vocabulary: Vocabulary
    criteria: Mapping[str, msgspec.Raw]
    of_set: Mapping[Verdict, bytes]
    of_item: Mapping[str, bytes]
    applicability: Mapping[str, bytes]
    codes: Mapping[tuple[str, str], bytes]
    risks: Mapping[str, msgspec.Raw]
    pointers: Mapping[str, msgspec.Raw]
    to_messages: msgspec.Raw


def fixed_parts(root: str) -> FixedParts:
    """Write the parts of a site whose own codes and extensions stand below ``root``."""
    vocabulary = Vocabulary(root)
    category, verdict, fits, item = (
        vocabulary.code_system(key) for key in ("category", "verdict", "applicability", "item")
    )
    shown = {word: dumps(concept(verdict, word, text)) for word, text in VERDICTS.items()}
    to_result, to_messages = (
        vocabulary.address("StructureDefinition", key) for key in ("criteria-result", "evaluation-message")
    )
    return FixedParts(
        vocabulary,
        criteria={key: written(_criteria(vocabulary, criteria)) for key, criteria in CATALOGUE.items()},
        of_set={verdict: shown[verdict_text(verdict)] for verdict in Verdict},
        of_item={word: shown[word].removesuffix(b"}") for word in (*(verdict.value for verdict in Verdict), COUNTED)},
        applicability={word: dumps(concept(fits, word)) for word in APPLICABILITY},
        codes={(key, label): dumps(concept(item, key, text=label)) for key, label in ITEM_CODES},
        risks={key: written(concept(category, key, text, text)) for key, text in CATEGORIES.items()},
        pointers={key: _pointer(to_result, key) for key in CATALOGUE},
        to_messages=_pointer(to_messages, MESSAGES),
    )


def _criteria(vocabulary: Vocabulary, criteria: CriteriaSet) -> Resource:
    """Return a set; the version of a Coding is that of the code system, so that of the set stands in the text."""
    text = f"{criteria.title}, version {criteria.version}"
    shown = concept(vocabulary.code_system("criteria"), criteria.id, text=text)
    shown["coding"][0]["version"] = VERSION
    return shown


def _pointer(address: str, key: str) -> msgspec.Raw:
    return written({"url": address, "valueReference": {"reference": f"#{key}"}})


def install(app: Flask, root: str) -> None:
    """Write the parts of the application's site."""
    app.extensions[_KEY] = fixed_parts(root)


def here() -> FixedParts:
    """Return the parts of the application that is serving."""
    return cast("FixedParts", current_app.extensions[_KEY])
