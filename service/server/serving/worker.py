"""The worker: gunicorn's threads, with the slow parts of a connection kept in the event loop.

A plain ``gthread`` worker gives a connection to a thread before its request has arrived, and lingers over each closed
connection in its only event loop: a few clients that stall, or do not hang up, then stop the whole worker, probes and
all. Here a thread starts when the request is whole, and a farewell costs no wait. Depends on the insides of the pinned
gunicorn; ``tests/server`` proves each promise against the real server.
"""

from __future__ import annotations

import socket
import time
from concurrent.futures import Future
from http import HTTPStatus
from typing import Any

from gunicorn.http import get_parser  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn  # type: ignore[import-untyped]

from service.server import settings
from service.server.drain import draining
from service.server.serving import refusals
from service.server.serving.arrival import PatientReader
from service.server.serving.arrivals import Arrivals, tell
from service.server.serving.deliveries import Deliveries, Outlet
from service.server.serving.departure import LINGER, Departures
from service.server.serving.streams import PATIENCE, Streams
from service.server.serving.turns import Turns
from service.server.serving.watchful import WatchfulWorker

_SEND_SECONDS = 10  # longest wait for a client to take a piece of what is streamed to it
_SEND_BYTES = 256 * 1024  # of an answer that the kernel keeps for a slow reader, so that no thread has to
_SWEEP = 0.25  # seconds between two looks for connections that are overdue
_QUEUE_PER_THREAD = 32
_PROBES = (b"GET /livez ", b"GET /readyz ")


class PatientWorker(WatchfulWorker):
    """A threaded worker that waits for requests, and for connections to close, without spending threads on it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # gunicorn's
        super().__init__(*args, **kwargs)
        chosen = settings.from_environment()
        self.arrivals = Arrivals(
            hold=max(chosen.max_body_bytes, chosen.fhir_max_body_bytes),
            pause=chosen.body_read_seconds,
            watch=self.watch,
            serve=self._dispatch,
            refuse=self._refuse,
            hang_up=self._hang_up,
        )
        self.deliveries = Deliveries(self.watch_writable, self.unwatch, self._hang_up)
        self.departures = Departures(self.watch, self._hang_up)
        self.streams = Streams(self.cfg.threads)
        self.turns = Turns()
        self.in_threads = 0
        self.swept = 0.0

    # A request arrives

    def enqueue_req(self, conn: TConn) -> None:  # gunicorn's
        """Begin to collect a request, on a new connection or a kept one."""
        if conn.parser is None:
            conn.sock = Outlet.taking_over(conn.sock)
            conn.parser = get_parser(self.cfg, conn.sock, conn.client)
            conn.parser.unreader = PatientReader(conn.sock, self.arrivals.pause)
            conn.initialized = True
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BYTES)
        conn.sock.setblocking(False)
        self.arrivals.expect(conn, self.cfg.keepalive if self.alive else LINGER)

    def _dispatch(self, conn: TConn) -> None:
        """Give a request to the threads, unless so many wait already that it would be answered late."""
        arrival = self.arrivals.arriving[conn]
        if self.in_threads > _QUEUE_PER_THREAD * self.cfg.threads and not arrival.buffer.startswith(_PROBES):
            self._refuse(conn, HTTPStatus.SERVICE_UNAVAILABLE)
        elif not arrival.streams() or self.streams.begin(conn):
            self._start(conn)
        elif self.streams.wait(conn):
            arrival.turn_until = time.monotonic() + PATIENCE
            self.unwatch(conn)
        else:
            self._refuse(conn, HTTPStatus.SERVICE_UNAVAILABLE)

    def _start(self, conn: TConn) -> None:
        arrival = self.arrivals.arriving[conn]
        at_once = arrival.streams() or arrival.buffer.startswith(_PROBES)
        self._forget(conn)
        conn.parser.unreader.begin(bytes(arrival.buffer))
        conn.data_ready = True
        self.in_threads += 1
        self._submit([conn] if at_once else self.turns.ask(conn, time.monotonic()))

    def _submit(self, begun: list[TConn]) -> None:
        for conn in begun:
            super().enqueue_req(conn)

    # A thread serves it

    def handle_request(self, req: Any, conn: TConn) -> bool:  # gunicorn's
        """Serve one request; only what streams waits for its reader, who is cut off if nothing is taken."""
        conn.sock.settimeout(_SEND_SECONDS if conn in self.streams.running else 0)
        req._expected_100_continue = False  # noqa: SLF001  # told while the request arrived
        if draining():
            req.force_close()
        try:
            return bool(super().handle_request(req, conn))
        except TimeoutError:
            raise StopIteration from None  # gunicorn's word for closing without an answer

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:  # gunicorn's
        """Keep the connection only if the rest of the request is here: what has not arrived is not waited for."""
        conn.parser.unreader.over = True
        return bool(super()._keepalive_after(conn, keepalive))

    def handle_error(self, _req: object, client: socket.socket, _addr: object, exc: BaseException) -> None:
        """Answer a request that could not be served, in the service's form and without repeating it."""
        status = refusals.status_for(exc)
        if status is HTTPStatus.INTERNAL_SERVER_ERROR:
            self.log.error("Request failed", exc_info=exc)
        client.setblocking(False)
        tell(client, refusals.answer(status))

    # The connection ends

    def finish_request(self, conn: TConn, fs: Future[object]) -> None:
        """Keep the connection for its next request, or see it off."""
        self.in_threads -= 1
        self._submit(self.turns.end(conn, time.monotonic()))
        if following := self.streams.end(conn):
            self._start(following)
        if conn.sock.left:
            self.deliveries.begin(conn, lambda: self._settle(conn, fs))
        else:
            self._settle(conn, fs)

    def _settle(self, conn: TConn, fs: Future[object]) -> None:
        if fs.cancelled() or fs.exception() or not fs.result():
            self.departures.see_off(conn)
        else:
            super().finish_request(conn, fs)

    def _refuse(self, conn: TConn, status: HTTPStatus) -> None:
        arrival = self.arrivals.arriving[conn]
        self._forget(conn)
        tell(conn.sock, refusals.answer(status, bytes(arrival.buffer[: arrival.head])))
        self.departures.see_off(conn)

    def _hang_up(self, conn: TConn) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()

    # The event loop

    def wait_for_and_dispatch_events(self, timeout: float) -> None:  # gunicorn's
        """Wait for something to happen, no longer than until somebody's turn ends."""
        super().wait_for_and_dispatch_events(self.turns.pause(time.monotonic(), timeout))
        self._submit(self.turns.sweep(time.monotonic()))

    def murder_pending(self) -> None:
        """Refuse requests that are overdue and cut connections that linger; gunicorn calls this in every turn."""
        super().murder_pending()
        now = time.monotonic()
        if now - self.swept < _SWEEP:
            return
        self.swept = now
        self.arrivals.sweep(now, crowded=self.nr_conns >= self.worker_connections)
        self.deliveries.sweep(now)
        self.departures.sweep(now)

    def _cap_keepalive(self, deadline: float) -> None:
        super()._cap_keepalive(deadline)
        self.arrivals.cap(deadline)

    def _forget(self, conn: TConn) -> None:
        self.arrivals.leave(conn)
        self.streams.forget(conn)
        self.unwatch(conn)
