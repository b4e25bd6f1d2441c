"""The addresses under /v1."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import NotAcceptable, NotFound, UnsupportedMediaType

from service.api import counting
from service.api.batch import VIEWS, Batch
from service.api.error_messages import nearest
from service.api.errors import refuse_unless_json_is_accepted
from service.api.request.address import FULL, view_asked_for
from service.api.request.body import JSON, json_body
from service.api.request.course import read_trajectory_request
from service.api.request.formulary import read_drug
from service.api.request.panel import read_panel_request
from service.api.response.assessment import assessment_document, summary_document
from service.api.response.brief_document import brief_document, scored_document
from service.api.response.catalogue import analytes_document, criteria_document
from service.api.response.course import trajectory_document
from service.clinical.assessment.assess import assess
from service.clinical.assessment.treatments import Read
from service.clinical.course.course import follow
from service.clinical.criteria import CATALOGUE
from service.clinical.therapies.drug_names import FORMULARY
from service.server import budget
from service.server.messages.headers import Document
from service.server.messages.media_types import accepts, refuse_unless_utf8
from service.server.messages.strict_json import LONGEST_KEY, dumps
from service.server.observing import exchange
from service.server.observing.traces import phase
from service.server.serving import limits

NDJSON = "application/x-ndjson"
TAKEN = tuple(f"application/{prefix}{name}" for name in ("ndjson", "jsonl", "jsonlines") for prefix in ("x-", ""))
"""Names under which lines of JSON are sent; none is registered."""
SIZE_OF_COURSE = 250
"""How many times the size of its body a course takes in memory: each short panel is answered with an assessment."""
LONGEST_LINE = "BATCH_MAX_LINE_BYTES"
blueprint = Blueprint("api", __name__, url_prefix="/v1")


@blueprint.before_request
def _refuse_unless_the_answer_is_accepted() -> None:
    if request.endpoint != f"{blueprint.name}.{post_batch.__name__}":  # which answers in lines, and checks that itself
        refuse_unless_json_is_accepted()


def _document(content: object) -> Document:
    return Document(dumps(content) + b"\n", JSON)


CRITERIA = {key: _document(criteria_document(criteria)) for key, criteria in CATALOGUE.items()}
ALL_CRITERIA = _document({"criteria": [criteria_document(criteria) for criteria in CATALOGUE.values()]})
ANALYTES = _document(analytes_document())


@blueprint.post("/assessments")
def post_assessment() -> Response:
    """Assess one panel."""
    is_brief = view_asked_for() != FULL
    with phase("read"):
        asked = read_panel_request(json_body(request))
    with phase("assess"):
        assessment = assess(asked.panel, asked.criteria, brief=is_brief, read_drug=read_drug())
    counting.assessed("json", assessment, asked.omitted)
    document = summary_document if is_brief else assessment_document
    with phase("write"):
        return Response(dumps(document(assessment, asked.omitted)) + b"\n", content_type=JSON)


@blueprint.post("/assessments/batch")
@limits.unlimited  # a batch is limited line by line
def post_batch() -> Response:
    """Assess a panel per line, answering while the lines arrive."""
    view = view_asked_for()
    if request.mimetype not in TAKEN:
        raise UnsupportedMediaType(f"Send one JSON object per line as {NDJSON}.")
    refuse_unless_utf8()
    if not accepts(NDJSON, *TAKEN):
        raise NotAcceptable(f"The answer is {NDJSON}.")
    batch = Batch(VIEWS[view], exchange.current().request_id, current_app.config[LONGEST_LINE], read_drug())
    return Response(batch.answers(request.stream), content_type=NDJSON, headers={"X-Accel-Buffering": "no"})


@blueprint.post("/trajectories")
def post_trajectory() -> Response:
    """Follow one patient through time."""
    view = view_asked_for()
    with phase("read"):
        document = json_body(request, SIZE_OF_COURSE)
    return Response(dumps(trajectory_of(document, view, read_drug())) + b"\n", content_type=JSON)


def trajectory_of(document: Any, view: str = FULL, read: Read = FORMULARY.read) -> dict[str, Any]:
    """Return the answer to a request; ``read`` tells what a drug's name means. Raises InvalidRequest."""
    with phase("read"):
        asked = read_trajectory_request(document)
    timed = sorted(asked.panels, key=lambda panel: panel[0].first)
    panels = ((moment, sent.panel) for moment, sent in budget.checked(timed))
    with phase("assess"):
        trajectory = follow(panels, asked.treatments, asked.criteria, read)
    for visit, (_, sent) in zip(trajectory.visits, timed, strict=True):
        counting.assessed("trajectory", visit.assessment, sent.omitted)
    omitted = {moment.text: sent.omitted for moment, sent in timed}
    with phase("write"):
        return trajectory_document(trajectory, omitted, scored_document if view == FULL else brief_document)


@blueprint.get("/criteria")
def get_criteria() -> Response:
    """Serve every set as data."""
    return ALL_CRITERIA.respond()


@blueprint.get("/criteria/<key>")
def get_one_criteria(key: str) -> Response:
    """Serve one set as data."""
    if key not in CRITERIA:
        meant = nearest(key[:LONGEST_KEY], CRITERIA)
        ending = f" Did you mean {meant}?" if meant else ""
        raise NotFound(f"No criteria set has this id; GET /v1/criteria lists them.{ending}")
    return CRITERIA[key].respond()


@blueprint.get("/analytes")
def get_analytes() -> Response:
    """Serve what a request may hold."""
    return ANALYTES.respond()
