"""``GET /``: the page for people. Patient values stay in the browser and in its requests to the API."""

from __future__ import annotations

from flask import Blueprint, Response

from service import __version__
from service.server.access import open_to_all
from service.web.files import HERE, answered, loaded, rendered
from service.web.form import facts

PAGE = rendered("page.html", {"require-trusted-types-for": "'script'"}, version=__version__, **facts())
FILES = loaded(*sorted((HERE / "static").iterdir()))

blueprint = Blueprint("page", __name__)


@blueprint.get("/")
@open_to_all
def page() -> Response:
    """Serve the page; it holds no patient data, and what it asks of the API needs credentials where the API does."""
    return answered(PAGE)


@blueprint.get("/page/<name>")
@open_to_all
def page_file(name: str) -> Response:
    """Serve a script, a style sheet or a picture of the page."""
    return answered(FILES.get(name))
