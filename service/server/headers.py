"""Headers every answer carries, and documents that may be cached."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from flask import Flask, Response, request

_DEFAULTS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",  # an answer may hold a patient's data unless its view says otherwise
}


def install(app: Flask) -> None:
    """Give every answer of ``app`` the headers its view did not set."""

    @app.after_request
    def complete(response: Response) -> Response:
        for name, value in _DEFAULTS.items():
            response.headers.setdefault(name, value)
        return response


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes that stay the same while the process lives (criteria, contract, pages), served with an ETag.

    ``policy`` replaces the default Content-Security-Policy, for pages.
    """

    body: bytes
    content_type: str
    policy: str = ""
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        """Name the bytes by their digest."""
        object.__setattr__(self, "etag", hashlib.sha256(self.body).hexdigest()[:32])

    def respond(self) -> Response:
        """Answer the current request: 200 with the bytes, or 304 when the caller has them."""
        response = Response(self.body, content_type=self.content_type)
        response.set_etag(self.etag)
        response.headers["Cache-Control"] = "public, max-age=300"
        if self.policy:
            response.headers["Content-Security-Policy"] = self.policy
        return response.make_conditional(request)  # type: ignore[return-value]
