"""The probes: is the process alive, and may it be sent requests."""

from __future__ import annotations

from flask import Blueprint, Response

blueprint = Blueprint("health", __name__)


@blueprint.get("/livez")
def livez() -> Response:
    """Answer 200 as long as the process can answer at all."""
    return Response('{"status":"ok"}\n', mimetype="application/json")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Answer 200 when requests may be sent; the criteria were loaded before the port was opened."""
    return Response('{"status":"ready"}\n', mimetype="application/json")
