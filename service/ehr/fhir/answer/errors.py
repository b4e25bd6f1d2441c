"""What a caller of an EHR interface is told when something goes wrong: an OperationOutcome without a value."""

from __future__ import annotations

from flask import Response
from werkzeug.exceptions import HTTPException

from service.ehr.bodies import answer
from service.ehr.fhir.answer.outcome import failure
from service.ehr.fhir.contents.json_shapes import Resource
from service.server.messages.http_errors import OUR_FAULT, kept_headers, told
from service.server.observing import logs
from service.server.observing.exchange import current

MIXED = "The record holds results of more than one patient; send one patient at a time."
OFFERED = {
    404: "Nothing is here; POST /fhir/$evaluate-mas takes a record, GET /cds-services lists the hooks.",
    405: "The methods allowed here are in the Allow header.",
}


def described(error: HTTPException) -> str:
    """Return what a caller is told of an error."""
    return told(error, OFFERED)


def failed(error: HTTPException, outcome: Resource, media_type: str) -> Response:
    """Return the answer to a request that failed, with the headers that its status needs."""
    found = answer(outcome, media_type, error.code or 500)
    found.headers.extend(kept_headers(error))
    return found


def our_fault(error: Exception, media_type: str) -> Response:
    """Log a fault of ours and return the answer, which tells nothing of it but the request."""
    logs.exception(error)
    return answer(with_request_id(failure(500, OUR_FAULT)), media_type, 500)


def with_request_id(outcome: Resource) -> Resource:
    """Name the request in the first issue of an OperationOutcome."""
    outcome["issue"][0]["diagnostics"] = f"request id {current().request_id}"
    return outcome
