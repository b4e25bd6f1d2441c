"""``GET /launch``: the page as a SMART app, opened by an EHR or signing in there. The service sees no token of it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app

from service.server.access import open_to_all
from service.server.messages.headers import Document
from service.server.settings import Settings
from service.web import page
from service.web.files import HERE, answered, loaded

FILES = loaded(*sorted((HERE / "static" / "smart").iterdir()))
_PAGES = "mas.launch"

blueprint = Blueprint("launch", __name__)


def install(app: Flask, settings: Settings, queries: Mapping[str, str], required: str) -> None:
    """Register the addresses; ``queries`` are the prefetch templates by key, ``required`` the key that cannot lack."""
    known = {
        "client": settings.smart_client_id,
        "issuers": settings.smart_issuers,
        "authorities": settings.smart_auth_origins,
        "queries": dict(queries),
        "required": required,
    }
    app.extensions[_PAGES] = page.pages(policy(settings), locked=settings.auth_mode != "none", launch=known)
    app.register_blueprint(blueprint)


def policy(settings: Settings) -> dict[str, str]:
    """Return what the policy of the page adds: whom it may ask, and who may show it in a frame."""
    issuers = [origin_of(issuer) for issuer in settings.smart_issuers]
    return {
        "connect-src": " ".join(dict.fromkeys(["'self'", *issuers, *settings.smart_auth_origins])),
        "frame-ancestors": " ".join(dict.fromkeys([*issuers, *settings.smart_frame_origins])),
    }


def origin_of(address: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


@blueprint.get("/launch")
@open_to_all
def launch() -> Response:
    """Serve the page; what the EHR or its sign-in says in the address is read in the browser alone."""
    pages: Mapping[str, Document] = current_app.extensions[_PAGES]
    return page.in_the_readers_language(pages)


@blueprint.get("/page/smart/<name>")
@open_to_all
def launch_file(name: str) -> Response:
    """Serve a script or a style sheet of the launch."""
    return answered(FILES.get(name))
