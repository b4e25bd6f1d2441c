"""Any exception becomes one problem+json: without a traceback, without a word of what a patient's value was."""

from __future__ import annotations

from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException, NotAcceptable, NotFound

from service.api import counting
from service.api.error_messages import nearest
from service.api.problems import InvalidRequest, invalid_detail, problem
from service.api.request.body import JSON, MalformedJson
from service.server.messages.http_errors import OUR_FAULT, kept_headers, told
from service.server.messages.media_types import accepts
from service.server.messages.problem_kinds import MALFORMED_JSON, MEDIA_TYPE
from service.server.messages.strict_json import LONGEST_KEY
from service.server.observing import exchange, logs

DETAILS = {
    401: "Send a key or a token as Authorization: Bearer.",
    404: "Nothing is here; GET /openapi.yaml lists the addresses.",
    405: "The methods allowed here are in the Allow header.",
    408: "The body did not arrive in time; send it again.",
}


def answer(error: Exception) -> Response:
    """Return the problem for anything that can go wrong."""
    if isinstance(error, InvalidRequest):
        return _invalid(error)
    return _http(error) if isinstance(error, HTTPException) else _unexpected(error)


def refuse_unless_json_is_accepted() -> None:
    """Raise NotAcceptable if the caller's Accept rules JSON out; one that names problem+json thought only of errors."""
    if not accepts(JSON, MEDIA_TYPE):
        raise NotAcceptable("The answer is application/json.")


def _invalid(error: InvalidRequest) -> Response:
    counting.refused(error.entries)
    return problem(422, invalid_detail(error.entries), exchange.current().request_id, error.entries)


def _http(error: HTTPException) -> Response:
    kind = MALFORMED_JSON if isinstance(error, MalformedJson) else None
    answer = problem(error.code or 500, told(error, DETAILS) + _meant(error), exchange.current().request_id, kind=kind)
    answer.headers.extend(kept_headers(error))
    return answer


def _meant(error: HTTPException) -> str:
    """Return which address was probably meant where there is none; what was sent is never said back."""
    if not isinstance(error, NotFound) or request.url_rule is not None:
        return ""
    addresses = [rule.rule for rule in current_app.url_map.iter_rules() if not rule.arguments]
    meant = nearest(request.path[:LONGEST_KEY], addresses)
    return f" Did you mean {meant}?" if meant else ""


def _unexpected(error: Exception) -> Response:
    logs.exception(error)
    return problem(500, OUR_FAULT, exchange.current().request_id)
