"""JSON in and out for the two EHR interfaces, under the media types that their clients really send."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.exceptions import BadRequest, NotAcceptable, UnsupportedMediaType

from service.server import budget
from service.server.messages.media_types import accepts, refuse_unless_utf8
from service.server.messages.strict_json import NotJson, dumps, loads
from service.server.serving.turns import whole_body

JSON, FHIR_JSON = "application/json", "application/fhir+json"
MEDIA_TYPES = (FHIR_JSON, JSON, "application/json+fhir", "text/json")  # the third is the name before 2017, still in use
FORMATS = ("json", *MEDIA_TYPES)


def read_json() -> Any:
    """Return the JSON of the request's body; raises UnsupportedMediaType or BadRequest."""
    if request.mimetype not in MEDIA_TYPES:
        raise UnsupportedMediaType(f"Send the body as {FHIR_JSON} or {JSON}.")
    refuse_unless_utf8()
    try:
        return budget.aside(loads, whole_body())
    except NotJson as error:
        raise BadRequest(f"Not usable JSON: {error}.") from None


def refuse_unless_accepted(media_type: str) -> None:
    """Raise NotAcceptable if the Accept header, or FHIR's ``_format``, rules out an answer in this kind of JSON.

    A caller who names another of the kinds means JSON, and takes it under any of their names.
    """
    asked = request.args.get("_format", "").strip().lower().replace(" ", "+")  # a plus sign in a query means a blank
    if asked:
        if asked.partition(";")[0] not in FORMATS:
            raise NotAcceptable("The answer is JSON; this format is not offered.")
    elif not accepts(media_type, *MEDIA_TYPES):
        raise NotAcceptable("The answer is JSON.")


def answer(document: dict[str, Any], media_type: str, status: int = 200) -> Response:
    """Return a document as a response."""
    return Response(dumps(document) + b"\n", status, content_type=media_type)
