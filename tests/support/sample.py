"""A small application on the same server parts, for what the probes alone cannot show."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, HTTPException

from service.api import errors
from service.server import health
from service.server.access import audience_is_endpoint
from service.server.auth import guard
from service.server.messages import cors, headers
from service.server.observing import exchange, logs, metric_labels, metrics, saturation, traces
from service.server.serving import limits, refusals
from service.server.settings import Settings, from_environment

CRITERIA = headers.Document(b'{"criteria":["%s"]}' % (b"x" * 120_000), "application/json")  # as long as the contract

_HELD: list[bytes] = []


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application as service.app does, with a few routes of the contract's names."""
    settings = settings or from_environment()
    app = Flask(__name__, static_folder=None)
    refusals.install(app)
    logs.install(app, settings)
    metrics.install(app)
    saturation.install(app)
    traces.install(app, settings, "0")
    headers.install(app)
    cors.install(app, settings)
    guard.install(app, settings)
    limits.install(app, settings)
    app.register_blueprint(health.blueprint)
    app.register_error_handler(HTTPException, _as_problem)
    metric_labels.allow(criteria=["hscore"], observation=["ferritin"], unknown_reason=["missing"])
    _add_routes(app)
    return app


def _as_problem(error: HTTPException) -> Response | HTTPException:
    return error if error.code in (401, 503) else errors.answer(error)


def _add_routes(app: Flask) -> None:  # noqa: C901  # a list of small views
    @app.post("/v1/assessments")
    def assess() -> Response:
        try:
            json.loads(request.get_data())
        except ValueError as error:
            raise BadRequest from error
        metrics.assessment("json", "likely")
        metrics.verdict("hscore", "met")
        return Response('{"ok":true}', mimetype="application/json")

    @app.post("/v1/assessments/batch")
    @limits.unlimited
    def batch() -> Response:
        lines = request.stream

        def answers() -> Iterator[bytes]:
            for number, line in enumerate(lines):
                yield b'{"index":%d,"bytes":%d}\n' % (number, len(line))

        return Response(answers(), mimetype="application/x-ndjson")

    @app.get("/v1/criteria")
    def criteria() -> Response:
        return CRITERIA.respond()

    @app.get("/v1/criteria/<name>")
    def one(name: str) -> Response:
        raise RuntimeError(f"no room for {name}")

    @app.get("/slow")
    def slow() -> Response:
        time.sleep(float(request.args.get("seconds", "0.3")))
        return Response("done")

    @app.get("/busy")
    def busy() -> Response:
        """Work without a pause for others, as no view of the service does."""
        end = time.thread_time() + float(request.args["seconds"])
        while time.thread_time() < end:
            pass
        return Response("done")

    @app.get("/hold")
    def hold() -> Response:
        _HELD.append(b"x" * int(request.args["bytes"]))
        return Response("done")

    @app.get("/big")
    def big() -> Response:
        return Response((b"x" * 65_536 for _ in range(1024)), mimetype="text/plain")

    @app.post("/cds-services/mas-criteria")
    @audience_is_endpoint
    def card() -> Response:
        return Response('{"cards":[]}', mimetype="application/json")

    @app.get("/who")
    def who() -> Response:
        told = exchange.current()
        return Response(json.dumps([told.request_id, told.trace_id, told.caller, told.traceparent()]))

    @app.get("/torn")
    def torn() -> Response:
        def parts() -> Iterator[bytes]:
            yield b"first"
            raise RuntimeError("secret-905")

        return Response(parts())
