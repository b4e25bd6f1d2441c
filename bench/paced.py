"""A client of our own: one thread, several connections, as fast as answers come or at a steady rate.

It does as little as it can (requests are ready-made, of an answer only its status and length are read), since it shares
the machine with what it measures.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections import deque
from dataclasses import dataclass

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_OK = b" 200 "
_READ = 1 << 18
_APART = 0.005  # seconds between two connections: opened all at once, they may all fall to one worker
_SPIN = 0.002  # seconds before a request is due in which it is not waited for: the kernel wakes a millisecond late


@dataclass(slots=True)
class _Connection:
    """One connection: when its request was due, what has come of the head, and how much of the body is to come.

    Of a body in chunks (``missing`` is None) the last bytes tell.
    """

    socket: socket.socket
    due: float = 0.0
    begun: bytes = b""
    missing: int | None = 0
    tail: bytes = b""

    def take(self) -> bool:
        """Read what is there; whether the answer is whole. Raises RuntimeError if it is none of success."""
        data = self.socket.recv(_READ)
        if not data:
            raise RuntimeError("the server hung up")
        if self.missing == 0:
            self.begun += data
            end = self.begun.find(b"\r\n\r\n") + 4
            if end < 4:
                return False
            self.missing, data, self.begun, self.tail = self._length(end), self.begun[end:], b"", b""
        if self.missing is not None:
            self.missing -= len(data)
            return self.missing == 0
        self.tail = (self.tail + data)[-len(_LAST_CHUNK) :]
        if self.tail != _LAST_CHUNK:
            return False
        self.missing = 0
        return True

    def _length(self, end: int) -> int | None:
        found = _LENGTH.search(self.begun, 0, end)
        if _OK not in self.begun[:16] or not (found or _CHUNKED.search(self.begun, 0, end)):
            raise RuntimeError(self.begun[:end].decode(errors="replace"))
        return int(found[1]) if found else None


def times_of(
    address: tuple[str, int], request: bytes, seconds: float, clients: int, rate: float
) -> tuple[list[float], float]:
    """Return the seconds that each answer took, and those until the last was here.

    With a ``rate`` per second an answer counts from when its request was due, so that waiting for a free connection is
    not hidden; with 0 each connection asks again at once.
    """
    with selectors.DefaultSelector() as selector:
        free: deque[_Connection] = deque()
        for _ in range(clients):
            connection = _Connection(socket.create_connection(address, timeout=10))
            time.sleep(_APART)
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            free.append(connection)
        try:
            return _ask(selector, free, request, seconds, rate)
        finally:
            for key in list(selector.get_map().values()):
                key.data.socket.close()


def _ask(
    selector: selectors.BaseSelector, free: deque[_Connection], request: bytes, seconds: float, rate: float
) -> tuple[list[float], float]:
    times: list[float] = []
    clients, sent = len(free), 0
    started = time.perf_counter()
    while (now := time.perf_counter()) < started + seconds or len(free) < clients:
        due = started + sent / rate if rate else now
        while free and due <= now < started + seconds:
            connection = free.popleft()
            connection.due = due
            connection.socket.sendall(request)
            sent += 1
            due = started + sent / rate if rate else now
        wait = max(0.0, due - now - _SPIN) if free and now < started + seconds else seconds
        for key, _ in selector.select(wait):
            if key.data.take():
                times.append(time.perf_counter() - key.data.due)
                free.append(key.data)
    return times, time.perf_counter() - started
