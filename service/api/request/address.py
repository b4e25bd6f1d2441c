"""The parameters of an address: one not known or given twice is refused, for what it asks for would not be done."""

from __future__ import annotations

from flask import request

from service.api.error_messages import invalid_value, one_of, unknown_parameter
from service.api.problems import InvalidRequest

FULL, SUMMARY = "full", "summary"
VIEWS = (FULL, SUMMARY)
GIVEN_TWICE = "This parameter appears more than once in the address; send it once."


def refuse_wrong_parameters(*known: str) -> None:
    """Raise InvalidRequest for each parameter of the address that is not known, or is known and given twice."""
    entries = [unknown_parameter(name, known) for name in request.args if name not in known]
    entries += [invalid_value((name,), GIVEN_TWICE) for name in known if len(request.args.getlist(name)) > 1]
    if entries:
        raise InvalidRequest(entries)


def view_asked_for() -> str:
    """Return the one parameter of an address that answers with assessments, ``view``; raises InvalidRequest."""
    if not request.environ.get("QUERY_STRING"):
        return FULL
    refuse_wrong_parameters("view")
    view = request.args.get("view", FULL)
    if view not in VIEWS:
        detail = "The parameter view of the address takes one of the words listed under accepted."
        raise InvalidRequest([one_of(("view",), VIEWS, view, detail)])
    return view
