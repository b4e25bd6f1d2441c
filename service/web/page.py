"""``GET /``: the page for people. Patient values stay in the browser and in its requests to the API."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, current_app, request

from service import __version__
from service.server.access import open_to_all
from service.server.messages.headers import Document
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


def pages(more: Mapping[str, str], *, locked: bool, launch: Mapping[str, object] | None = None) -> dict[str, Document]:
    """Return the page in every language, by code; ``more`` is added to its policy, ``launch`` told to its scripts."""
    return {
        code: rendered(
            "page.html", _POLICY | dict(more), locked=locked, launch=launch, language=code, t=language.say, **_FACTS
        )
        for code, language in LANGUAGES.items()
    }


PAGES = {locked: pages({}, locked=locked) for locked in (False, True)}
FILES = loaded(*(path for path in sorted((HERE / "static").iterdir()) if path.is_file()), *sorted(FOLDER.iterdir()))

blueprint = Blueprint("page", __name__)


@blueprint.get("/")
@open_to_all
def page() -> Response:
    """Serve the page in the browser's language.

    It holds no patient data, and what it asks of the API needs credentials where the API does.
    """
    return in_the_readers_language(PAGES[current_app.config[LOCKED]])


def in_the_readers_language(found: Mapping[str, Document]) -> Response:
    """Answer the current request with the page whose language its browser likes best."""
    code = request.accept_languages.best_match(LANGUAGES, default=ENGLISH)
    answer = answered(found[code])
    answer.headers["Content-Language"] = code
    answer.vary.add("Accept-Language")
    return answer


@blueprint.get("/page/<name>")
@open_to_all
def page_file(name: str) -> Response:
    """Serve a script, a style sheet, a picture or the words of a language."""
    return answered(FILES.get(name))
