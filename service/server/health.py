"""The probes: is the process alive, and may it be sent requests."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, Response, current_app

from service.server.access import open_to_all
from service.server.drain import bad_files, draining

blueprint = Blueprint("health", __name__)

NEEDS_FILES = "READY_NEEDS_FILES"
_CONDITIONS = "mas.readiness"


def ready_when(app: Flask, condition: Callable[[], bool]) -> None:
    """Let readiness depend on ``condition`` too (quick, never raising): keys fetched, tables loaded."""
    app.extensions.setdefault(_CONDITIONS, []).append(condition)


@blueprint.get("/livez")
@open_to_all
def livez() -> Response:
    """Answer 200 as long as the process can answer at all."""
    return Response('{"status":"ok"}\n', mimetype="application/json")


@blueprint.get("/readyz")
@open_to_all
def readyz() -> Response:
    """Answer 200 when requests may be sent, 503 once the process was asked to stop or lacks what it needs."""
    if draining():
        return Response('{"status":"draining"}\n', 503, mimetype="application/json")
    if current_app.config.get(NEEDS_FILES) and bad_files():
        return Response('{"status":"bad file"}\n', 503, mimetype="application/json")
    if not all(condition() for condition in current_app.extensions.get(_CONDITIONS, ())):
        return Response('{"status":"not ready"}\n', 503, mimetype="application/json")
    return Response('{"status":"ready"}\n', mimetype="application/json")
