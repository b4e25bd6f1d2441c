"""The addresses under /v1."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from service.api.analyte_document import analytes_document
from service.api.body import json_body
from service.api.errors import refuse_unless_json_is_accepted
from service.api.panel_request import read_panel_request
from service.api.render import assessment_document
from service.api.rule_document import criteria_document
from service.clinical.assess import assess
from service.clinical.criteria import CATALOGUE
from service.server.strict_json import dumps

JSON = "application/json"
blueprint = Blueprint("api", __name__, url_prefix="/v1")
blueprint.before_request(refuse_unless_json_is_accepted)

CRITERIA = {key: dumps(criteria_document(criteria)) + b"\n" for key, criteria in CATALOGUE.items()}
ALL_CRITERIA = dumps({"criteria": [criteria_document(criteria) for criteria in CATALOGUE.values()]}) + b"\n"
ANALYTES = dumps(analytes_document()) + b"\n"


@blueprint.post("/assessments")
def post_assessment() -> Response:
    """Assess one panel."""
    asked = read_panel_request(json_body(request))
    document = assessment_document(assess(asked.panel, asked.criteria), asked.omitted)
    return Response(dumps(document) + b"\n", content_type=JSON)


@blueprint.get("/criteria")
def get_criteria() -> Response:
    """Serve every set as data."""
    return Response(ALL_CRITERIA, content_type=JSON)


@blueprint.get("/criteria/<key>")
def get_one_criteria(key: str) -> Response:
    """Serve one set as data."""
    if key not in CRITERIA:
        raise NotFound("No criteria set has this id; GET /v1/criteria lists them.")
    return Response(CRITERIA[key], content_type=JSON)


@blueprint.get("/analytes")
def get_analytes() -> Response:
    """Serve what a request may hold."""
    return Response(ANALYTES, content_type=JSON)
