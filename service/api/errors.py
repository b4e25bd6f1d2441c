"""Any exception becomes one problem+json: without a traceback, without a word of what a patient's value was."""

from __future__ import annotations

import uuid

from flask import Response, g, request
from werkzeug.exceptions import HTTPException, NotAcceptable

from service.api.problems import MEDIA_TYPE, InvalidRequest, invalid_detail, problem

ACCEPTED = ("application/json", MEDIA_TYPE)


def request_id() -> str:
    """Return the id of the request, the one in its log line."""
    if "request_id" not in g:
        g.request_id = str(uuid.uuid4())
    return str(g.request_id)


def answer(error: Exception) -> Response:
    """Return the problem for anything that can go wrong."""
    if isinstance(error, InvalidRequest):
        return _invalid(error)
    return _http(error) if isinstance(error, HTTPException) else _unexpected(error)


def refuse_unless_json_is_accepted() -> None:
    """Raise NotAcceptable if the caller's Accept rules JSON out."""
    accepted = request.accept_mimetypes
    if accepted and not any(accepted[one] > 0 for one in ACCEPTED):
        raise NotAcceptable("The answer is application/json.")


def _invalid(error: InvalidRequest) -> Response:
    return problem(422, invalid_detail(error.entries), request_id(), error.entries)


def _http(error: HTTPException) -> Response:
    found = error.get_response()
    status = error.code or 500
    if status < 400:
        return Response(found.get_data(), status, dict(found.headers))
    answer = problem(status, error.description or "", request_id())
    for header in ("Allow", "Retry-After", "WWW-Authenticate"):
        if header in found.headers:
            answer.headers[header] = found.headers[header]
    return answer


def _unexpected(error: Exception) -> Response:
    return problem(500, "The service failed; the fault is ours. Quote the request id.", request_id())
