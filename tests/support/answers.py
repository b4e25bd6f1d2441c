"""What an answer in FHIR is made with, as a service without settings makes it, and the codes that it holds."""

from collections.abc import Iterator
from typing import Any

from service.ehr.fhir.answer.fixed_parts import fixed_parts
from service.ehr.fhir.definitions.code_systems import code_systems
from service.ehr.fhir.definitions.vocabulary import Vocabulary
from service.server.settings import DEFAULTS

ROOT = DEFAULTS.fhir_canonical
PARTS = fixed_parts(ROOT)
PUBLISHED = {
    (system["url"], concept["code"]): {
        concept.get("display"),
        *(other["value"] for other in concept.get("designation", ())),
    }
    for system in code_systems(Vocabulary(ROOT))
    for concept in system["concept"]
}
"""By system and code: how each code of our own may be shown."""


def own_codes(node: Any) -> Iterator[tuple[str, str, str | None]]:
    """Yield system, code and display of every coding of our own in a document, wherever it stands."""
    if isinstance(node, dict) and str(node.get("system", "")).startswith(ROOT) and "code" in node:
        yield node["system"], node["code"], node.get("display")
    for below in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from own_codes(below)


def not_published(document: Any) -> list[tuple[str, str, str | None]]:
    """Return the codings of a document that are not among the published codes, or are shown in other words."""
    return [
        (system, code, display)
        for system, code, display in own_codes(document)
        if (system, code) not in PUBLISHED or (display and display not in PUBLISHED[system, code])
    ]
