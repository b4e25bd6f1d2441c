"""The answer to what never reaches the application."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from gunicorn.http import errors  # type: ignore[import-untyped]
from werkzeug.exceptions import NotFound

from service.server.serving import refusals
from tests.server.live import status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TimeoutError(), 408),
        (errors.LimitRequestLine(1, 2), 414),
        (errors.LimitRequestHeaders("x"), 431),
        (errors.UnsupportedTransferCoding("x"), 501),
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
    answer = refusals.answer(refusals.status_for(error))
    assert status_of(answer) == status
    assert b"Miller" not in answer
    printed = capfd.readouterr().out
    assert f'"status":{status}' in printed
    assert "Miller" not in printed
    assert (b"Retry-After" in answer) is (status == 503)


def test_an_overload_says_when_to_come_back(capfd: pytest.CaptureFixture[str]) -> None:
    """And is an error in the log."""
    assert b"Retry-After: 1\r\n" in refusals.answer(HTTPStatus.SERVICE_UNAVAILABLE)
    assert '"level":"error"' in capfd.readouterr().out
