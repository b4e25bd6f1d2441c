"""Answers to requests that never reach the application: malformed, oversized, too slow, or one too many."""

from __future__ import annotations

import json
from http import HTTPStatus

from gunicorn.http import errors  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException

from service.server import logs, metrics
from service.server.exchange import Exchange

_STATUS: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (TimeoutError, HTTPStatus.REQUEST_TIMEOUT),
    (errors.LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG),
    (errors.LimitRequestHeaders, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (errors.UnsupportedTransferCoding, HTTPStatus.NOT_IMPLEMENTED),
    (errors.ExpectationFailed, HTTPStatus.EXPECTATION_FAILED),
    (errors.ConfigurationProblem, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.InvalidResponseHeader, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.InvalidResponseHeaderName, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.ParseException, HTTPStatus.BAD_REQUEST),
)
_RETRY_SECONDS = 1


def status_for(error: BaseException) -> HTTPStatus:
    """The status that tells a client what the server made of its bytes."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return status
    if isinstance(error, HTTPException) and error.code:  # raised by a stream before its first byte
        return HTTPStatus(error.code)
    return HTTPStatus.INTERNAL_SERVER_ERROR


def answer(status: HTTPStatus) -> bytes:
    """The whole response, as problem+json, naming nothing the client sent; logs and counts it."""
    told = Exchange(route="refused", status=status)
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status,
        "detail": status.description or status.phrase,
    }
    body = json.dumps(problem | {"request_id": told.request_id, "errors": []}).encode()
    head = [
        f"HTTP/1.1 {status} {status.phrase}",
        "Connection: close",
        "Content-Type: application/problem+json",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        f"X-Request-Id: {told.request_id}",
    ]
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        head.append(f"Retry-After: {_RETRY_SECONDS}")
    told.sent = len(body)
    metrics.request_done(told)
    logs.write("error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "info", **logs.request_fields(told))
    return "\r\n".join([*head, "", ""]).encode() + body
