"""Takes the body of a request as strict JSON, or says which status the sender has earned."""

from __future__ import annotations

from typing import Any

from flask import Request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from service.server import budget
from service.server.messages.media_types import refuse_unless_utf8
from service.server.messages.strict_json import NotJson, loads
from service.server.serving.turns import whole_body

JSON = "application/json"


class MalformedJson(BadRequest):
    """The body arrived whole, but is not JSON that may be used."""


def json_body(request: Request, times: int = 1) -> Any:
    """Return the JSON of the body; raises UnsupportedMediaType or MalformedJson.

    What is made of it takes ``times`` its size of memory.
    """
    if request.content_type != JSON:  # what most send, not worth parsing
        _refuse_unless_json(request)
    try:
        return budget.aside(loads, whole_body(times=times))
    except NotJson as error:
        raise MalformedJson(f"Not usable JSON: {error}.") from None


def _refuse_unless_json(request: Request) -> None:
    if not request.is_json:
        raise UnsupportedMediaType("Send the body as JSON, with Content-Type: application/json.")
    refuse_unless_utf8()
