"""What the server and the framework cost without us: they read JSON and write JSON, nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from flask import Flask, Response, request

READY = b'{"status":"ready"}\n'


def wsgi(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Echo without a framework."""
    return _answer(environ, start_response, lambda read: read)


def large(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Read a panel and write a document as large as its assessment, without a framework."""
    return _answer(environ, start_response, lambda _: _assessment())


@cache
def _assessment() -> object:
    from bench.panels import panel  # noqa: PLC0415  # the other echoes need nothing of the service
    from bench.stages import whole  # noqa: PLC0415

    return json.loads(whole(panel())())


def _answer(environ: dict[str, Any], start_response: Any, document: Callable[[object], object]) -> Iterable[bytes]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    answer = json.dumps(document(json.loads(environ["wsgi.input"].read(length)))).encode() if length else READY
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]


flask = Flask(__name__, static_folder=None)


@flask.post("/")
def echo() -> Response:
    """Echo by Flask."""
    return Response(json.dumps(json.loads(request.get_data(cache=False))), content_type="application/json")


@flask.get("/readyz")
def ready() -> Response:
    """Say that requests may be sent."""
    return Response(READY, content_type="application/json")
