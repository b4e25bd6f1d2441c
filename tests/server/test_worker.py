"""The worker's event loop, run inside the test so that its rarer turns can be brought about."""

from __future__ import annotations

import socket
import struct
import time
from collections import deque
from collections.abc import Iterator
from itertools import repeat
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.workers.gthread import TConn  # type: ignore[import-untyped]

from service.server import drain
from service.server.serving import arrivals, deliveries, departure
from service.server.serving import worker as module
from service.server.serving.arrival import HEAD_LIMIT
from tests.server.live import PATIENCE, read_all, status_of
from tests.server.one_worker import PAUSE, Bench

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
CLOSE = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\n"
LONG = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\nConnection: close\r\n\r\n"


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
