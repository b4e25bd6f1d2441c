"""Answers to requests that cannot be read: malformed, oversized or too slow. The application words them.

The application is called as for any request, with the status to refuse it with: each interface answers in its own form,
and log, metrics, request id and headers are those of any other answer.
"""

from __future__ import annotations

import io
import re
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, abort, request
from gunicorn.http import errors  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException

from service.server.observing import exchange, logs
from service.server.serving.connection import TooSlow

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_REFUSED = "mas.refused"
_STATUS: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (TooSlow, HTTPStatus.REQUEST_TIMEOUT),
    (errors.LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG),
    (errors.LimitRequestHeaders, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (errors.ExpectationFailed, HTTPStatus.EXPECTATION_FAILED),
    (errors.ConfigurationProblem, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.InvalidResponseHeader, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.InvalidResponseHeaderName, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.ParseException, HTTPStatus.BAD_REQUEST),  # an unknown transfer coding, too: a 5xx would raise alarms
)
_FIRST_LINE = re.compile(rb"([A-Z]{1,16}) (/[!->@-~]{0,512})")
_SENT = {
    "HTTP_X_REQUEST_ID": re.compile(rb"\r\nx-request-id:([^\r\n]*)\r\n", re.IGNORECASE),
    "HTTP_TRACEPARENT": re.compile(rb"\r\ntraceparent:([^\r\n]*)\r\n", re.IGNORECASE),
}


def install(app: Flask) -> None:
    """Let ``app`` refuse what it is told to refuse, before anything else looks at the request."""

    @app.before_request
    def refuse() -> None:
        if status := request.environ.get(_REFUSED):
            exchange.current().route = "refused"
            abort(int(status))


def status_for(error: Exception) -> HTTPStatus:
    """Return the status that tells a client what the server made of its bytes."""
    if isinstance(error, HTTPException) and error.code:  # raised by an answer before its first byte
        return HTTPStatus(error.code)
    return next((status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)


def answer(app: WSGIApplication, error: Exception, head: bytes = b"") -> bytes:
    """Return the whole response to a request of which ``head`` arrived; what the service did wrong is logged."""
    status = status_for(error)
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        logs.write("error", **logs.described(error))
    lines: list[str] = []

    def begin(line: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        closing = [("Date", formatdate(usegmt=True)), ("Connection", "close")]
        lines.extend([f"HTTP/1.1 {line}", *(f"{name}: {value}" for name, value in [*closing, *headers]), "", ""])

    body = app(_environ(status, head), begin)
    try:
        written = b"".join(body)
    finally:
        getattr(body, "close", bool)()
    return "\r\n".join(lines).encode() + written


def _environ(status: HTTPStatus, head: bytes) -> dict[str, Any]:
    found = _FIRST_LINE.match(head)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": found[1].decode() if found else "OTHER",
        "PATH_INFO": found[2].decode() if found else "/",
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "0",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        _REFUSED: int(status),
    }
    for key, pattern in _SENT.items():
        environ[key] = ",".join(sent.decode("latin-1").strip(" \t") for sent in pattern.findall(head))
    return environ
