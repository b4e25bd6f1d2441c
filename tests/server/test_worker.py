"""The worker's event loop, run inside the test so that its rarer turns can be brought about."""

from __future__ import annotations

import os
import selectors
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from itertools import chain, repeat
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.http import errors  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn  # type: ignore[import-untyped]
from werkzeug.exceptions import NotFound

from service.server import arrivals, deliveries, departure, drain, refusals
from service.server import worker as module
from service.server.arrival import HEAD_LIMIT, STREAM_AFTER, Arrival, PatientReader
from service.server.gunicorn_log import JsonLogger
from service.server.worker import PatientWorker
from tests.server.live import PATIENCE, read_all, status_of, until

PAUSE = 0.5
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
CLOSE = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


class Bench:
    """One worker on its own thread, with an application that the test can hold and release."""

    def __init__(self, **choices: Any) -> None:
        self.config = Config()
        for name, value in (
            {"threads": 2, "keepalive": 5, "graceful_timeout": 20, "worker_tmp_dir": None} | choices
        ).items():
            self.config.set(name, value)
        self.gate = threading.Event()
        self.gate.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.worker = PatientWorker(1, os.getppid(), [self.listener], None, 15, self.config, JsonLogger(self.config))
        self.worker.arrivals.pause = PAUSE
        self.worker.wsgi = self.answer
        self.worker.tpool = self.worker.get_thread_pool()
        self.worker.poller = selectors.DefaultSelector()
        self.worker.method_queue.init()
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.worker.run, daemon=True)

    def answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/fail":
            raise ZeroDivisionError("secret-905")
        if environ["PATH_INFO"] != "/quick":
            self.gate.wait(PATIENCE)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body: bytes = environ["wsgi.input"].read(length) if environ["PATH_INFO"] != "/unread" else b""
        big = b"x" * 8_000_000 if environ["PATH_INFO"] in ("/big", "/broken") else b"ok"
        start_response("200 OK", [("Content-Length", str(len(big)))])
        if environ["PATH_INFO"] == "/broken":
            return chain([big], map(_fail, "a"))
        return [big] if len(body) == length or environ["PATH_INFO"] == "/unread" else []

    def connect(self, sent: bytes = b"") -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        client.sendall(sent)
        return client

    def raw(self, sent: bytes) -> bytes:
        with self.connect(sent) as client:
            return read_all(client)

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for the loop to reach a state."""
        until(condition)

    def stop(self) -> None:
        self.gate.set()
        self.worker.alive = False
        self.worker.method_queue.defer(lambda: None)
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()
        self.worker.tmp.close()


def _fail(_: str) -> bytes:
    raise ZeroDivisionError


def rudely(client: socket.socket) -> None:
    """Close with a reset instead of a farewell."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A running worker."""
    made = Bench()
    made.thread.start()
    yield made
    made.stop()
    assert made.worker.nr_conns == 0
    assert made.worker.arrivals.held == 0


def test_requests_are_served_and_connections_kept(bench: Bench) -> None:
    """One after the other on one connection, and pipelined."""
    with bench.connect() as client:
        for _ in range(3):
            client.sendall(GET)
            answer = b""
            while not answer.endswith(b"ok"):
                answer += client.recv(1000)
        client.sendall(GET + GET + CLOSE)
        assert read_all(client).count(b"200 OK") == 3


def test_a_request_in_pieces_is_collected(bench: Bench) -> None:
    """No thread is used before the last piece."""
    bench.worker.arrivals.pause = PATIENCE
    with bench.connect() as client:
        for piece in (CLOSE[:5], CLOSE[5:20], CLOSE[20:-1]):
            client.sendall(piece)
            bench.until(lambda: len(bench.worker.arrivals.arriving) == 1)
            assert bench.worker.in_threads == 0
        client.sendall(CLOSE[-1:])
        assert status_of(read_all(client)) == 200


def test_an_overdue_request_gets_408_and_a_silent_connection_just_ends(bench: Bench) -> None:
    """The one began to speak; the other waits as long as an idle connection may."""
    started = time.monotonic()
    assert status_of(bench.raw(GET[:10])) == 408
    assert time.monotonic() - started >= PAUSE
    with bench.connect() as silent:
        bench.until(lambda: len(bench.worker.arrivals.arriving) == 1)
        next(iter(bench.worker.arrivals.arriving.values())).idle_until = 0
        assert read_all(silent) == b""


def test_a_client_that_leaves_early_is_forgotten(bench: Bench) -> None:
    """By hanging up, or rudely."""
    bench.connect(GET[:10]).close()
    rudely(bench.connect(GET[:10]))
    bench.until(lambda: bench.worker.nr_conns == 0)
    assert bench.worker.arrivals.arriving == {}


def test_an_unread_body_is_not_waited_for(bench: Bench) -> None:
    """The answer is sent; the connection ends because the rest never came."""
    head = b"POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"
    bench.worker.arrivals.pause = PATIENCE
    started = time.monotonic()
    answer = bench.raw(head)
    assert status_of(answer) == 200
    assert time.monotonic() - started < PATIENCE / 2


def test_a_body_too_long_to_hold_is_read_by_a_thread(bench: Bench) -> None:
    """It may take its time while its sender keeps the rate; when it stalls the connection ends."""
    bench.worker.arrivals.hold = 10
    bench.worker.arrivals.pause = PATIENCE
    with bench.connect(LONG) as client:
        bench.until(lambda: bench.worker.in_threads == 1)
        client.sendall(b"x" * 20)
        assert status_of(read_all(client)) == 200
    bench.worker.arrivals.pause = PAUSE
    with bench.connect(LONG) as client:
        assert read_all(client) == b""


def test_silent_connections_make_room_in_a_crowd(bench: Bench) -> None:
    """Else those that say nothing would keep the door shut for as long as an idle one may be kept."""
    bench.config.set("keepalive", 600)
    bench.worker.worker_connections = 3
    silent = [bench.connect() for _ in range(3)]
    assert status_of(bench.raw(CLOSE)) == 200
    assert [read_all(client) for client in silent] == [b""] * 3
    for client in silent:
        client.close()


LONG = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\nConnection: close\r\n\r\n"


def test_streams_share_half_of_the_threads_in_turn(bench: Bench) -> None:
    """The others wait unread, and what is whole is served meanwhile; one too many is told to come back."""
    bench.worker.arrivals.hold = 10
    bench.worker.arrivals.pause = PATIENCE
    bench.worker.streams.most_waiting = 2
    streams = [bench.connect(LONG) for _ in range(3)]
    bench.until(lambda: len(bench.worker.streams.waiting) == 2)
    assert bench.worker.in_threads == 1
    assert status_of(bench.raw(LONG)) == 503
    assert status_of(bench.raw(CLOSE)) == 200
    for client in streams:
        client.sendall(b"x" * 20)
    assert [status_of(read_all(client)) for client in streams] == [200] * 3
    for client in streams:
        client.close()
    bench.until(lambda: not bench.worker.streams.running)


def test_a_stream_whose_turn_does_not_come_gets_503(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not its sender who was slow."""
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    bench.worker.arrivals.hold = 10
    bench.worker.arrivals.pause = PATIENCE
    with bench.connect(LONG) as first:
        bench.until(lambda: bench.worker.streams.running)
        assert status_of(bench.raw(LONG)) == 503
        assert not bench.worker.streams.waiting
        first.sendall(b"x" * 20)
        assert status_of(read_all(first)) == 200


def test_when_too_much_is_held_threads_read(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded whatever the number of clients."""
    monkeypatch.setattr(arrivals, "_HELD_BYTES", 5)
    bench.worker.arrivals.pause = PATIENCE
    with bench.connect(CLOSE[:10]) as client:
        bench.until(lambda: bench.worker.in_threads == 1)
        client.sendall(CLOSE[10:])
        assert status_of(read_all(client)) == 200


def test_requests_that_wait_for_others_hold_up_nobody() -> None:
    """Each gives up its turn after a while, even if nothing else happens on the worker."""
    bench = Bench(threads=4)
    bench.thread.start()
    bench.gate.clear()
    slow = [bench.connect(CLOSE) for _ in range(3)]
    bench.until(lambda: bench.worker.in_threads == 3)
    quick = bench.raw(CLOSE.replace(b"GET /", b"GET /quick"))
    assert status_of(quick) == 200
    bench.gate.set()
    for client in slow:
        assert status_of(read_all(client)) == 200
        client.close()
    bench.stop()
    assert not bench.worker.turns.running
    assert not bench.worker.turns.waiting


def test_one_too_many_gets_503_but_a_probe_is_served(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """An overload says so at once, and does not look like death."""
    monkeypatch.setattr(module, "_QUEUE_PER_THREAD", 1)
    bench.gate.clear()
    waiting = [bench.connect(CLOSE) for _ in range(3)]
    bench.until(lambda: bench.worker.in_threads == 3)
    refused = bench.raw(CLOSE)
    assert status_of(refused) == 503
    assert b"Retry-After: 1\r\n" in refused
    probe = bench.connect(CLOSE.replace(b"GET /", b"GET /livez"))
    bench.until(lambda: bench.worker.in_threads == 4)
    bench.gate.set()
    for client in [*waiting, probe]:
        assert status_of(read_all(client)) == 200
        client.close()


def test_an_endless_head_gets_431(bench: Bench) -> None:
    """Well before it fills the memory."""
    assert status_of(bench.raw(b"GET / HTTP/1.1\r\nX: " + b"a" * (HEAD_LIMIT + 1))) == 431


def test_a_failing_application_gets_500_without_its_message(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    """Type and place go to the log."""
    answer = bench.raw(b"GET /fail HTTP/1.1\r\nHost: a\r\n\r\n")
    assert status_of(answer) == 500
    printed = capfd.readouterr().out
    assert '"error":"ZeroDivisionError"' in printed
    assert "secret" not in printed + answer.decode()


BIG = b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n"


def test_an_answer_that_is_not_taken_costs_no_thread(bench: Bench) -> None:
    """The rest of it waits in the event loop, and the next request of the connection behind it."""
    with bench.connect(BIG + CLOSE) as deaf:
        bench.until(lambda: len(bench.worker.deliveries.going) == 1)
        assert (bench.worker.nr, bench.worker.in_threads) == (1, 0)
        assert bench.worker.deliveries.held > 1_000_000
        answers = read_all(deaf)
    assert (answers.count(b"200 OK"), answers.count(b"x")) == (2, 8_000_000)
    assert bench.worker.deliveries.held == 0


def test_a_client_that_does_not_take_its_answer_is_cut_off(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """When its time is up; when it is gone; or at once, when too much is held for others."""
    monkeypatch.setattr(deliveries, "PAUSE", 0.2)
    monkeypatch.setattr(deliveries, "LEAST_RATE", 1 << 30)
    with bench.connect(BIG) as deaf:
        bench.until(lambda: bench.worker.nr == 1 and bench.worker.nr_conns == 0)
        assert len(read_all(deaf)) < 8_000_000
    monkeypatch.setattr(deliveries, "PAUSE", PATIENCE)
    rude = bench.connect(BIG)
    bench.until(lambda: len(bench.worker.deliveries.going) == 1)
    rudely(rude)
    bench.until(lambda: bench.worker.nr_conns == 0)
    monkeypatch.setattr(deliveries, "MOST_HELD", 1_000_000)
    with bench.connect(BIG) as deaf:
        bench.until(lambda: bench.worker.nr == 3 and bench.worker.nr_conns == 0)
        assert len(read_all(deaf)) < 8_000_000
    assert bench.worker.deliveries.held == 0


def test_an_answer_in_pieces_is_not_made_for_ever_when_nobody_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended where so much is held as no client may have."""
    monkeypatch.setattr(deliveries, "MOST_HELD", 1_000_000)
    here, there = socket.socketpair()
    with deliveries.Outlet.taking_over(here) as outlet, there:
        outlet.settimeout(0)
        with pytest.raises(TimeoutError):
            deque(map(outlet.sendall, repeat(b"x" * 65_536, 1000)))
        assert 1_000_000 < outlet.left < 1_100_000


def test_an_answer_that_breaks_off_before_it_is_taken_ends_the_connection(bench: Bench) -> None:
    """The server has closed it: nothing is left to deliver, and the loop goes on."""
    with bench.connect(BIG.replace(b"/big", b"/broken")) as deaf:
        assert 0 < len(read_all(deaf)) < 8_000_000
    bench.until(lambda: bench.worker.nr_conns == 0)
    assert status_of(bench.raw(CLOSE)) == 200


def test_a_client_that_does_not_take_what_is_streamed_is_cut_off(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its thread is free again after a while."""
    monkeypatch.setattr(module, "_SEND_SECONDS", 0.2)
    lines = b"Content-Type: application/x-ndjson\r\nContent-Length: 0\r\n\r\n"
    with bench.connect(b"POST /big HTTP/1.1\r\nHost: a\r\n" + lines) as deaf:
        bench.until(lambda: bench.worker.nr == 1 and bench.worker.in_threads == 0)
        assert len(read_all(deaf)) < 8_000_000


def test_a_client_that_keeps_talking_after_goodbye_is_cut(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """By amount."""
    monkeypatch.setattr(departure, "LARGEST", 1000)
    with bench.connect(CLOSE) as client:
        assert status_of(read_all(client)) == 200
        with pytest.raises(OSError):  # noqa: PT012  # which send fails depends on the kernel
            for _ in range(6000):
                client.sendall(b"x" * 2000)
                time.sleep(0.01)


def test_a_client_that_does_not_hang_up_is_cut(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """By time; and one that resets is gone at once."""
    monkeypatch.setattr(departure, "LINGER", 0.1)
    lazy, rude = bench.connect(CLOSE), bench.connect(CLOSE)
    for client in (lazy, rude):
        assert status_of(read_all(client)) == 200
    rudely(rude)
    bench.until(lambda: not bench.worker.departures.leaving)
    lazy.close()


def test_a_false_alarm_is_ignored(bench: Bench) -> None:
    """A socket may look readable and hold nothing."""
    here, there = socket.socketpair()
    with here, there:
        here.setblocking(False)
        leaver = TConn(bench.config, here, ("", 0), ("", 0))
        bench.worker.departures.leaving[leaver] = time.monotonic() + 60, 0
        bench.worker.departures.discard(leaver)
        assert bench.worker.departures.leaving.pop(leaver)[1] == 0


def test_a_draining_worker_ends_kept_connections(bench: Bench) -> None:
    """Each answer says so."""
    drain.announce()
    try:
        assert b"Connection: close" in bench.raw(GET)
    finally:
        drain.announce(value=False)


def test_a_stopping_worker_serves_what_the_kernel_accepted() -> None:
    """Connections that wait in the backlog are taken before the port closes; silent ones are not waited for."""
    bench = Bench()
    waiting = [bench.connect(CLOSE) for _ in range(5)]
    silent = bench.connect()
    bench.worker.alive = False
    bench.thread.start()
    assert [status_of(read_all(client)) for client in waiting] == [200] * 5
    assert read_all(silent) == b""
    bench.thread.join(PATIENCE)
    assert not bench.thread.is_alive()
    bench.worker.tmp.close()
    with pytest.raises(ConnectionRefusedError):
        bench.connect()
    for client in [*waiting, silent]:
        client.close()


def test_a_connection_that_is_gone_before_its_farewell_is_let_go(bench: Bench) -> None:
    """There is nobody to see off, or to refuse."""
    bench.gate.clear()
    client = bench.connect(CLOSE)
    bench.until(lambda: bench.worker.in_threads == 1)
    rudely(client)
    bench.gate.set()
    bench.until(lambda: bench.worker.nr_conns == 0)
    here, there = socket.socketpair()
    there.close()
    with here:
        bench.worker.handle_error(None, here, None, TimeoutError())
    let_go: list[Any] = []
    gone = SimpleNamespace(sock=here)
    departure.Departures(lambda *_: None, let_go.append).see_off(gone)
    assert let_go == [gone]


def test_a_client_that_is_told_to_go_on_sends_the_rest(bench: Bench) -> None:
    """Once, before a thread is used."""
    bench.worker.arrivals.pause = PATIENCE
    with bench.connect(POST + b"Connection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n") as client:
        assert client.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert bench.worker.in_threads == 0
        client.sendall(b"a")
        bench.until(lambda: [len(a.buffer) - a.head for a in bench.worker.arrivals.arriving.values()] == [1])
        client.sendall(b"b")
        assert read_all(client).startswith(b"HTTP/1.1 200 OK")


def test_a_client_whose_body_is_too_long_to_hold_is_told_to_go_on_once(bench: Bench) -> None:
    """The thread that reads it says nothing of the kind again."""
    bench.worker.arrivals.pause = PATIENCE
    bench.worker.arrivals.hold = 1
    with bench.connect(POST + b"Connection: close\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n") as client:
        assert client.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"ab")
        assert read_all(client).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_a_client_that_has_sent_all_or_knows_no_such_word_is_told_nothing(bench: Bench, version: bytes) -> None:
    """HTTP/1.0 has one answer to a request: the last (RFC 9110, 10.1.1)."""
    head = b"POST / HTTP/%b\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    assert bench.raw(head % version + b"ab").startswith(b"HTTP/%b 200 OK" % version)
    with bench.connect(head % b"1.0") as client:
        bench.until(lambda: [one.head > 0 for one in bench.worker.arrivals.arriving.values()] == [True])
        client.sendall(b"ab")
        assert read_all(client).startswith(b"HTTP/1.0 200 OK")


# The guess at where a request ends


def arrived(data: bytes, hold: int = 1000) -> Arrival:
    """An arrival of these bytes."""
    arrival = Arrival(hold, idle_until=7.0)
    arrival.add(data, now=100.0)
    return arrival


POST = b"POST / HTTP/1.1\r\nHost: a\r\n"


CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (b"", False),
        (GET[:-1], False),
        (GET, True),
        (POST + b"Content-Length: 3\r\n\r\nab", False),
        (POST + b"content-length:3\r\n\r\nabc", True),
        (CHUNKED + b"2\r\nab\r\n", False),
        (CHUNKED + b"2\r\nab\r\n0\r\n\r\n", True),
        (CHUNKED + b"2;a=b\r\nab\r\n000;c=d\r\n\r\n", True),
        (CHUNKED + b"0\r\n\r\n", True),
        (CHUNKED + b"2\r\nab\r\n0\r\n", False),
        (CHUNKED + b"2\r\nab\r\n0\r\nTrailer: a\r\n", False),
        (CHUNKED + b"64\r\nab\r\n0\r\n\r\n", False),
        (CHUNKED + b"5\r\n\r\n0\r\n\r\n0\r\n\r\n", True),
        (CHUNKED + b"0" * 30 + b"64\r\nab", False),
        (CHUNKED + b"f" * 30 + b" ;a\r\nab\r\n0\r\n\r\n", False),
        (POST + b"Content-Length: " + b"0" * 5000 + b"3\r\n\r\nab", False),
        (POST + b"Content-Length: " + b"0" * 5000 + b"3\r\n\r\nabc", True),
        (POST + b"Content-Length: 000\r\n\r\n", True),
        (POST + b"Transfer-Encoding: Chunked\r\n\r\n2\r\nab\r\n0\r\nTrailer: a\r\n\r\nGET", True),
        (POST + b"Transfer-Encoding: gzip\r\n\r\n", True),
        (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", True),
    ],
)
def test_wholeness(data: bytes, whole: bool) -> None:
    """In one piece or byte by byte."""
    slow = Arrival(1000, 0.0)
    for number in range(len(data)):
        slow.add(data[number : number + 1], 1.0)
    for arrival in (arrived(data), slow):
        assert arrival.whole() is arrival.ready() is whole
        assert arrival.streams() is not whole


@pytest.mark.parametrize("malformed", [b"2\r\nabc\r\n", b"2x\r\n", b"\r\n", b"-2\r\nab", b" 2\r\nab\r\n0\r\n\r\n"])
def test_malformed_chunks_are_not_waited_for(malformed: bytes) -> None:
    """However much more is announced: the parser refuses them."""
    assert arrived(CHUNKED + malformed).whole()


@pytest.mark.parametrize(
    ("data", "ready", "streams"),
    [
        (POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", True, True),
        (POST + b"Content-Length: 1001\r\n\r\n", True, True),
        (POST + b"Content-Length: 1000\r\n\r\n", False, True),
        (CHUNKED + b"a" * STREAM_AFTER, True, True),
        (CHUNKED + b"a" * (STREAM_AFTER - 1), False, True),
        (POST + b"Content-Type: application/x-ndjson\r\nContent-Length: 3\r\n\r\nabc", True, True),
        (POST + b"content-type:Application/JSONL; a=b\r\nContent-Length: 3\r\n\r\nabc", True, True),
        (POST + b"Content-Type: application/json\r\nContent-Length: 3\r\n\r\nabc", True, False),
    ],
)
def test_what_is_too_long_to_hold_and_what_is_read_line_by_line_streams(
    data: bytes, ready: bool, streams: bool
) -> None:
    """A thread may start, and may have to wait for the other side."""
    assert (arrived(data).ready(), arrived(data).streams()) == (ready, streams)


def test_time_allowed_grows_with_what_has_come() -> None:
    """The pause from the first byte, then a least rate; nothing sent waits as an idle connection."""
    assert arrived(b"").deadline(3.0) == 7.0
    assert arrived(b"a").deadline(3.0) == pytest.approx(103.0, abs=0.01)
    assert arrived(b"a" * 32_768).deadline(3.0) == 105.0


def test_a_reader_waits_a_bounded_time_and_counts_only_waiting() -> None:
    """A trickle runs out of time; a slow application does not."""
    here, there = socket.socketpair()
    with here, there:
        here.settimeout(9)
        reader = PatientReader(here, 0.2)
        reader.begin(b"abc")
        assert reader.read(3) == b"abc"
        time.sleep(0.3)
        there.sendall(b"d")
        assert reader.read(1) == b"d"
        with pytest.raises(TimeoutError):
            reader.read(1)
        assert here.gettimeout() == 9
        there.sendall(b"e")
        with pytest.raises(TimeoutError):
            reader.read(2)


# The answer to what is refused


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
