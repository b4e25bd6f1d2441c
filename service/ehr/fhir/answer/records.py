"""``POST /v1/records``: the panel in a record, as JSON to be looked at and sent to ``POST /v1/assessments``."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from werkzeug.exceptions import NotAcceptable, UnprocessableEntity

from service.ehr.bodies import JSON, answer, read_json
from service.ehr.fhir.answer.errors import MIXED
from service.ehr.fhir.answer.operation import NOT_FHIR, STARTS
from service.ehr.fhir.answer.outcome import with_name
from service.ehr.fhir.contents.json_shapes import text
from service.ehr.fhir.record import read_request
from service.ehr.issues import QUIET, Issue
from service.ehr.record.panel_document import panel_document
from service.ehr.results.person import MixedPatients
from service.ehr.site import here
from service.server.messages.media_types import accepts

PATH = "/v1/records"
PLACES_SHOWN = 20

blueprint = Blueprint("records", __name__)


@blueprint.post(PATH)
def read_panel() -> Response:
    """Read the record in the body; nothing is assessed and nothing is kept."""
    if not accepts(JSON, "application/problem+json"):
        raise NotAcceptable("The answer is application/json.")
    document = read_json()
    if not isinstance(document, list) and text(document, "resourceType") not in STARTS:
        raise UnprocessableEntity(NOT_FHIR)
    try:
        record = read_request(document, here().codes, here().look_back)
    except MixedPatients:
        raise UnprocessableEntity(MIXED) from None
    found = {
        "panel": panel_document(record.panel, record.criteria),
        "remarks": [_remark(issue) for issue in record.issues],
    }
    return answer(found, JSON)


def _remark(issue: Issue) -> dict[str, Any]:
    """Return what could not be used, and whether it leaves something unknown."""
    told: dict[str, Any] = {"code": issue.key, "message": with_name(issue)}
    told["where"] = list(issue.where[:PLACES_SHOWN])
    told["matters"] = issue.severity == "warning" and issue.key not in QUIET
    return told | ({"observation": issue.observation} if issue.observation else {})
