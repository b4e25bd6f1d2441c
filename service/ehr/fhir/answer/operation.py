"""The operation under /fhir, and what is answered when something goes wrong there."""

from __future__ import annotations

from flask import Blueprint, Flask, Response
from werkzeug.exceptions import HTTPException, UnprocessableEntity

from service.clinical.assessment.assess import assess
from service.ehr import counting
from service.ehr.bodies import FHIR_JSON, answer, read_json, refuse_unless_accepted
from service.ehr.fhir.answer import fixed_parts
from service.ehr.fhir.answer.errors import MIXED, described, failed, our_fault, with_request_id
from service.ehr.fhir.answer.outcome import failure
from service.ehr.fhir.answer.risk_assessment import risk_assessment
from service.ehr.fhir.contents.json_shapes import text
from service.ehr.fhir.contents.resources import READ
from service.ehr.fhir.record import FhirRecord, read_request
from service.ehr.results.person import MixedPatients
from service.ehr.site import here
from service.server.observing.traces import phase
from service.server.settings import Settings

PREFIX = "/fhir"
STARTS = ("Bundle", "Parameters", *READ)
NOT_FHIR = (
    "Send a Bundle, Parameters, a DiagnosticReport, an Observation or an array of Observations. "
    "A panel that is no FHIR goes to POST /v1/assessments."
)

blueprint = Blueprint("fhir", __name__, url_prefix=PREFIX)


class Unprocessable(UnprocessableEntity):
    """A record that was understood but cannot be used: the key of the reason, and where."""

    def __init__(self, key: str, description: str, *where: str) -> None:
        super().__init__(description)
        self.key = key
        self.where = where


def install(app: Flask, settings: Settings) -> None:
    """Register the address; what every answer repeats is written once."""
    fixed_parts.install(app, settings.fhir_canonical)
    app.register_blueprint(blueprint)


def error_answer(error: Exception) -> Response:
    """Return the OperationOutcome for anything that goes wrong under /fhir; it names the request, never a value."""
    if not isinstance(error, HTTPException):
        return our_fault(error, FHIR_JSON)
    key, where = (error.key, error.where) if isinstance(error, Unprocessable) else ("", ())
    coding = fixed_parts.here().vocabulary.issue_coding(key) if key else None
    found = failure(error.code or 500, described(error), coding, where)
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
        return answer(risk_assessment(record, assessment, fixed_parts.here()), FHIR_JSON)


def _record() -> FhirRecord:
    document = read_json()
    if not isinstance(document, list) and text(document, "resourceType") not in STARTS:
        raise Unprocessable("structure", NOT_FHIR, "resourceType")
    try:
        return read_request(document, here().codes, here().look_back)
    except MixedPatients:
        raise Unprocessable("mixed_patients", MIXED, "Observation.subject") from None
