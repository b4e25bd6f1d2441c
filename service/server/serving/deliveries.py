"""Answers on their way out: what the kernel does not take at once is left to the event loop.

A thread that waited for a client to read would wait for one that does not; some dozens of those would hold them all.
"""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PAUSE = 10.0  # seconds for an answer to be taken, and 1 more for every 16 KiB of it
LEAST_RATE = 16 * 1024
MOST_HELD = 32 << 20  # bytes of answers that nobody has taken yet

Act = Callable[[Any], None]


class Outlet(socket.socket):
    """A connection's socket. Non-blocking, it keeps what it could not send; with a timeout it waits, as any other.

    ``left`` is how many bytes it keeps.
    """

    kept: deque[memoryview]
    left: int

    @classmethod
    def taking_over(cls, sock: socket.socket) -> Outlet:
        """Make one of a plain socket, which is no longer usable."""
        outlet = cls(sock.family, sock.type, sock.proto, sock.detach())
        outlet.kept, outlet.left = deque(), 0
        return outlet

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        """Send all, or what can be sent now; raises TimeoutError when too much is kept of an answer in pieces."""
        if self.gettimeout() != 0:
            super().sendall(data, flags)
            return
        self.kept.append(memoryview(data))
        self.left += len(data)
        self.flush()
        if self.left > MOST_HELD:
            raise TimeoutError

    def flush(self) -> None:
        """Send what can be sent now; raises OSError when the client is gone."""
        while self.kept:
            try:
                sent = self.send(self.kept[0])
            except BlockingIOError:
                return
            self.left -= sent
            self.kept[0] = self.kept[0][sent:]
            if not self.kept[0]:
                self.kept.popleft()


@dataclass(slots=True, frozen=True)
class Delivery:
    """What is left of an answer: until when it must be taken (monotonic), its bytes, and what comes then."""

    until: float
    size: int
    then: Callable[[], None]


class Deliveries:
    """The connections whose answer is not yet out.

    ``watch`` calls back when a connection can be written to, ``unwatch`` ends that; ``hang_up`` lets a connection go.
    """

    def __init__(self, watch: Callable[[Any, Act], None], unwatch: Act, hang_up: Act) -> None:
        self.watch = watch
        self.unwatch = unwatch
        self.hang_up = hang_up
        self.going: dict[Any, Delivery] = {}
        self.held = 0

    def begin(self, conn: Any, then: Callable[[], None]) -> None:
        """Send the rest of an answer as it is taken; let go of a client too many, and of a closed connection."""
        size = conn.sock.left
        if self.held + size > MOST_HELD or conn.sock.fileno() < 0:
            self.hang_up(conn)
            return
        self.held += size
        self.going[conn] = Delivery(time.monotonic() + PAUSE + size / LEAST_RATE, size, then)
        conn.sock.setblocking(False)
        self.watch(conn, self.proceed)

    def proceed(self, conn: Any) -> None:
        """Send what can be sent now."""
        try:
            conn.sock.flush()
        except OSError:
            self._cut(conn)
        else:
            if not conn.sock.left:
                self.unwatch(conn)
                self._leave(conn).then()

    def sweep(self, now: float) -> None:
        """Cut the connections whose time is up."""
        for conn in [conn for conn, one in self.going.items() if now > one.until]:
            self._cut(conn)

    def _cut(self, conn: Any) -> None:
        self._leave(conn)
        self.hang_up(conn)

    def _leave(self, conn: Any) -> Delivery:
        delivery = self.going.pop(conn)
        self.held -= delivery.size
        return delivery
