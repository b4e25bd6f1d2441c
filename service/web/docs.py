"""``GET /docs``: the contract in Swagger UI, whose files come from an installed package and from no other host."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Response

from service.server.access import open_to_all
from service.web.files import HERE, answered, loaded, rendered

POLICY = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",  # the viewer's own icons
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
))
VIEWER = Path(str(files("flask_swagger_ui"))) / "dist"
PROBLEMS = (
    ("malformed-json", 400, "The body is not JSON: check for NaN, a key given twice, bytes that are not UTF-8."),
    ("bad-request", 400, "The request itself is not usable; detail says why."),
    ("unauthorized", 401, "Send a key or a token as Authorization: Bearer. The answer never says what was wrong with it."),
    ("not-found", 404, "There is nothing at this address; the paths are listed above."),
    ("method-not-allowed", 405, "The Allow header lists the methods of this address."),
    ("not-acceptable", 406, "The Accept header rules out the format of the answer."),
    ("request-timeout", 408, "The body did not arrive in time. Send it again."),
    ("precondition-failed", 412, "Something that the request needs was not sent; detail names it."),
    ("payload-too-large", 413, "Send less at once; many panels go to the batch, line by line."),
    ("uri-too-long", 414, "Values belong in the body, never in the address."),
    ("unsupported-media-type", 415, "Send the body in UTF-8, uncompressed, with the Content-Type of the address."),
    ("invalid-panel", 422, "Values or fields cannot be used. Mend what errors lists, or send on_invalid: omit."),
    ("too-many-requests", 429, "Wait for the seconds in Retry-After."),
    ("headers-too-large", 431, "Send fewer or shorter header fields."),
    ("internal", 500, "The service failed; the fault is ours. Quote the request id."),
    ("unavailable", 503, "The service is starting, stopping or short of a key. Wait for the seconds in Retry-After."),
)
PAGE = rendered("docs.html", POLICY, problems=PROBLEMS)
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
