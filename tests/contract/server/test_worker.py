"""One worker in the process of the test, in a greenlet beside its clients."""

from __future__ import annotations

import os
import signal
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import gevent  # type: ignore[import-untyped]
import pytest
from gevent import socket
from gunicorn.config import Config  # type: ignore[import-untyped]

from service.server import drain
from service.server.observing.gunicorn_log import JsonLogger
from service.server.serving import connection, refusals, worker
from service.server.serving.connection import Connection, Crowded
from service.server.serving.holdings import LEAST, Holdings
from service.server.serving.long_work import LongWork
from service.server.serving.worker import PatientWorker

REQUEST = b"GET /quick HTTP/1.1\r\nHost: a\r\n\r\n"
CLOSING = b"GET /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
LARGE = 8_000_000


class Bench:
    """A worker that serves a small application."""

    def __init__(self, **choices: Any) -> None:
        config = Config()
        for name, value in ({"keepalive": 5, "graceful_timeout": 20, "worker_tmp_dir": None} | choices).items():
            config.set(name, value)
        listener = _listener()
        self.port: int = listener.getsockname()[1]
        self.worker = PatientWorker(1, os.getppid(), [listener], None, 15, config, JsonLogger(config))
        self.worker.begin()
        self.worker.pause = 0.2
        self.worker.wsgi = self.answer
        self.running = gevent.spawn(self.worker.run)
        gevent.sleep(0.01)

    def answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "mas.refused" in environ:
            start_response(f"{environ['mas.refused']} refused", [("X-Path", environ["PATH_INFO"])])
            return [b"refused"]
        if environ["PATH_INFO"] == "/fail":
            raise ZeroDivisionError
        if environ["PATH_INFO"] == "/wait":
            gevent.sleep(60)
        if environ["PATH_INFO"] == "/gone":
            gevent.sleep(0.1)
            client = environ["gunicorn.socket"]
            client.let_others()
            start_response("200 OK", [("X-Gone", str(client.is_gone()))])
            return [b""]
        if environ["PATH_INFO"] == "/late":
            return _late(start_response)
        body = b"x" * LARGE if environ["PATH_INFO"] == "/large" else b"ok"
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    def connect(self, sent: bytes = b"") -> Any:
        client = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        client.sendall(sent)
        return client

    def raw(self, sent: bytes) -> bytes:
        return read_all(self.connect(sent))

    def stop(self) -> None:
        self.worker.alive = False
        self.running.join(10)
        self.worker.is_stopping = True
        self.worker.finish()
        gevent.killall(list(self.worker.served.values()))
        self.worker.tmp.close()


def _listener() -> Any:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(100)
    return listener


def _late(start_response: Callable[..., Any]) -> Iterator[bytes]:
    start_response("200 OK", [])
    yield b"first"
    raise ZeroDivisionError


def read_all(client: Any) -> bytes:
    received = b""
    while part := client.recv(65_536):
        received += part
    client.close()
    return received


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A worker; it is stopped."""
    made = Bench()
    yield made
    made.stop()


def test_requests_of_one_connection_are_answered_in_order(bench: Bench) -> None:
    """And the last one ends it."""
    assert bench.raw(REQUEST * 3 + CLOSING).count(b"200 OK") == 4


def test_a_body_that_nobody_reads_is_not_waited_for(bench: Bench) -> None:
    """What has arrived with the head is skipped; for the rest the connection ends."""
    whole = b"POST /quick HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
    assert bench.raw(whole + CLOSING).count(b"200 OK") == 2
    assert bench.raw(whole.replace(b": 2", b": 9999") + CLOSING).count(b"200 OK") == 1


def test_a_head_that_does_not_end_is_refused(bench: Bench) -> None:
    """By its time, or by its length; the refusal knows the address if that much came."""
    slow = bench.raw(b"GET /quick HTTP/1.1\r\nX: ")
    assert slow.startswith(b"HTTP/1.1 408")
    assert b"X-Path: /quick" in slow
    assert bench.raw(b"GET /quick HTTP/1.1\r\nX: " + b"a" * 60_000).startswith(b"HTTP/1.1 431")
    assert bench.raw(b"\x00\r\n\r\n").startswith(b"HTTP/1.1 400")


def test_a_failure_is_told_and_one_after_the_first_byte_ends_the_connection(
    bench: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    """A second head would be read as a part of the answer."""
    assert bench.raw(b"GET /fail HTTP/1.1\r\nHost: a\r\n\r\n").startswith(b"HTTP/1.1 500")
    assert '"error":"ZeroDivisionError"' in capfd.readouterr().out
    assert bench.raw(b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n").count(b"HTTP/1.1") == 1


def test_a_client_that_hangs_up_is_noticed(bench: Bench) -> None:
    """One that waits, or has sent its next request, is not taken for gone."""
    asked = b"GET /gone HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    assert b"X-Gone: False" in bench.raw(asked)
    assert b"X-Gone: False" in bench.raw(asked + b"GET")
    client = bench.connect(asked)
    client.shutdown(socket.SHUT_WR)
    assert b"X-Gone: True" in read_all(client)


def test_a_client_that_reads_nothing_is_cut(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """When its time is up; what it did not take is known."""
    monkeypatch.setattr(connection, "SEND_SECONDS", 0.1)
    monkeypatch.setattr(connection, "LEAST_RATE", 1 << 30)
    client = bench.connect(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
    gevent.sleep(0.05)
    (served,) = bench.worker.served
    gevent.sleep(0.5)
    assert 0 < served.unsent < LARGE
    assert not bench.worker.served
    client.close()


def test_a_client_that_is_reset_is_gone() -> None:
    """Whatever it had sent."""
    ours, theirs = socket.socketpair()
    client = Connection(ours, 1.0, lambda *_: None, Holdings(LEAST))
    client.shutdown(socket.SHUT_RDWR)
    assert client.is_gone()
    client.answered = True
    client.close()
    theirs.close()
    assert client.fileno() < 0
    client.close()


def test_a_client_that_does_not_hang_up_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """After its moment, or after too many bytes; one without a connection is let go."""
    monkeypatch.setattr(connection, "LINGER_SECONDS", 0.05)
    for much in (b"", b"x" * 10):
        ours, theirs = socket.socketpair()
        client = Connection(ours, 1.0, lambda *_: None, Holdings(LEAST))
        client.answered = True
        theirs.sendall(much)
        client.close()
        assert client.fileno() < 0
        theirs.close()


def test_what_is_given_up_is_read_no_more() -> None:
    """Also where no request has begun."""
    ours, theirs = socket.socketpair()
    client = Connection(ours, 1.0, lambda *_: None, Holdings(LEAST))
    theirs.sendall(b"x")
    client.give_up()
    assert client.recv(10) == b""
    client.close()
    theirs.close()


def test_in_a_crowd_the_longest_silent_makes_room() -> None:
    """And where nobody is silent, nobody does."""
    bench = Bench(worker_connections=10)
    silent = []
    for _ in range(12):
        silent.append(bench.connect(REQUEST))
        silent[-1].recv(1000)
    gevent.sleep(0.05)
    assert len(bench.worker.served) <= 10
    assert silent[0].recv(10) == b""
    assert bench.raw(CLOSING).startswith(b"HTTP/1.1 200")
    for client in silent:
        client.close()
    bench.stop()


def test_a_stop_ends_the_silent_and_at_last_the_rest(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that goes on is ended shortly before the grace is, so that it is logged."""
    monkeypatch.setattr(worker, "_SILENCE", 0.05)
    monkeypatch.setattr(worker, "_TURN_SECONDS", 0.1)
    bench.worker.cfg.set("graceful_timeout", 2)
    silent, busy = bench.connect(REQUEST), bench.connect(b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
    silent.recv(1000)
    gevent.sleep(0.1)
    bench.worker.booted = True
    bench.worker.handle_exit(signal.SIGTERM, None)
    assert silent.recv(1000) == b""
    assert busy.recv(1000) == b""
    silent.close()
    busy.close()


def test_a_stop_before_the_worker_is_ready_is_not_forgotten(capfd: pytest.CaptureFixture[str]) -> None:
    """gunicorn takes signals before its hook for a worker that is ready."""
    config = Config()
    listener = _listener()
    early = PatientWorker(1, os.getppid(), [listener], None, 15, config, JsonLogger(config))
    early.handle_exit(signal.SIGTERM, None)
    gevent.sleep(0.01)
    early.begin()
    assert early.is_stopping
    assert not early.alive
    assert "Traceback" not in capfd.readouterr().err
    for port in (listener, *early.ports):
        port.close()
    early.tmp.close()


def test_those_in_the_queue_are_served_before_the_port_closes(bench: Bench) -> None:
    """The kernel has greeted them already."""
    waiting = [bench.connect(CLOSING) for _ in range(3)]
    bench.worker.serve_queue()
    assert all(read_all(client).startswith(b"HTTP/1.1 200") for client in waiting)
    assert bench.worker.ports == []


def test_a_worker_that_stops_serves_its_queue_at_the_end(bench: Bench) -> None:
    """One that is told to quit does not."""
    waiting = bench.connect(CLOSING)
    bench.worker.finish()
    assert len(bench.worker.ports) == 1
    bench.worker.is_stopping = True
    bench.worker.finish()
    assert read_all(waiting).startswith(b"HTTP/1.1 200")
    assert bench.worker.ports == []


def test_while_the_pod_drains_kept_connections_end(bench: Bench) -> None:
    """With the header that says so."""
    drain.announce()
    try:
        assert b"Connection: close" in bench.raw(REQUEST)
    finally:
        drain.announce(value=False)


def test_a_refusal_of_nothing_names_no_address() -> None:
    """And one whose client is gone is not sent."""
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        seen.update(environ)
        start_response("408 x", [])
        return [b""]

    refusals.answer(app, connection.TooSlow(), b"")
    assert (seen["REQUEST_METHOD"], seen["PATH_INFO"]) == ("OTHER", "/")


def test_a_request_that_is_given_up_ends_its_connection() -> None:
    """Its answer says so."""
    ours, theirs = socket.socketpair()
    client = Connection(ours, 1.0, lambda *_: None, Holdings(LEAST))
    forced: list[bool] = []
    client.begin(SimpleNamespace(force_close=lambda: forced.append(True)))
    client.give_up()
    assert forced == [True]
    client.close()
    theirs.close()


def test_a_connection_that_was_reset_is_gone() -> None:
    """The kernel says so with an error."""
    listener = _listener()
    theirs = socket.create_connection(listener.getsockname())
    client = Connection(listener.accept()[0], 1.0, lambda *_: None, Holdings(LEAST))
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    theirs.close()
    assert client.is_gone()
    client.close()
    listener.close()


def test_a_client_that_goes_on_sending_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many bytes."""
    monkeypatch.setattr(connection, "_LINGER_BYTES", 5)
    ours, theirs = socket.socketpair()
    client = Connection(ours, 1.0, lambda *_: None, Holdings(LEAST))
    client.answered = True
    theirs.sendall(b"x" * 10)
    client.close()
    assert client.fileno() < 0
    theirs.close()


def test_of_those_with_long_work_one_goes_on_at_a_time() -> None:
    """Whoever comes waits for one turn of one of them, and not for a turn of each; one that is ended leaves the rest."""
    pairs = [socket.socketpair() for _ in range(5)]
    workers = [Connection(ours, 1.0, lambda *_: None, Holdings(LEAST)) for ours, _ in pairs]
    turns: list[int] = []

    def work(at: int) -> None:
        try:
            for _ in range(4):
                workers[at].let_others()
                until = time.thread_time() + 0.01
                while time.thread_time() < until:
                    continue
                turns.append(at)
        finally:
            workers[at].close()

    working = [gevent.spawn(work, at) for at in range(5)]
    gevent.sleep(0)
    while not all(greenlet.ready() for greenlet in working):
        before = len(turns)
        gevent.sleep(0)
        assert len(turns) - before <= 1
        if len(turns) == 3:
            working[4].kill()
    assert turns[:5] == [0, 1, 2, 3, 0]
    assert sorted(turns) == sorted([*range(4)] * 4)
    for _, theirs in pairs:
        theirs.close()


def test_a_turn_that_is_handed_to_one_who_is_ended_goes_on() -> None:
    """In the moment in which it was called."""
    turn = LongWork()
    turn.pause(has_turn=False)
    waiting = [gevent.spawn(turn.pause, has_turn=False) for _ in range(2)]
    gevent.sleep(0.01)
    waiting[0].kill(block=False)
    turn.end()
    waiting[1].join()
    assert turn.is_taken
    turn.end()
    assert not turn.is_taken


def test_a_request_that_is_ousted_is_told_and_an_answer_that_is_ousted_ends() -> None:
    """The first can still be answered; of the second a part is out."""
    for sends in (False, True):
        ours, theirs = socket.socketpair()
        client = Connection(ours, 5.0, lambda *_: None, Holdings(10))
        client.request = SimpleNamespace(method="POST")
        theirs.sendall(b"x")
        assert client.recv(1) == b"x"
        waiting = gevent.spawn(client.sendall, b"x" * LARGE) if sends else gevent.spawn(client.recv, 1)
        gevent.sleep(0.01)
        assert client.waits
        client.oust()
        with pytest.raises(BrokenPipeError if sends else Crowded):
            waiting.get()
        assert not client.waits
        client.close()
        theirs.close()


def test_what_comes_after_a_request_was_ousted_is_not_read() -> None:
    """It came in the moment in which the connection made room."""
    ours, theirs = socket.socketpair()
    client = Connection(ours, 5.0, lambda *_: None, Holdings(10))
    theirs.sendall(b"xx")
    assert client.recv(1) == b"x"
    client.ousted = True
    with pytest.raises(Crowded):
        client.recv(1)
    client.close()
    theirs.close()


def test_a_client_who_is_gone_takes_no_answer() -> None:
    """Told as a broken pipe, whatever the kernel says."""
    ours, theirs = socket.socketpair()
    client = Connection(ours, 5.0, lambda *_: None, Holdings(10))
    theirs.close()
    with pytest.raises(BrokenPipeError):
        client.sendall(b"x")
    client.close()


def test_where_there_is_no_room_a_request_is_refused() -> None:
    """If all that is held is worked on."""
    ours, theirs = socket.socketpair()
    client = Connection(ours, 5.0, lambda *_: None, Holdings(10))
    client.hold(10)
    with pytest.raises(Crowded):
        client.hold(11)
    client.close()
    assert client.holdings.total == 0
    theirs.close()
