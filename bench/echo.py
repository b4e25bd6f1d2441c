"""What the server and the framework cost without us: both read JSON and write it back, nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from flask import Flask, Response, request

READY = b'{"status":"ready"}\n'


def wsgi(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Echo without a framework."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    answer = json.dumps(json.loads(environ["wsgi.input"].read(length))).encode() if length else READY
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
