"""The addresses under /cds-services: discovery, the service itself, and feedback."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, current_app
from werkzeug.exceptions import HTTPException, NotFound, PreconditionFailed, UnprocessableEntity

from service.clinical.assessment.assess import assess
from service.ehr import counting
from service.ehr.bodies import JSON, answer, read_json, refuse_unless_accepted
from service.ehr.cds_hooks.card import cards
from service.ehr.cds_hooks.discovery import SERVICE_ID, discovery
from service.ehr.cds_hooks.feedback import take_feedback
from service.ehr.cds_hooks.prefetch_state import MISSING, NOT_SENT, OUTCOME, UNREADABLE, WITH_DATA, prefetch_state
from service.ehr.cds_hooks.request import CdsRequest, read_cds_request
from service.ehr.fhir.answer import fixed_parts
from service.ehr.fhir.answer.errors import MIXED, described, failed, our_fault, with_request_id
from service.ehr.fhir.answer.outcome import failure
from service.ehr.fhir.parameters import Given
from service.ehr.fhir.record import FhirRecord, read_record
from service.ehr.fhir.temperature_page import settled
from service.ehr.results.person import MixedPatients
from service.ehr.site import Site, here
from service.ehr.terminology.prefetch_template import PREFETCH_KEYS, REQUIRED_KEY
from service.server.access import audience_is_endpoint
from service.server.messages.headers import Document
from service.server.messages.strict_json import dumps
from service.server.observing.traces import phase

PREFIX = "/cds-services"
NOT_READABLE = "and the results are not readable from a permitted FHIR server."
NOT_SENT_DETAIL = f"Nothing was sent under prefetch.labs, {NOT_READABLE}"
UNUSABLE_DETAIL = (
    "Nothing under prefetch.labs could be read. A FHIR resource is needed there as a JSON object, with resourceType "
    f"spelt as in FHIR (Bundle) and with the entries that total counts, {NOT_READABLE}"
)
QUERY_FAILED_DETAIL = f"The resource sent under prefetch.labs says that the query failed, {NOT_READABLE}"
TEMPERATURE = "temperature"  # the one key that asks for a single test
FAILED_QUERY = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "incomplete"}]}
_DISCOVERY = "mas.cds.discovery"
_FURTHER = "mas.cds.further"
blueprint = Blueprint("cds", __name__)


def install(app: Flask, site: Site) -> None:
    """Register the addresses; the discovery document is written once."""
    app.extensions[_DISCOVERY] = Document(dumps(discovery(site.settings, site.codes)) + b"\n", JSON)
    app.register_blueprint(blueprint)
    if site.settings.fhir_fetch_servers:
        from service.ehr.cds_hooks.fetch import further  # noqa: PLC0415  # requests takes long to import, and only this needs it

        app.extensions[_FURTHER] = further


def error_answer(error: Exception) -> Response:
    """Return what a CDS client is told when something goes wrong: an OperationOutcome, as JSON, without a value."""
    if not isinstance(error, HTTPException):
        return our_fault(error, JSON)
    if error.code == 401:
        return failed(error, failure(401, "Authentication is required."), JSON)
    found = failure(error.code or 500, described(error))
    if type(error) is PreconditionFailed:  # not Stale
        coding = fixed_parts.here().vocabulary.issue_coding("prefetch_missing")
        found = failure(412, error.description or "", coding, [f"prefetch.{REQUIRED_KEY}"])
    return failed(error, with_request_id(found), JSON)


@blueprint.before_request
def negotiate() -> None:
    """Refuse a caller who takes no JSON."""
    refuse_unless_accepted(JSON)


@blueprint.get(PREFIX, strict_slashes=False)
@audience_is_endpoint
def discover() -> Response:
    """Serve the list of services."""
    document: Document = current_app.extensions[_DISCOVERY]
    return document.respond()


@blueprint.post(f"{PREFIX}/<service>", strict_slashes=False)
@audience_is_endpoint
def call_service(service: str) -> Response:
    """Answer one call with at most one card."""
    _refuse_unknown(service)
    with phase("read"):
        call = read_cds_request(read_json(), here().settings.cds_hooks)
        record = _record(call)
    with phase("assess"):
        assessment = assess(record.panel, record.criteria)
    counting.assessed("cds", assessment, record.issues, call.patient)
    with phase("write"):
        return answer({"cards": cards(call, record, assessment, here().settings)}, JSON)


@blueprint.post(f"{PREFIX}/<service>/feedback", strict_slashes=False)
@audience_is_endpoint
def feedback(service: str) -> Response:
    """Count what became of cards."""
    _refuse_unknown(service)
    take_feedback(read_json(), fixed_parts.here().vocabulary.override)
    return answer({}, JSON)


def _refuse_unknown(service: str) -> None:
    if service != SERVICE_ID:
        raise NotFound("There is no service with this id; GET /cds-services lists them.")


def _record(call: CdsRequest) -> FhirRecord:
    try:
        return read_record(Given(documents=_documents(call)), here().codes, here().look_back)
    except MixedPatients:
        raise UnprocessableEntity(MIXED) from None


def _documents(call: CdsRequest) -> list[tuple[Any, str]]:
    """Return what was prefetched and, where the site allows it, read what was not; raises PreconditionFailed."""
    states = {key: prefetch_state(call.prefetch, key) for key in PREFETCH_KEYS}
    for key, state in states.items():
        counting.prefetched(key, state)
    held = {key: call.prefetch[key] for key, state in states.items() if state in WITH_DATA}
    if TEMPERATURE in held:
        held[TEMPERATURE] = settled(held[TEMPERATURE], here().codes.templates[TEMPERATURE], here().codes)
    absent = [key for key, state in states.items() if state in NOT_SENT]
    further = current_app.extensions.get(_FURTHER)
    held, in_vain = further(here(), call, held, absent) if further else (held, [])
    if REQUIRED_KEY in absent and REQUIRED_KEY not in held:
        raise PreconditionFailed(_why_absent(states[REQUIRED_KEY]))
    lost = {key for key in absent if key in call.prefetch or key in in_vain}  # what is no resource says no less
    failed = {key: _in_place_of(call, key, states[key]) for key in absent if key not in held and key in lost}
    return [(document, f"prefetch.{key}") for key, document in (held | failed).items()]


def _in_place_of(call: CdsRequest, key: str, state: str) -> Any:
    """Return what the record holds in place of data, so that it is told what could not be read."""
    if state != UNREADABLE:
        return FAILED_QUERY
    sent = call.prefetch[key]
    return sent if isinstance(sent, dict) else {}


def _why_absent(state: str) -> str:
    if state == MISSING:
        return NOT_SENT_DETAIL
    return QUERY_FAILED_DETAIL if state == OUTCOME else UNUSABLE_DETAIL
