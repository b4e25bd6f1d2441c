"""The answer to what cannot be read."""

from __future__ import annotations

import json

import pytest
from gunicorn.http import errors  # type: ignore[import-untyped]
from werkzeug.exceptions import NotFound

from service.server.serving import refusals
from service.server.serving.connection import TooSlow
from service.server.settings import Settings
from tests.support.live import status_of
from tests.support.sample import create_app


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TooSlow(), 408),
        (errors.LimitRequestLine(1, 2), 414),
        (errors.LimitRequestHeaders("x"), 431),
        (errors.UnsupportedTransferCoding("x"), 400),
        (errors.ExpectationFailed("x"), 417),
        (errors.InvalidHeader("Miller"), 400),
        (errors.InvalidRequestLine("Miller"), 400),
        (errors.ConfigurationProblem("x"), 500),
        (NotFound(), 404),
        (RuntimeError("Miller"), 500),
    ],
)
def test_each_refusal_has_its_status_and_repeats_nothing(
    error: Exception, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """The client's bytes are in neither the answer nor the log."""
    head = b"GET /livez?name=Miller HTTP/1.1\r\nX-Request-Id: seven\r\nHost: Miller\r\n\r\n"
    answer = refusals.answer(create_app(Settings()), error, head)
    assert status_of(answer) == status
    assert b"Miller" not in answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["request_id"] == "seven"
    printed = capfd.readouterr().out
    assert f'"route":"refused","status":{status}' in printed
    assert "Miller" not in printed
