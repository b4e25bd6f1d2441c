"""What a caller is told of an HTTP error."""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.exceptions import HTTPException


def told(error: HTTPException, by_status: Mapping[int, str]) -> str:
    """Return the words given with an error, else ours for its status, else the framework's."""
    own = error.description if error.description != type(error).description else None
    return own or by_status.get(error.code or 500) or error.description or ""
