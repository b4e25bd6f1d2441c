"""The parameters of an address: one that is not known is refused, for what it asks for would not be done."""

from __future__ import annotations

from flask import request

from service.api.error_messages import unknown_parameter
from service.api.problems import InvalidRequest


def refuse_unknown_parameters(*known: str) -> None:
    """Raise InvalidRequest for each parameter of the address that is not one of those known."""
    if not request.environ.get("QUERY_STRING"):
        return
    entries = [unknown_parameter(name, known) for name in request.args if name not in known]
    if entries:
        raise InvalidRequest(entries)
