"""The files a page is made of, held in memory and revalidated by ETag, so that an upgrade never mixes two versions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flask import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.exceptions import NotFound

from service.server.messages.headers import Document

HERE = Path(__file__).parent
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
}
TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",  # a script that fails to load must not let the browser send the form
    "frame-ancestors": "'none'",
}


def rendered(name: str, more: Mapping[str, str], **facts: object) -> Document:
    """Return a template filled with ``facts``, under the strict Content-Security-Policy changed by ``more``."""
    policy = "; ".join(f"{directive} {sources}" for directive, sources in (STRICT | dict(more)).items())
    body = TEMPLATES.get_template(name).render(**facts)
    return Document(body.encode(), TYPES[".html"], policy)


def loaded(*paths: Path) -> dict[str, Document]:
    """Return the files by name."""
    return {path.name: Document(path.read_bytes(), TYPES[path.suffix]) for path in paths}


def answered(document: Document | None) -> Response:
    """Answer the current request with a document, to be asked for again each time; raises NotFound without one."""
    if document is None:
        raise NotFound("There is no such file.")
    answer = document.respond()
    answer.headers["Cache-Control"] = "no-cache"
    return answer
