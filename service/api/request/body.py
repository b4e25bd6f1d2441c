"""Takes the body of a request as strict JSON, or says which status the sender has earned."""

from __future__ import annotations

from typing import Any

from flask import Request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from service.server.messages.media_types import refuse_unless_utf8
from service.server.messages.strict_json import NotJson, loads

JSON = "application/json"


class MalformedJson(BadRequest):
    """The body arrived whole, but is not JSON that may be used."""


def json_body(request: Request) -> Any:
    """Return the JSON of the body; raises UnsupportedMediaType or MalformedJson."""
    if request.content_type != JSON:  # what most send, not worth parsing
        _refuse_unless_json(request)
    try:
        return loads(request.get_data(cache=False))
    except NotJson as error:
        raise MalformedJson(f"Not usable JSON: {error}.") from None


def _refuse_unless_json(request: Request) -> None:
    if not request.is_json:
        raise UnsupportedMediaType("Send the body as JSON, with Content-Type: application/json.")
    refuse_unless_utf8()
