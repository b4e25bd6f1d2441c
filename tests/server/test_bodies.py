"""Limits of the request body, seen from the application."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask

from service.server.serving.connection import TooSlow
from service.server.settings import Settings
from tests.server.sample import create_app


class Stream:
    """A body stream as a server gives it."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self.read = read


def broken(error: Exception) -> Stream:
    """A stream whose first read fails."""

    def read(_size: int) -> bytes:
        raise error

    return Stream(read)


def posted(app: Flask, path: str, stream: object, **environ: object) -> int:
    """The status for a body that comes without a length."""
    given = {"wsgi.input": stream, "wsgi.input_terminated": True} | environ
    return app.test_client().post(path, environ_overrides=given).status_code


@pytest.fixture
def app() -> Flask:
    """An application with a small limit."""
    return create_app(Settings(max_body_bytes=100))


def test_the_limit_holds_with_and_without_a_length(app: Flask) -> None:
    """100 bytes are taken, 101 are not, however they come."""
    for length, status in ((100, 200), (101, 413), (5000, 413)):
        body = b'"' + b"a" * (length - 2) + b'"'
        assert app.test_client().post("/v1/assessments", data=body).status_code == status
        assert posted(app, "/v1/assessments", io.BytesIO(body)) == status


def test_an_unlimited_view_minds_its_own_size(app: Flask) -> None:
    """It reads line by line."""
    body = b'{"a":1}\n' * 1000
    assert app.test_client().post("/v1/assessments/batch", data=body).data.count(b"\n") == 1000
    assert posted(app, "/v1/assessments/batch", io.BytesIO(body)) == 200


@pytest.mark.parametrize(
    ("coding", "status"), [("gzip", 415), ("br, gzip", 415), ("identity", 200), ("", 200), ("Identity", 200)]
)
def test_coded_bodies_are_refused(app: Flask, coding: str, status: int) -> None:
    """415 says what would be taken."""
    answer = app.test_client().post("/v1/assessments", data=b"{}", headers={"Content-Encoding": coding})
    assert answer.status_code == status
    assert (answer.headers.get("Accept-Encoding") == "identity") is (status == 415)


@pytest.mark.parametrize(
    ("coding", "status"), [("gzip, chunked", 415), ("gzip,chunked", 415), ("chunked", 200), ("Chunked ", 200)]
)
def test_coded_transfers_are_refused(app: Flask, coding: str, status: int) -> None:
    """The server takes off the chunks alone: what is left would be read as if it had never been compressed."""
    assert posted(app, "/v1/assessments", io.BytesIO(b"{}"), HTTP_TRANSFER_ENCODING=coding) == status


@pytest.mark.parametrize(
    ("error", "status"), [(TooSlow(), 408), (ValueError("bad chunk"), 400), (ConnectionResetError(), 400)]
)
def test_a_failing_stream_is_the_matching_error(app: Flask, error: Exception, status: int) -> None:
    """Too slow is 408, anything else wrong with the body 400."""
    assert posted(app, "/v1/assessments", broken(error)) == status


def test_a_body_that_ends_early_is_refused(app: Flask) -> None:
    """Half a number could be another number."""
    assert posted(app, "/v1/assessments", io.BytesIO(b"12"), CONTENT_LENGTH="5") == 400
    assert posted(app, "/v1/assessments", io.BytesIO(b"12"), CONTENT_LENGTH="2") == 200
