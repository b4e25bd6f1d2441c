"""``GET /``: the page for people. Patient values stay in the browser and in its requests to the API."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from service import __version__
from service.server.access import open_to_all
from service.web.files import HERE, answered, loaded, rendered
from service.web.form import facts
from service.web.languages import ENGLISH, FOLDER, LANGUAGES

LOCKED = "WEB_LOCKED"
"""Key of the configuration: whether the API demands credentials, so that the page asks for them first."""

_POLICY = {"require-trusted-types-for": "'script'"}
_FACTS = facts() | {
    "version": __version__,
    "languages": [(language.code, language.name) for language in LANGUAGES.values()],
}
PAGES = {
    (locked, code): rendered("page.html", _POLICY, locked=locked, language=code, t=language.say, **_FACTS)
    for locked in (False, True)
    for code, language in LANGUAGES.items()
}
FILES = loaded(*sorted((HERE / "static").iterdir()), *sorted(FOLDER.iterdir()))

blueprint = Blueprint("page", __name__)


@blueprint.get("/")
@open_to_all
def page() -> Response:
    """Serve the page in the browser's language.

    It holds no patient data, and what it asks of the API needs credentials where the API does.
    """
    code = request.accept_languages.best_match(LANGUAGES, default=ENGLISH)
    answer = answered(PAGES[current_app.config[LOCKED], code])
    answer.headers["Content-Language"] = code
    answer.vary.add("Accept-Language")
    return answer


@blueprint.get("/page/<name>")
@open_to_all
def page_file(name: str) -> Response:
    """Serve a script, a style sheet, a picture or the words of a language."""
    return answered(FILES.get(name))
