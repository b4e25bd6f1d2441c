"""Clients that stall, trickle, flood or lie about their bodies, against the real server."""

from __future__ import annotations

import gzip
import json
import select
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.server.messages import headers
from service.server.messages.problem_kinds import KINDS
from tests.support.live import PANEL, SERVICE, Live, read_all, status_of

pytestmark = pytest.mark.server

HEAD = b"POST /v1/assessments HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
STALLED_BODY = HEAD + b'Content-Length: 50\r\n\r\n{"a":'
STALLED_HEAD = b"POST /v1/assessments HTTP/1.1\r\nHost: a\r\nX-Wai"
STALLED_CHUNK = HEAD + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n'
STALLED_TRAILER = HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n"
CHUNK_WITHIN = HEAD + b"Transfer-Encoding: chunked\r\n\r\n64\r\n{\r\n0\r\n\r\n"
PADDED_LENGTH = HEAD + b"Content-Length: 00000000000000000050\r\n\r\n{"
STALLED_EXPECT = HEAD + b"Expect: 100-continue\r\nContent-Length: 50\r\n\r\n"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One worker with two threads: whatever blocks a thread shows at once."""
    limits = {"MAS_BODY_READ_SECONDS": "1", "MAS_MAX_BODY_BYTES": "100000"}
    folder = tmp_path_factory.mktemp("clients")
    with Live(folder, WEB_CONCURRENCY="1", MAS_LOG_LEVEL="debug", **limits) as server:
        yield server


STALLED = [STALLED_BODY, STALLED_HEAD, STALLED_CHUNK, STALLED_EXPECT]
LOOKS_WHOLE = [STALLED_TRAILER, CHUNK_WITHIN, PADDED_LENGTH]
SOON = 5  # seconds: a busy machine is slow, but each of these clients would hold a thread for one, or ten


def served_soon(live: Live) -> None:
    """An honest request and a probe are answered at once."""
    started = time.monotonic()
    assert live.post("/v1/assessments")[0] == 200
    assert live.get("/livez")[0] == 200
    assert time.monotonic() - started < SOON


def test_forty_stalled_clients_delay_nobody(live: Live) -> None:
    """A stalled body, head or chunk occupies no thread; it gets 408 when its time is up. Silent ones just wait."""
    silent = [live.connect() for _ in range(40)]
    stalled = [live.connect(stall) for stall in STALLED * 10] + [live.connect(STALLED_BODY) for _ in range(30)]
    served_soon(live)
    answers = [read_all(connection) for connection in stalled]
    assert {status_of(answer.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")) for answer in answers} == {408}
    for connection in [*stalled, *silent]:
        connection.close()


@pytest.mark.parametrize("stall", LOOKS_WHOLE, ids=["trailer", "chunk within a chunk", "padded length"])
def test_forty_stalled_bodies_that_look_whole_delay_nobody(live: Live, stall: bytes) -> None:
    """Where a body ends is told by its framing, not by bytes that its sender put into it."""
    stalled = [live.connect(stall) for _ in range(40)]
    time.sleep(0.2)  # until they have arrived
    served_soon(live)
    assert {status_of(read_all(connection)) for connection in stalled} == {408}
    for connection in stalled:
        connection.close()


def test_a_refusal_has_the_id_that_was_sent_if_it_was_read(live: Live) -> None:
    """And the log has it with the method and the trace, as for any other request."""
    trace = b"00-%b-%b-01" % (b"4bf92f3577b34da6a3ce929d0e0e4736", b"00f067aa0ba902b7")
    sent = {
        b"one": b"X-Request-Id: one \r\ntraceparent: %b\r\n" % trace,
        b"two": b"x-request-id:two\r\n",
        b"": b"X-Request-Id: three\r\nX-Request-Id: four\r\n",
    }
    for known, ids in sent.items():
        head, _, body = live.raw(HEAD + ids + b"Content-Length: 4\r\n\r\n{").partition(b"\r\n\r\n")
        told = json.loads(body)["request_id"]
        assert f"\r\nX-Request-Id: {told}".encode() in head
        assert (told.encode() == known) is bool(known)
    line = next(line for line in live.lines() if line.get("request_id") == "one")
    assert (line["status"], line["method"], line["trace_id"]) == (408, "POST", "4bf92f3577b34da6a3ce929d0e0e4736")


def test_a_trickling_body_is_cut_off(live: Live) -> None:
    """A byte now and then resets nothing: the whole request has one budget."""
    connection = live.connect(HEAD + b"Content-Length: 5000\r\n\r\n")
    sent = 0
    while not select.select([connection], [], [], 0.05)[0]:
        connection.sendall(b" ")
        sent += 1
        assert sent < 1000
    assert status_of(connection.recv(1000)) == 408
    connection.close()


def test_forty_streams_that_stall_leave_threads_for_others(live: Live) -> None:
    """Bodies too long to hold back are read by a thread, for as long as they keep their rate; but never by all."""
    batch = b"POST /v1/assessments/batch HTTP/1.1\r\nHost: a\r\n"
    endless = batch + b"Content-Length: 99999999\r\n\r\n{}\n"
    stalled = [live.connect(endless) for _ in range(20)]
    stalled += [live.connect(batch + b"Transfer-Encoding: chunked\r\n\r\n1ffff\r\n" + b" " * 70_000) for _ in range(20)]
    served_soon(live)
    for connection in stalled:
        connection.close()


def slow_reader(live: Live, sent: bytes) -> socket.socket:
    """A client with small packets and a small buffer, as over a real network, that reads nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    client.connect(("127.0.0.1", live.port))
    client.sendall(sent)
    return client


def test_forty_slow_readers_delay_nobody(live: Live) -> None:
    """What is answered whole is left to the kernel and the event loop, however long it is, or how many they are.

    What is answered line by line holds a part of the threads.
    """
    lines = b"\n" * 90_000
    batch = b"POST /v1/assessments/batch HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\n"
    slow = [slow_reader(live, b"GET /v1/criteria HTTP/1.1\r\nHost: a\r\n\r\n") for _ in range(20)]
    slow += [slow_reader(live, b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n") for _ in range(5)]
    slow += [slow_reader(live, b"GET /v1/criteria HTTP/1.1\r\nHost: a\r\n\r\n" * 20) for _ in range(15)]
    slow += [slow_reader(live, batch + b"Content-Length: %d\r\n\r\n" % len(lines) + lines) for _ in range(5)]
    served_soon(live)
    for connection in slow:
        connection.close()


def test_clients_that_do_not_hang_up_delay_nobody(live: Live) -> None:
    """The farewell to a client that keeps its side open costs the event loop no wait."""
    lazy = [live.connect(b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") for _ in range(20)]
    served_soon(live)
    for connection in lazy:
        assert status_of(read_all(connection)) == 200
        connection.close()


def test_clients_that_do_not_read_delay_nobody_for_ever(live: Live) -> None:
    """A client that hangs up in the middle of its answer leaves the server well."""
    deaf = [live.connect(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n") for _ in range(2)]
    for connection in deaf:
        connection.recv(1)
        connection.close()
    assert live.get("/livez")[0] == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, id="CL and TE"),
        pytest.param(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400, id="two CL"),
        pytest.param(HEAD + b"Host: b\r\nContent-Length: 2\r\n\r\n{}", 400, id="two Host"),
        pytest.param(HEAD + b"Content-Length: +2\r\n\r\n{}", 400, id="signed CL"),
        pytest.param(HEAD + b"Content-Length: 2, 2\r\n\r\n{}", 400, id="CL list"),
        pytest.param(HEAD + b"Transfer-Encoding: xchunked\r\n\r\n", 400, id="unknown TE"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400, id="TE not last"),
        pytest.param(
            HEAD.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, id="1.0 chunked"
        ),
        pytest.param(HEAD + b"X: a\r\n b\r\nContent-Length: 2\r\n\r\n{}", 400, id="folded header"),
        pytest.param(HEAD + b"X\x00Y: a\r\nContent-Length: 2\r\n\r\n{}", 400, id="NUL in name"),
        pytest.param(HEAD + b"Expect: magic\r\nContent-Length: 2\r\n\r\n{}", 417, id="unknown expectation"),
        pytest.param(b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, id="long line"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431, id="long header"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 80 + b"\r\n", 431, id="many headers"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 70_000, 431, id="endless header"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, id="TLS to the plain port"),
        pytest.param(b"GET /livez HTTP/9.9\r\nHost: a\r\n\r\n", 400, id="unknown version"),
    ],
)
def test_malformed_requests_get_problem_json(live: Live, sent: bytes, status: int) -> None:
    """What the parser refuses is answered as a problem that repeats nothing, and the service stays well."""
    answer = live.raw(sent)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert status_of(answer) == status
    assert b"Content-Type: application/problem+json" in head
    problem = json.loads(body)
    assert problem["status"] == status
    assert problem["request_id"].encode() in head
    assert problem["errors"] == []
    assert (problem["type"], problem["title"]) == (f"/docs#problem-{KINDS[status].slug}", KINDS[status].title)
    assert all(f"\r\n{name}: {value}".encode() in head for name, value in headers.DEFAULTS)
    assert live.get("/livez")[0] == 200


@pytest.mark.parametrize("chunks", [b"2x\r\n{}\r\n0\r\n\r\n", b"2\r\n{}z\r\n0\r\n\r\n", b"-2\r\n{}\r\n0\r\n\r\n"])
def test_malformed_chunks_get_400_and_end_the_connection(live: Live, chunks: bytes) -> None:
    """Where the next request would begin is unknown, so there is none."""
    answer = live.raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
    assert status_of(answer) == 400
    assert answer.count(b"HTTP/1.1") == 1


def chunked(body: bytes, size: int = 10_000) -> bytes:
    """A body in chunks."""
    parts = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize("length", [100_001, 150_000, 400_000])
def test_long_bodies_get_413_however_they_are_framed(live: Live, length: int) -> None:
    """A chunked body over the limit is refused, not cut to a valid-looking half."""
    body = b'"' + b"a" * (length - 2) + b'"'
    assert status_of(live.raw(HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % length + body)) == 413
    assert status_of(live.raw(HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body))) == 413


def test_bodies_at_the_limit_are_taken_however_they_are_framed(live: Live) -> None:
    """The limit itself is allowed."""
    body = b'"' + b"a" * 99_998 + b'"'
    assert live.post("/v1/assessments", body)[0] == 200
    assert status_of(live.raw(HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body))) == 200


def test_a_promised_giant_is_refused_before_it_is_sent(live: Live) -> None:
    """413 comes from the length alone, and the connection is not waited for."""
    assert status_of(live.raw(HEAD + b"Content-Length: 99999999999\r\n\r\n{")) == 413


def test_bodies_under_gzip_are_read_and_those_under_another_coding_get_415(live: Live) -> None:
    """A bomb is cut off at the limit."""
    assert live.post("/v1/assessments", gzip.compress(PANEL), Content_Encoding="gzip")[0] == 200
    assert live.post("/v1/assessments", b"\x1f\x8b" + b"0" * 50, Content_Encoding="gzip")[0] == 400
    assert live.post("/v1/assessments", gzip.compress(b" " * 9_000_000), Content_Encoding="gzip")[0] == 413
    status, headers, _ = live.post("/v1/assessments", b"\x1f\x8b" + b"0" * 50, Content_Encoding="br")
    assert status == 415
    assert headers["accept-encoding"] == "gzip, identity"
    assert live.post("/v1/assessments", PANEL, Content_Encoding="identity")[0] == 200


@pytest.mark.parametrize("coding", [b"gzip, chunked", b"GZIP,chunked", b"gzip\r\nTransfer-Encoding: chunked"])
@pytest.mark.parametrize("body", [PANEL, gzip.compress(PANEL)], ids=["plain", "compressed"])
def test_bodies_compressed_for_the_transfer_get_415(live: Live, coding: bytes, body: bytes) -> None:
    """They were read as if the chunks were all: a body that was said to be something else was assessed."""
    answer = live.raw(HEAD + b"Transfer-Encoding: " + coding + b"\r\n\r\n" + chunked(body))
    assert status_of(answer) == 415
    assert answer.count(b"HTTP/1.1") == 1


def test_a_batch_of_any_length_streams_through(live: Live) -> None:
    """The route marked unlimited takes 3 MB under a limit of 100 kB, with and without a length."""
    line = b'{"a":"' + b"x" * 1000 + b'"}\n'
    status, _, body = live.post("/v1/assessments/batch", line * 3000)
    assert status == 200
    assert body.count(b"\n") == 3000
    status, _, body = live.request(
        "POST", "/v1/assessments/batch", iter([line * 100] * 30), Transfer_Encoding="chunked"
    )
    assert status == 200
    assert body.count(b"\n") == 3000


def test_pipelined_requests_are_answered_in_order(live: Live) -> None:
    """Bytes read ahead belong to the next request."""
    one = HEAD + b"Content-Length: %d\r\n\r\n" % len(PANEL) + PANEL
    last = b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    answer = live.raw(one * 3 + last)
    assert answer.count(b"HTTP/1.1 200 OK") == 4


def test_expectations_are_answered(live: Live) -> None:
    """A client that asks first is told to go on, then served."""
    connection = live.connect(
        HEAD + b"Connection: close\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(PANEL)
    )
    assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
    connection.sendall(PANEL)
    assert b"HTTP/1.1 200 OK" in read_all(connection)
    connection.close()


def test_underscored_headers_do_not_pass_for_hyphened_ones(live: Live) -> None:
    """X_Request_Id is dropped, so no proxy rule can be slipped past."""
    answer = live.raw(b"GET /livez HTTP/1.1\r\nHost: a\r\nX_Request_Id: forged\r\nConnection: close\r\n\r\n")
    assert status_of(answer) == 200
    assert b"forged" not in answer


def test_every_error_of_the_service_is_a_problem(tmp_path: Path) -> None:
    """From the parser, the worker, the limits and the application alike."""
    with Live(tmp_path, SERVICE, WEB_CONCURRENCY="1", MAS_MAX_BODY_BYTES="100000", MAS_BODY_READ_SECONDS="1") as server:
        long = b'"' + b"a" * 200_000 + b'"'
        close = HEAD + b"Connection: close\r\n"
        sent = {
            400: close + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
            404: b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            405: b"PUT /v1/assessments HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            408: close + b"Content-Length: 4\r\n\r\n{",
            413: close + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(long),
            414: b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
            415: close + b"Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}",
            422: close + b"Content-Length: 2\r\n\r\n{}",
            431: b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 70_000,
        }
        for status, request in sent.items():
            head, _, body = server.raw(request).partition(b"\r\n\r\n")
            assert status_of(head) == json.loads(body)["status"] == status
            assert b"Content-Type: application/problem+json" in head
        broken = server.raw(close + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n0\r\n\r\n")
        assert status_of(broken) == 400
        assert json.loads(broken.partition(b"\r\n\r\n")[2])["type"] == "/docs#problem-bad-request"
        assert server.get("/readyz")[0] == 200
