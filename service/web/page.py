"""``GET /``: the page for people. Patient values stay in the browser and in its requests to the API."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from service import __version__
from service.server.access import open_to_all
from service.web.files import HERE, answered, loaded, rendered
from service.web.form import facts

LOCKED = "WEB_LOCKED"
"""Key of the configuration: whether the API demands credentials, so that the page asks for them first."""

_POLICY = {"require-trusted-types-for": "'script'"}
_FACTS = facts() | {"version": __version__}
PAGES = {locked: rendered("page.html", _POLICY, locked=locked, **_FACTS) for locked in (False, True)}
FILES = loaded(*sorted((HERE / "static").iterdir()))

blueprint = Blueprint("page", __name__)


@blueprint.get("/")
@open_to_all
def page() -> Response:
    """Serve the page; it holds no patient data, and what it asks of the API needs credentials where the API does."""
    return answered(PAGES[current_app.config[LOCKED]])


@blueprint.get("/page/<name>")
@open_to_all
def page_file(name: str) -> Response:
    """Serve a script, a style sheet or a picture of the page."""
    return answered(FILES.get(name))
