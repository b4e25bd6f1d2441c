"""The addresses under /v1."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from service.api import counting
from service.api.errors import refuse_unless_json_is_accepted
from service.api.request.address import FULL, view_asked_for
from service.api.request.body import JSON, json_body
from service.api.request.formulary import read_drug
from service.api.request.panel import read_panel_request
from service.api.response.assessment import assessment_document, summary_document
from service.api.response.catalogue import analytes_document, criteria_document
from service.clinical.assessment.assess import assess
from service.clinical.criteria import CATALOGUE
from service.server.messages.headers import Document
from service.server.messages.strict_json import dumps

blueprint = Blueprint("api", __name__, url_prefix="/v1")
blueprint.before_request(refuse_unless_json_is_accepted)


def _document(content: object) -> Document:
    return Document(dumps(content) + b"\n", JSON)


CRITERIA = {key: _document(criteria_document(criteria)) for key, criteria in CATALOGUE.items()}
ALL_CRITERIA = _document({"criteria": [criteria_document(criteria) for criteria in CATALOGUE.values()]})
ANALYTES = _document(analytes_document())


@blueprint.post("/assessments")
def post_assessment() -> Response:
    """Assess one panel."""
    is_brief = view_asked_for() != FULL
    asked = read_panel_request(json_body(request))
    assessment = assess(asked.panel, asked.criteria, brief=is_brief, read_drug=read_drug())
    counting.assessed("json", assessment, asked.omitted)
    document = summary_document if is_brief else assessment_document
    return Response(dumps(document(assessment, asked.omitted)) + b"\n", content_type=JSON)


@blueprint.get("/criteria")
def get_criteria() -> Response:
    """Serve every set as data."""
    return ALL_CRITERIA.respond()


@blueprint.get("/criteria/<key>")
def get_one_criteria(key: str) -> Response:
    """Serve one set as data."""
    if key not in CRITERIA:
        raise NotFound("No criteria set has this id; GET /v1/criteria lists them.")
    return CRITERIA[key].respond()


@blueprint.get("/analytes")
def get_analytes() -> Response:
    """Serve what a request may hold."""
    return ANALYTES.respond()
