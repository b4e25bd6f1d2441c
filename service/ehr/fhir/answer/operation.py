"""The addresses under /fhir: one operation, and the two documents that describe it."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app
from werkzeug.exceptions import HTTPException, UnprocessableEntity

from service.clinical.assessment.assess import assess
from service.ehr import counting
from service.ehr.bodies import FHIR_JSON, answer, read_json, refuse_unless_accepted
from service.ehr.fhir.answer.capability import capability_statement, operation_definition
from service.ehr.fhir.answer.errors import MIXED, described, failed, our_fault, with_request_id
from service.ehr.fhir.answer.outcome import failure
from service.ehr.fhir.answer.risk_assessment import risk_assessment
from service.ehr.fhir.contents.json_shapes import text
from service.ehr.fhir.contents.resources import READ
from service.ehr.fhir.record import FhirRecord, read_request
from service.ehr.results.person import MixedPatients
from service.ehr.site import here
from service.server.messages.headers import Document
from service.server.messages.strict_json import dumps
from service.server.observing.traces import phase
from service.server.settings import Settings

PREFIX = "/fhir"
STARTS = ("Bundle", "Parameters", *READ)
NOT_FHIR = (
    "Send a Bundle, Parameters, a DiagnosticReport, an Observation or an array of Observations. "
    "A panel that is no FHIR goes to POST /v1/assessments."
)

_METADATA, _OPERATION = "mas.fhir.metadata", "mas.fhir.operation"
blueprint = Blueprint("fhir", __name__, url_prefix=PREFIX)


class Unprocessable(UnprocessableEntity):
    """A record that was understood but cannot be used: the key of the reason, and where."""

    def __init__(self, key: str, description: str, *where: str) -> None:
        super().__init__(description)
        self.key = key
        self.where = where


def install(app: Flask, settings: Settings) -> None:
    """Register the addresses; the two documents are written once."""
    cors = bool(settings.cors_origins)
    app.extensions[_METADATA] = _document(capability_statement(settings.public_url, settings.auth_mode, cors=cors))
    app.extensions[_OPERATION] = _document(operation_definition())
    app.register_blueprint(blueprint)


def error_answer(error: Exception) -> Response:
    """Return the OperationOutcome for anything that goes wrong under /fhir; it names the request, never a value."""
    if not isinstance(error, HTTPException):
        return our_fault(error, FHIR_JSON)
    key, where = (error.key, error.where) if isinstance(error, Unprocessable) else ("", ())
    found = failure(error.code or 500, described(error), key, where)
    return failed(error, with_request_id(found), FHIR_JSON)


@blueprint.before_request
def negotiate() -> None:
    """Refuse a caller who takes no JSON."""
    refuse_unless_accepted(FHIR_JSON)


@blueprint.post("/$evaluate-mas")
def evaluate_mas() -> Response:
    """Assess the record in the body."""
    with phase("read"):
        record = _record()
    with phase("assess"):
        assessment = assess(record.panel, record.criteria)
    counting.assessed("fhir", assessment, record.issues, record.subject.name)
    with phase("write"):
        return answer(risk_assessment(record, assessment), FHIR_JSON)


def _record() -> FhirRecord:
    document = read_json()
    if not isinstance(document, list) and text(document, "resourceType") not in STARTS:
        raise Unprocessable("structure", NOT_FHIR, "resourceType")
    try:
        return read_request(document, here().codes, here().look_back)
    except MixedPatients:
        raise Unprocessable("mixed_patients", MIXED, "Observation.subject") from None


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


def _document(resource: dict[str, object]) -> Document:
    return Document(dumps(resource) + b"\n", FHIR_JSON)
