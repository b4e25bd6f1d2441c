"""POST /v1/trajectories: serial panels of one patient."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from service.api import counting
from service.api.errors import refuse_unless_json_is_accepted
from service.api.request.address import FULL, view_asked_for
from service.api.request.body import JSON, json_body
from service.api.request.course import read_trajectory_request
from service.api.request.formulary import read_drug
from service.api.response.brief_document import brief_document, scored_document
from service.api.response.course import trajectory_document
from service.clinical.assessment.treatments import Read
from service.clinical.course.course import follow
from service.clinical.therapies.drug_names import FORMULARY
from service.server import budget
from service.server.messages.strict_json import dumps

blueprint = Blueprint("trajectories", __name__, url_prefix="/v1")
blueprint.before_request(refuse_unless_json_is_accepted)


@blueprint.post("/trajectories")
def post_trajectory() -> Response:
    """Follow one patient through time."""
    view = view_asked_for()
    return Response(dumps(trajectory_of(json_body(request), view, read_drug())) + b"\n", content_type=JSON)


def trajectory_of(document: Any, view: str = FULL, read: Read = FORMULARY.read) -> dict[str, Any]:
    """Return the answer to a request; ``read`` tells what a drug's name means. Raises InvalidRequest."""
    asked = read_trajectory_request(document)
    timed = sorted(asked.panels, key=lambda panel: panel[0].first)
    panels = ((moment, sent.panel) for moment, sent in budget.checked(timed))
    trajectory = follow(panels, asked.treatments, asked.criteria, read)
    for visit, (_, sent) in zip(trajectory.visits, timed, strict=True):
        counting.assessed("trajectory", visit.assessment, sent.omitted)
    omitted = {moment.text: sent.omitted for moment, sent in timed}
    return trajectory_document(trajectory, omitted, scored_document if view == FULL else brief_document)
