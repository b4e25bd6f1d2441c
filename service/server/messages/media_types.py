"""What the body of a request is said to be, and what a caller takes as an answer (RFC 9110, 8.3 and 12.5.1)."""

from __future__ import annotations

from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import UnsupportedMediaType


def refuse_unless_utf8() -> None:
    """Raise UnsupportedMediaType for a body that is said to be in another charset."""
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("Send the body as UTF-8; Content-Type names another charset.")


def accepts(kind: str, *named: str) -> bool:
    """Whether the Accept header leaves ``kind`` in, or names one of the others; parameters do not count.

    The others are taken for it only where they are named: ``*/*`` beside ``kind;q=0`` is not.
    """
    if request.environ.get("HTTP_ACCEPT", "*/*") == "*/*":  # what most send, not worth parsing
        return True
    given = [(name.partition(";")[0].strip().lower(), quality) for name, quality in request.accept_mimetypes]
    accepted = MIMEAccept(given)
    return not accepted or accepted[kind] > 0 or any(name in named and quality > 0 for name, quality in accepted)
