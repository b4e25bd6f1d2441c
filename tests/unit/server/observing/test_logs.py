"""One JSON line per request with exactly its fields; exceptions by type and place alone."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.server.observing import log_queue, logs
from service.server.settings import Settings
from tests.support.sample import create_app

FIELDS = ["time", "level", "request_id", "trace_id", "method", "route", "status", "duration", "bytes", "caller"]
Printed = pytest.CaptureFixture[str]


class Whole(FlaskClient):
    """A client that takes every answer to its end, as a server does."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return super().open(*args, **kwargs | {"buffered": True})


def made(level: str) -> Flask:
    """The sample application with such a client."""
    app = create_app(Settings(log_level=level))
    app.test_client_class = Whole
    return app


@pytest.fixture
def app() -> Flask:
    """An application that logs everything."""
    return made("debug")


def printed(capfd: Printed) -> list[dict[str, Any]]:
    """The lines written since the last look."""
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


def test_a_request_is_one_line_with_exactly_these_fields(app: Flask, capfd: Printed) -> None:
    """The template of the route, not the path; the size of the answer; no caller without authentication."""
    app.test_client().post("/v1/assessments?name=Miller", data=b"{}")
    (line,) = printed(capfd)
    assert list(line) == FIELDS
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert (line["level"], line["method"], line["route"], line["status"]) == ("info", "POST", "/v1/assessments", 200)
    assert (line["bytes"], line["caller"]) == (len(b'{"ok":true}'), None)
    assert 0 < line["duration"] < 5


@pytest.mark.parametrize(
    ("path", "route", "level", "status"),
    [
        ("/livez", "/livez", "debug", 200),
        ("/metrics", "/metrics", "debug", 200),
        ("/Miller/905", "unmatched", "info", 404),
    ],
)
def test_probes_are_debug_and_unknown_paths_are_not_told(
    app: Flask, capfd: Printed, path: str, route: str, level: str, status: int
) -> None:
    """The noise is quiet and a path never appears."""
    app.test_client().get(path)
    (line,) = printed(capfd)
    assert (line["route"], line["level"], line["status"]) == (route, level, status)


@pytest.mark.parametrize(("level", "lines"), [("debug", 3), ("info", 2), ("warning", 1), ("error", 1)])
def test_the_level_chooses_what_is_written(capfd: Printed, level: str, lines: int) -> None:
    """A probe is debug, a request info, a failure error."""
    client = made(level).test_client()
    client.get("/livez")
    client.post("/v1/assessments", data=b"{}")
    client.get("/v1/criteria/x")
    written = [line for line in printed(capfd) if "status" in line]
    assert len(written) == lines


def test_unusual_methods_are_one_word(app: Flask, capfd: Printed) -> None:
    """A method is the caller's text too."""
    app.test_client().open("/livez", method="MILLER")
    assert printed(capfd)[0]["method"] == "other"


def test_an_exception_is_told_by_type_and_place(app: Flask, capfd: Printed) -> None:
    """Its message, which may hold a value, is in no line and no answer."""
    answer = app.test_client().get("/v1/criteria/Miller905")
    text = capfd.readouterr().out
    failure, line = [json.loads(part) for part in text.splitlines()]
    assert (failure["error"], failure["route"]) == ("RuntimeError", "/v1/criteria/<name>")
    assert re.fullmatch(r"tests\.support\.sample:\d+", failure["at"])
    assert failure["request_id"] == line["request_id"] == answer.headers["X-Request-Id"]
    assert (line["level"], line["status"]) == ("error", 500)
    assert "Miller905" not in text + answer.text


def test_an_answer_that_breaks_off_is_an_error(app: Flask, capfd: Printed) -> None:
    """Its line says so although 200 was sent."""
    with pytest.raises(RuntimeError):
        app.test_client().get("/torn")
    (line,) = printed(capfd)
    assert (line["level"], line["status"], line["bytes"]) == ("error", 200, 5)


def test_an_exception_that_passes_through_is_logged_too(capfd: Printed) -> None:
    """In an application that propagates exceptions the request still has its line."""
    app = made("info")
    app.testing = True
    with pytest.raises(RuntimeError):
        app.test_client().get("/v1/criteria/x")
    (line,) = printed(capfd)
    assert (line["level"], line["status"]) == ("error", 500)


def test_libraries_speak_json_without_exceptions_and_arguments(app: Flask, capfd: Printed) -> None:
    """A record of any logger becomes a line; what a library quotes may be a patient's address."""
    try:
        raise ValueError("secret-905")  # noqa: TRY301
    except ValueError:
        logging.getLogger("some.library").exception("It failed")
    logging.getLogger("some.library").warning("Failed to parse headers (url=%s)", "secret-905")
    logging.getLogger("some.library").info("chatter")
    logging.getLogger("some.library").warning(KeyError("secret-905"))
    logging.getLogger("service.part").warning("%s of ours", "word")
    failure, plain, odd, ours = printed(capfd)
    assert (failure["message"], failure["error"], failure["level"]) == ("It failed", "ValueError", "error")
    assert failure["at"].startswith("tests.unit.server.observing.test_logs:")
    said = {"logger": "some.library", "message": "Failed to parse headers (url=%s)"}
    assert plain == {"time": plain["time"], "level": "warning", **said}
    assert (odd["message"], ours["message"]) == ("KeyError", "word of ours")
    assert "secret" not in str([failure, plain, odd])


def test_an_exception_without_a_traceback_has_no_place(capfd: Printed) -> None:
    """Nothing is invented."""
    assert logs.described(ValueError("x")) == {"error": "ValueError", "at": "?", "trace": []}


def test_a_closed_standard_output_fails_no_request(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Logging is not worth an answer."""
    monkeypatch.setattr(log_queue, "_STDOUT", 9999)
    assert app.test_client().get("/livez").status_code == 200


def test_log_exception_bears_an_absent_exception(app: Flask, capfd: Printed) -> None:
    """Flask's signature allows it."""
    app.log_exception((None, None, None))
    assert printed(capfd) == []


def test_a_body_that_cannot_be_closed_is_counted_too(capfd: Printed) -> None:
    """A list is a WSGI body as well; the line is written once."""
    app = Flask("plain")

    def plain(_environ: object, start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [])
        return [b"abc"]

    app.wsgi_app = plain  # type: ignore[method-assign, assignment]
    logs.install(app, Settings())
    answer = app.test_client().get("/", buffered=True)
    answer.close()
    assert [line["bytes"] for line in printed(capfd)] == [3]
