"""What a caller takes as an answer (RFC 9110, 12.5.1)."""

from __future__ import annotations

from flask import request
from werkzeug.datastructures import MIMEAccept


def accepts(kind: str, *named: str) -> bool:
    """Whether the Accept header leaves ``kind`` in, or names one of the others; parameters do not count.

    The others are taken for it only where they are named: ``*/*`` beside ``kind;q=0`` is not.
    """
    if request.environ.get("HTTP_ACCEPT", "*/*") == "*/*":  # what most send, not worth parsing
        return True
    accepted = MIMEAccept([(one.partition(";")[0].strip(), quality) for one, quality in request.accept_mimetypes])
    return not accepted or accepted[kind] > 0 or any(one in named and quality > 0 for one, quality in accepted)
