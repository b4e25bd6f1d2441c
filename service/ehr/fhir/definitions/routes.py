"""The addresses under /fhir that describe it: what is offered, and what an answer refers to."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app

from service.ehr.bodies import FHIR_JSON, refuse_unless_accepted
from service.ehr.fhir.contents.json_shapes import Resource
from service.ehr.fhir.definitions.capability import capability_statement, operation_definition
from service.ehr.fhir.definitions.vocabulary import Vocabulary
from service.server.messages.headers import Document
from service.server.messages.strict_json import dumps
from service.server.settings import Settings

_METADATA, _OPERATION = "mas.fhir.metadata", "mas.fhir.operation"
blueprint = Blueprint("fhir_definitions", __name__, url_prefix="/fhir")


def install(app: Flask, settings: Settings) -> None:
    """Register the addresses; each document is written once."""
    app.extensions[_METADATA] = _document(capability_statement(settings))
    app.extensions[_OPERATION] = _document(operation_definition(Vocabulary(settings.fhir_canonical)))
    app.register_blueprint(blueprint)


@blueprint.before_request
def negotiate() -> None:
    """Refuse a caller who takes no JSON."""
    refuse_unless_accepted(FHIR_JSON)


@blueprint.get("/metadata")
def metadata() -> Response:
    """Serve the CapabilityStatement."""
    return _served(_METADATA)


@blueprint.get("/OperationDefinition/evaluate-mas")
def operation() -> Response:
    """Serve the OperationDefinition."""
    return _served(_OPERATION)


def _served(key: str) -> Response:
    document: Document = current_app.extensions[key]
    return document.respond()


def _document(resource: Resource) -> Document:
    return Document(dumps(resource) + b"\n", FHIR_JSON)
