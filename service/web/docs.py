"""``GET /docs``: the contract in Swagger UI, whose files come from an installed package and from no other host."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Response

from service.server.access import open_to_all
from service.web.files import HERE, answered, loaded, rendered

VIEWER = Path(str(files("flask_swagger_ui"))) / "dist"
PAGE = rendered("docs.html", {"img-src": "'self' data:"})
FILES = loaded(
    *(HERE / "docs" / name for name in ("docs.js", "docs.css")),
    HERE / "static" / "mark.svg",
    *(VIEWER / name for name in ("swagger-ui-bundle.js", "swagger-ui.css")),
)

blueprint = Blueprint("docs", __name__)


@blueprint.get("/docs")
@open_to_all
def docs() -> Response:
    """Serve the viewer."""
    return answered(PAGE)


@blueprint.get("/docs/<name>")
@open_to_all
def docs_file(name: str) -> Response:
    """Serve a script or a style sheet of the viewer."""
    return answered(FILES.get(name))
