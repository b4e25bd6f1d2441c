"""The addresses under /fhir that describe it: what is offered, and the definitions that an answer refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import cast

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import NotFound

from service.ehr.bodies import FHIR_JSON, refuse_unless_accepted
from service.ehr.fhir.contents.json_shapes import Resource
from service.ehr.fhir.definitions.capability import KINDS, capability_statement, operation_definition
from service.ehr.fhir.definitions.code_systems import code_systems, value_sets
from service.ehr.fhir.definitions.extensions import structure_definitions
from service.ehr.fhir.definitions.search import Published, asked_for, bundle
from service.ehr.fhir.definitions.vocabulary import Vocabulary
from service.server.messages.headers import Document
from service.server.messages.strict_json import dumps, written
from service.server.settings import Settings

PREFIX = "/fhir"
_KEY = "mas.fhir.definitions"
blueprint = Blueprint("fhir_definitions", __name__, url_prefix=PREFIX)


@dataclass(frozen=True, slots=True)
class Library:
    """All that a site publishes, written once: by kind and id as documents, and by kind to be searched."""

    metadata: Document
    documents: Mapping[tuple[str, str], Document]
    published: Mapping[str, tuple[Published, ...]]
    base: str
    root: str


def install(app: Flask, settings: Settings) -> None:
    """Register the addresses; each document is written once."""
    app.extensions[_KEY] = _library(settings)
    app.register_blueprint(blueprint)


def definitions(vocabulary: Vocabulary) -> Iterator[Resource]:
    """Yield every resource that is published, one kind after the other."""
    yield from structure_definitions(vocabulary)
    yield from code_systems(vocabulary)
    yield from value_sets(vocabulary)
    yield operation_definition(vocabulary)


def _library(settings: Settings) -> Library:
    documents: dict[tuple[str, str], Document] = {}
    published: dict[str, list[Published]] = {kind: [] for kind in KINDS}
    for resource in definitions(Vocabulary(settings.fhir_canonical)):
        kind, key = resource["resourceType"], resource["id"]
        documents[kind, key] = _document(resource)
        values = {name: resource[name] for name in ("url", "name", "version")}
        published[kind].append(Published(key, {"_id": key} | values, written(resource)))
    return Library(
        _document(capability_statement(settings)),
        documents,
        {kind: tuple(found) for kind, found in published.items()},
        f"{settings.public_url}{PREFIX}/" if settings.public_url else "",
        f"{settings.fhir_canonical}/",
    )


def _document(resource: Resource) -> Document:
    return Document(dumps(resource) + b"\n", FHIR_JSON)


def _here() -> Library:
    return cast("Library", current_app.extensions[_KEY])


@blueprint.before_request
def negotiate() -> None:
    """Refuse a caller who takes no JSON."""
    refuse_unless_accepted(FHIR_JSON)


@blueprint.get("/metadata")
def metadata() -> Response:
    """Serve the CapabilityStatement."""
    return _here().metadata.respond()


def _read(kind: str, key: str) -> Response:
    """Serve one definition."""
    document = _here().documents.get((kind, key))
    if document is None:
        raise NotFound(f"No {kind} has this id; GET {PREFIX}/{kind} finds all.")
    return document.respond()


def _search(kind: str) -> Response:
    """Serve the definitions that are searched for."""
    library = _here()
    search = asked_for(request.args.items(multi=True), request.headers.get("Prefer", ""))
    response = _document(bundle(kind, library.published[kind], search, library.base, library.root)).respond()
    response.vary.add("Prefer")
    return response


for _kind in KINDS:
    blueprint.add_url_rule(f"/{_kind}", f"search_{_kind}", partial(_search, _kind))
    blueprint.add_url_rule(f"/{_kind}/<key>", f"read_{_kind}", partial(_read, _kind))
