"""Answers to requests that never reach the application: malformed, oversized, too slow, or one too many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import formatdate
from http import HTTPStatus

from gunicorn.http import errors  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException

from service.server.messages import headers
from service.server.messages.problem_kinds import MEDIA_TYPE, problem_document
from service.server.messages.strict_json import dumps
from service.server.observing import logs, metrics
from service.server.observing.exchange import Exchange, opened

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
_SENT = {
    "HTTP_X_REQUEST_ID": re.compile(rb"\r\nx-request-id:([^\r\n]*)", re.IGNORECASE),
    "HTTP_TRACEPARENT": re.compile(rb"\r\ntraceparent:([^\r\n]*)", re.IGNORECASE),
}


def status_for(error: BaseException) -> HTTPStatus:
    """The status that tells a client what the server made of its bytes."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return status
    if isinstance(error, HTTPException) and error.code:  # raised by a stream before its first byte
        return HTTPStatus(error.code)
    return HTTPStatus.INTERNAL_SERVER_ERROR


def answer(status: HTTPStatus, head: bytes = b"") -> bytes:
    """The whole response, as problem+json; of the request (its ``head``, if known) it names the id. Logs and counts."""
    told = _opened(head)
    body = dumps(problem_document(status, status.description or status.phrase, told.request_id)) + b"\n"
    told.route, told.status, told.sent = "refused", status, len(body)
    metrics.request_done(told)
    logs.write("error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "info", **logs.request_fields(told))
    lines = [f"HTTP/1.1 {status} {status.phrase}", *(f"{name}: {value}" for name, value in _headers(told)), "", ""]
    return "\r\n".join(lines).encode() + body


def _opened(head: bytes) -> Exchange:
    """Begin the account of a request with what its head tells of method and ids."""
    environ = {"REQUEST_METHOD": head.partition(b" ")[0].decode("latin-1")}
    for key, pattern in _SENT.items():
        environ[key] = ",".join(sent.decode("latin-1").strip(" \t") for sent in pattern.findall(head))
    return opened(environ)


def _headers(told: Exchange) -> Iterator[tuple[str, object]]:
    yield "Date", formatdate(usegmt=True)
    yield "Connection", "close"
    yield "Content-Type", MEDIA_TYPE
    yield "Content-Length", told.sent
    yield "X-Request-Id", told.request_id
    yield from headers.DEFAULTS
    if told.status == HTTPStatus.SERVICE_UNAVAILABLE:
        yield "Retry-After", _RETRY_SECONDS
