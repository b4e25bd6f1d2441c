"""The head that all our published resources share: their identity, whose they are, and a text to be read."""

from __future__ import annotations

from html import escape

from service.ehr.fhir.contents.json_shapes import Resource
from service.ehr.fhir.definitions.vocabulary import PUBLISHED, VERSION, Vocabulary

FHIR_VERSION = "4.0.1"
PUBLISHER = "Maintainers of the MAS risk service"


def header(vocabulary: Vocabulary, kind: str, key: str, title: str, description: str) -> Resource:
    """Return the head of a resource; its name is that of its id in capitals, as programs can use it."""
    return {
        "resourceType": kind,
        "id": key,
        "text": {"status": "generated", "div": _narrative(title, description)},
        "url": vocabulary.address(kind, key),
        "version": VERSION,
        "name": "".join(word.capitalize() for word in key.split("-")),
        "title": title,
        "status": "active",
        "experimental": False,
        "date": PUBLISHED,
        "publisher": PUBLISHER,
        "description": description,
    }


def _narrative(title: str, description: str) -> str:
    return f'<div xmlns="http://www.w3.org/1999/xhtml"><p><b>{escape(title)}</b></p><p>{escape(description)}</p></div>'
