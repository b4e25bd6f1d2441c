"""The connections whose next request is arriving: collected in the event loop, so that slow ones cost no thread."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from service.server.serving.arrival import Arrival

_HELD_BYTES = 32 << 20  # of requests that are arriving; beyond this, threads read them
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

Act = Callable[[Any], None]
Refuse = Callable[[Any, HTTPStatus], None]


class Arrivals:
    """By connection what has come of its request.

    ``watch`` calls back when a connection is readable; ``serve`` takes a request that a thread may start on, ``refuse``
    one that cannot be served, ``hang_up`` a connection without one. Each of these ends with ``leave``.
    """

    def __init__(
        self, *, hold: int, pause: float, watch: Callable[[Any, Act], None], serve: Act, refuse: Refuse, hang_up: Act
    ) -> None:
        self.hold = hold
        self.pause = pause
        self.watch = watch
        self.serve = serve
        self.refuse = refuse
        self.hang_up = hang_up
        self.arriving: dict[Any, Arrival] = {}
        self.held = 0

    def expect(self, conn: Any, idle_seconds: float) -> None:
        """Begin to collect a request, on a new connection or a kept one."""
        now = time.monotonic()
        arrival = Arrival(self.hold, now + idle_seconds, now)
        arrival.add(conn.parser.unreader.take_buffered(), now)
        self.held += len(arrival.buffer)
        self.arriving[conn] = arrival
        self._collect(conn, watched=False)

    def _collect(self, conn: Any, *, watched: bool = True) -> None:
        """Take what has arrived; hand it over once it is whole."""
        arrival = self.arriving[conn]
        try:
            self.held += arrival.receive(conn.sock, time.monotonic())
        except OSError:
            arrival.closed = True
        if arrival.head_too_long():
            self.refuse(conn, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif arrival.ready() or (arrival.buffer and self.held > _HELD_BYTES):
            self._encourage(conn, arrival)
            self.serve(conn)
        elif arrival.closed:
            self.hang_up(conn)
        else:
            self._encourage(conn, arrival)
            if not watched:
                self.watch(conn, self._collect)

    def _encourage(self, conn: Any, arrival: Arrival) -> None:
        """Tell a client that waits for a word before it sends the rest to go on, once."""
        if arrival.expects and not arrival.whole():
            arrival.expects = False
            tell(conn.sock, _CONTINUE)

    def sweep(self, now: float, *, crowded: bool) -> None:
        """Refuse the requests that are overdue, and hang up on those who have said nothing."""
        for conn in [c for c, one in self.arriving.items() if now > one.deadline(self.pause, crowded=crowded)]:
            if self.arriving[conn].turn_until:
                self.refuse(conn, HTTPStatus.SERVICE_UNAVAILABLE)
            elif self.arriving[conn].buffer:
                self.refuse(conn, HTTPStatus.REQUEST_TIMEOUT)
            else:
                self.hang_up(conn)

    def leave(self, conn: Any) -> None:
        """Forget a connection, if it is one of these."""
        if arrival := self.arriving.pop(conn, None):
            self.held -= len(arrival.buffer)

    def cap(self, deadline: float) -> None:
        """Keep nobody who says nothing beyond that time (monotonic)."""
        for arrival in self.arriving.values():
            arrival.idle_until = min(arrival.idle_until, deadline)


def tell(sock: socket.socket, data: bytes) -> None:
    """Send a few bytes without waiting."""
    try:
        sock.send(data)
    except OSError:
        return  # gone, or not reading: nobody is left to tell
