"""The farewell to a connection: it may still send for a moment, so that it can read its answer (RFC 9112, 9.6).

Kept in the event loop: a thread, or the loop itself, that waited for a client to hang up would wait for a rude one.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

LINGER = 2.0  # seconds until a client that does not hang up is cut off
LARGEST = 1 << 20  # bytes it may still send

Act = Callable[[Any], None]


class Departures:
    """The connections that are leaving.

    ``watch`` calls back when a connection is readable, ``hang_up`` ends that and lets the connection go.
    """

    def __init__(self, watch: Callable[[Any, Act], None], hang_up: Act) -> None:
        self.watch = watch
        self.hang_up = hang_up
        self.leaving: dict[Any, tuple[float, int]] = {}

    def see_off(self, conn: Any) -> None:
        """Say that no more will come, and discard what the client still sends."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.hang_up(conn)
        else:
            self.leaving[conn] = time.monotonic() + LINGER, 0
            self.watch(conn, self.discard)

    def discard(self, conn: Any) -> None:
        """Drop what has come; the end of it, or too much of it, ends the connection."""
        until, discarded = self.leaving[conn]
        try:
            data = conn.sock.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self.leaving[conn] = until, discarded + len(data)
        if not data or discarded > LARGEST:
            self._cut(conn)

    def sweep(self, now: float) -> None:
        """Cut the connections whose time is up."""
        for conn in [conn for conn, (until, _) in self.leaving.items() if now > until]:
            self._cut(conn)

    def _cut(self, conn: Any) -> None:
        del self.leaving[conn]
        self.hang_up(conn)
