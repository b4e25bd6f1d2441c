"""The kinds of problem that a caller can meet, each under the address that explains it (RFC 9457)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MEDIA_TYPE = "application/problem+json"
TYPE_ROOT = "/docs#problem-"


@dataclass(frozen=True, slots=True)
class Kind:
    """The last part of a problem's ``type``, and its ``title``."""

    slug: str
    title: str


MALFORMED_JSON = Kind("malformed-json", "The body is not usable JSON")
BAD_REQUEST = Kind("bad-request", "The request is not usable")
INTERNAL = Kind("internal", "The service failed")
KINDS = {
    400: BAD_REQUEST,
    401: Kind("unauthorized", "Authentication is required"),
    404: Kind("not-found", "There is nothing at this address"),
    405: Kind("method-not-allowed", "The method is not allowed here"),
    406: Kind("not-acceptable", "The answer cannot be given in an accepted format"),
    408: Kind("request-timeout", "The request did not arrive in time"),
    412: Kind("precondition-failed", "The document is not the one that was asked for"),
    413: Kind("payload-too-large", "The body is too large"),
    414: Kind("uri-too-long", "The address is too long"),
    415: Kind("unsupported-media-type", "The body's format is not supported"),
    417: Kind("expectation-failed", "The expectation is not one that can be met"),
    422: Kind("invalid-panel", "The panel cannot be used as it is"),
    429: Kind("too-many-requests", "Too many requests"),
    431: Kind("headers-too-large", "The header fields are too large"),
    500: INTERNAL,
    501: Kind("not-implemented", "The body's transfer coding is not supported"),
    503: Kind("unavailable", "The service is not ready"),
}
"""By status; 400 for JSON that cannot be used is ``MALFORMED_JSON``."""


def problem_document(status: int, detail: str, request_id: str, kind: Kind | None = None) -> dict[str, Any]:
    """Return a problem as it is sent, without faults; statuses without a kind of their own share that of 400 or 500."""
    kind = kind or KINDS.get(status) or (INTERNAL if status >= 500 else BAD_REQUEST)
    return {
        "type": TYPE_ROOT + kind.slug,
        "title": kind.title,
        "status": status,
        "detail": detail,
        "request_id": request_id,
        "errors": [],
    }
