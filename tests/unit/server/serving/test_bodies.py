"""Limits of the request body, seen from the application."""

from __future__ import annotations

import gzip
import io
import time
import zlib
from collections.abc import Callable

import pytest
from flask import Flask

import service.app
from service.server.messages.strict_json import dumps, loads
from service.server.serving.connection import Crowded, TooSlow
from service.server.settings import Settings
from tests.support.sample import create_app


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
    ("coding", "status"),
    [("br, gzip", 415), ("deflate", 415), ("gzip, gzip", 415), ("zstd", 415)]
    + [(coding, 200) for coding in ("identity", "", "Identity")],
)
def test_bodies_under_another_coding_are_refused(app: Flask, coding: str, status: int) -> None:
    """415 says what would be taken."""
    answer = app.test_client().post("/v1/assessments", data=b"{}", headers={"Content-Encoding": coding})
    assert answer.status_code == status
    assert (answer.headers.get("Accept-Encoding") == "gzip, identity") is (status == 415)


def packed(app: Flask, body: bytes, path: str = "/v1/assessments", coding: str = "gzip") -> int:
    """The status for a body that is sent as one under gzip."""
    return app.test_client().post(path, data=body, headers={"Content-Encoding": coding}).status_code


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", " GZIP"])
def test_a_body_under_gzip_is_read(app: Flask, coding: str) -> None:
    """Its length is that of the packed body, which is no limit of what it holds."""
    assert packed(app, gzip.compress(b'"' + b"a" * 98 + b'"'), coding=coding) == 200
    assert posted(app, "/v1/assessments", io.BytesIO(gzip.compress(b"{}")), HTTP_CONTENT_ENCODING=coding) == 200


def test_a_body_under_gzip_may_be_made_of_several_members(app: Flask) -> None:
    """Tools that append make such files."""
    assert packed(app, gzip.compress(b"[1,") + gzip.compress(b"") + gzip.compress(b"2]")) == 200


@pytest.mark.slow
def test_a_body_under_gzip_is_held_to_the_limit_of_what_it_holds(app: Flask) -> None:
    """One byte more than 100 is too much, and a bomb is cut off there."""
    for length, status in ((100, 200), (101, 413), (50_000_000, 413)):
        assert packed(app, gzip.compress(b'"' + b"a" * (length - 2) + b'"')) == status


@pytest.mark.slow
def test_a_bomb_is_cut_off_while_it_unpacks() -> None:
    """Of a gigabyte no more than the limit is unpacked."""
    bomb = gzip.compress(b" " * 300_000_000, 1)
    app = create_app(Settings(max_body_bytes=len(bomb)))
    began = time.process_time()
    assert packed(app, bomb) == 413
    assert time.process_time() - began < 0.2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"\x1f\x8b" + b"0" * 50,
        gzip.compress(b"{}")[:-1],
        gzip.compress(b"{}")[:12],
        gzip.compress(b"{}")[:-8] + bytes(8),
        gzip.compress(b"{}") + b"{}",
        zlib.compress(b"{}"),
    ],
    ids=["empty", "plain", "garbage", "cut", "cut early", "a wrong check sum", "something behind it", "zlib"],
)
def test_a_body_that_is_no_gzip_is_refused(app: Flask, body: bytes) -> None:
    """Half a body could be another body."""
    assert packed(app, body) == 400


def test_a_batch_under_gzip_streams_until_it_unpacks_to_far_more_than_was_sent(app: Flask) -> None:
    """There is no limit on a batch, so the ratio is limited instead."""
    lines = b'{"a":1}\n' * 1000
    answer = app.test_client().post(
        "/v1/assessments/batch", data=gzip.compress(lines), headers={"Content-Encoding": "gzip"}
    )
    assert answer.data.count(b"\n") == 1000
    batch = (
        service.app.create_app(Settings())
        .test_client()
        .post(
            "/v1/assessments/batch",
            data=gzip.compress(b" " * 20_000_000),
            headers={"Content-Encoding": "gzip"},
            content_type="application/x-ndjson",
        )
    )
    assert "unpacks to more than 100 times its size" in loads(batch.data)["problem"]["detail"]


@pytest.mark.parametrize(
    ("path", "sized"),
    [
        ("/v1/assessments", "2 MiB, the limit of MAS_MAX_BODY_BYTES"),
        ("/fhir/$evaluate-mas", "3000000 bytes, the limit of MAS_FHIR_MAX_BODY_BYTES"),
        ("/cds-services/mas-criteria", "3000000 bytes, the limit of MAS_FHIR_MAX_BODY_BYTES"),
    ],
)
def test_a_body_that_is_too_large_is_told_the_limit_and_its_setting(path: str, sized: str) -> None:
    """An operator knows then where to turn."""
    client = service.app.create_app(Settings(max_body_bytes=2 << 20, fhir_max_body_bytes=3_000_000)).test_client()
    for body, headers in ((b" " * 3_000_001, {}), (gzip.compress(b" " * 3_000_001), {"Content-Encoding": "gzip"})):
        answer = client.post(path, data=body, headers=headers, content_type="application/json")
        assert answer.status_code == 413
        assert f"The body is larger than {sized} on this server." in answer.text


def test_by_default_a_record_may_be_eight_times_as_large_as_a_panel() -> None:
    """Of the records of a public generator 42 % are larger than 1 MiB."""
    client = service.app.create_app(Settings()).test_client()
    body = dumps({"resourceType": "Bundle", "type": "collection", "entry": []}).ljust(8 << 20)
    for data, status in ((body, 200), (body + b" ", 413)):
        assert client.post("/fhir/$evaluate-mas", data=data, content_type="application/json").status_code == status
    assert client.post("/v1/assessments", data=body, content_type="application/json").status_code == 413


@pytest.mark.parametrize(
    ("coding", "status"), [("gzip, chunked", 415), ("gzip,chunked", 415), ("chunked", 200), ("Chunked ", 200)]
)
def test_coded_transfers_are_refused(app: Flask, coding: str, status: int) -> None:
    """The server takes off the chunks alone: what is left would be read as if it had never been compressed."""
    assert posted(app, "/v1/assessments", io.BytesIO(b"{}"), HTTP_TRANSFER_ENCODING=coding) == status


@pytest.mark.parametrize(
    ("error", "status"),
    [(TooSlow(), 408), (Crowded(), 503), (ValueError("bad chunk"), 400), (ConnectionResetError(), 400)],
)
def test_a_failing_stream_is_the_matching_error(app: Flask, error: Exception, status: int) -> None:
    """Too slow is 408, anything else wrong with the body 400."""
    assert posted(app, "/v1/assessments", broken(error)) == status


def test_a_body_that_ends_early_is_refused(app: Flask) -> None:
    """Half a number could be another number."""
    assert posted(app, "/v1/assessments", io.BytesIO(b"12"), CONTENT_LENGTH="5") == 400
    assert posted(app, "/v1/assessments", io.BytesIO(b"12"), CONTENT_LENGTH="2") == 200
