"""Headers every answer carries, and documents that may be cached."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from werkzeug.exceptions import PreconditionFailed

from service.server.observing import exchange

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

DEFAULTS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cache-Control", "no-store"),  # an answer may hold a patient's data unless its view says otherwise
)


def install(app: Flask) -> None:
    """Give every answer of ``app`` the headers its view did not set; on the wire's own list, which costs least."""
    inner = app.wsgi_app

    def complete(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def begin(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Callable[[bytes], object]:
            given = {name.lower() for name, _ in headers}
            added = [(name, value) for name, value in DEFAULTS if name.lower() not in given]
            return start_response(status, [*headers, *added], *exc_info)

        return inner(environ, begin)

    app.wsgi_app = complete  # type: ignore[method-assign]


def _wants_gzip() -> bool:
    """Whether the caller takes gzip, and likes it no less than the plain bytes (RFC 9110, 12.5.3)."""
    taken = {name.lower(): quality for name, quality in request.accept_encodings}
    packed = taken.get("gzip", taken.get("x-gzip", taken.get("*", 0)))
    return packed > 0 and packed >= taken.get("identity", 0)


class Stale(PreconditionFailed):
    """The caller wants a version of a document (If-Match) that is not the one served."""

    description = "This document has changed; its ETag is another now."


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes that stay the same (criteria, contract, pages), plain and packed, each with an ETag.

    ``policy`` replaces the default Content-Security-Policy, for pages.
    """

    body: bytes
    content_type: str
    policy: str = ""
    etag: str = field(init=False)
    packed: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Name the bytes by their digest, and pack them once, the same in every process."""
        object.__setattr__(self, "etag", hashlib.sha256(self.body).hexdigest()[:32])
        object.__setattr__(self, "packed", gzip.compress(self.body, mtime=0))

    def respond(self) -> Response:
        """Answer the current request: 200 with the bytes, or 304 if the caller has them; raises Stale."""
        is_packed = _wants_gzip()
        response = Response(self.packed if is_packed else self.body, content_type=self.content_type)
        response.set_etag(f"{self.etag}-gzip" if is_packed else self.etag)
        if is_packed:
            response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        shared = "private" if exchange.current().caller else "public"  # who needs a key must not get it from a cache
        response.headers["Cache-Control"] = f"{shared}, max-age=300"
        if self.policy:
            response.headers["Content-Security-Policy"] = self.policy
        response.make_conditional(request)
        if response.status_code == HTTPStatus.PRECONDITION_FAILED:  # of If-Match
            raise Stale
        return response
