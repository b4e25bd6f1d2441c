"""What a caller is told of an HTTP error, in words and in headers."""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.exceptions import HTTPException

OUR_FAULT = "The service failed; the fault is ours. Quote the request id."
KEPT_HEADERS = ("Accept-Encoding", "Allow", "Retry-After", "WWW-Authenticate")


def told(error: HTTPException, by_status: Mapping[int, str]) -> str:
    """Return the words given with an error, else ours for its status, else the framework's."""
    own = error.description if error.description != type(error).description else None
    return own or by_status.get(error.code or 500) or error.description or ""


def kept_headers(error: HTTPException) -> list[tuple[str, str]]:
    """Return the headers that tell a caller how to go on, for an answer in a form of our own."""
    return [(name, value) for name, value in error.get_headers() if name in KEPT_HEADERS]
