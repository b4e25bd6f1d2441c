"""POST /v1/trajectories: serial panels of one patient."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from service.api import counting
from service.api.errors import refuse_unless_json_is_accepted
from service.api.request.address import refuse_unknown_parameters
from service.api.request.body import JSON, json_body
from service.api.request.course import read_trajectory_request
from service.api.response.course import trajectory_document
from service.clinical.course.course import follow
from service.server.messages.strict_json import dumps

blueprint = Blueprint("trajectories", __name__, url_prefix="/v1")
blueprint.before_request(refuse_unless_json_is_accepted)


@blueprint.post("/trajectories")
def post_trajectory() -> Response:
    """Follow one patient through time."""
    refuse_unknown_parameters()
    return Response(dumps(trajectory_of(json_body(request))) + b"\n", content_type=JSON)


def trajectory_of(document: Any) -> dict[str, Any]:
    """Return the answer to a request; raises InvalidRequest."""
    asked = read_trajectory_request(document)
    panels = [(moment, asked_panel.panel) for moment, asked_panel in asked.panels]
    trajectory = follow(panels, asked.treatments, asked.criteria)
    for visit, (_, asked_panel) in zip(
        trajectory.visits, sorted(asked.panels, key=lambda asked_panel: asked_panel[0].first), strict=True
    ):
        counting.assessed("trajectory", visit.assessment, asked_panel.omitted)
    return trajectory_document(trajectory, {moment.text: asked_panel.omitted for moment, asked_panel in asked.panels})
