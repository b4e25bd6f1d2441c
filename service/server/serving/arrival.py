"""A request while it arrives: how much of it there is, whether it is whole, and how long it may still take.

Only a guess at where a request ends, good enough to decide when a thread may start; the server's parser decides what
the bytes mean, and a wrong guess costs a thread a bounded wait.
"""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass, field

from gunicorn.http.unreader import SocketUnreader  # type: ignore[import-untyped]

from service.server.serving.chunks import ChunkedBody

LEAST_RATE = 16 * 1024  # bytes per second a sender must reach on average, beyond its first seconds
HEAD_LIMIT = 32 * 1024
STREAM_AFTER = 64 * 1024  # bytes of a body of unknown length that show its sender is at work
_READ = 64 * 1024
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n", re.IGNORECASE)
_DIGITS = 18  # of a length, enough to tell that it is beyond all limits
_CODED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked[ \t]*\r\n", re.IGNORECASE)
_BY_LINE = re.compile(rb"\r\ncontent-type:[ \t]*application/(?:x-)?(?:ndjson|jsonl|jsonlines)\b", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
_OLD = re.compile(rb"[^\r\n]* HTTP/1\.0\r\n")  # clients that know no answer but the last


@dataclass(slots=True)
class Arrival:
    """The bytes of one request so far. ``hold`` is the longest body worth waiting for in memory."""

    hold: int
    idle_until: float
    since: float = 0.0
    buffer: bytearray = field(default_factory=bytearray)
    began: float = 0.0
    head: int = 0
    body: int | None = None
    chunks: ChunkedBody | None = None
    by_line: bool = False
    expects: bool = False
    turn_until: float = 0.0
    closed: bool = False

    def receive(self, sock: socket.socket, now: float) -> int:
        """Take what the socket holds, at most 64 KiB, without waiting; return how much. Raises OSError."""
        try:
            data = sock.recv(_READ)
        except BlockingIOError:
            return 0
        self.closed = not data
        self.add(data, now)
        return len(data)

    def add(self, data: bytes, now: float) -> None:
        """Append bytes; notes the length of the body when the head is complete."""
        if data and not self.buffer:
            self.began = now
        searched = max(0, len(self.buffer) - 3)
        self.buffer += data
        if not self.head and (end := self.buffer.find(b"\r\n\r\n", searched)) >= 0:
            self.head = end + 4
            self._read_head(bytes(self.buffer[: self.head]))

    def _read_head(self, head: bytes) -> None:
        self.expects = bool(_EXPECTS.search(head)) and not _OLD.match(head)
        self.by_line = bool(_BY_LINE.search(head))
        found = _LENGTH.search(head)
        if not _CODED.search(head):
            self.body = int(found[1].lstrip(b"0")[:_DIGITS] or b"0") if found else 0
        elif found or not _CHUNKED.search(head):
            self.body = 0  # it is refused by its head: nothing to wait for
        else:
            self.chunks = ChunkedBody(self.head)

    def whole(self) -> bool:
        """Whether all of the request is here."""
        if self.chunks:
            return self.chunks.ends_in(self.buffer)
        return self.body is not None and len(self.buffer) - self.head >= self.body

    def ready(self) -> bool:
        """Whether a thread may start: the request is whole, or of a kind not worth holding back until it is."""
        here = len(self.buffer) - self.head
        endless = here >= STREAM_AFTER if self.body is None else self.body > self.hold
        return self.whole() or (bool(self.head) and endless)

    def streams(self) -> bool:
        """Whether a thread that serves it may have to wait for the other side, going in or coming out."""
        return self.by_line or not self.whole()

    def head_too_long(self) -> bool:
        """Whether the request line and headers go on for longer than any honest ones."""
        return not self.head and len(self.buffer) > HEAD_LIMIT

    def deadline(self, pause: float, *, crowded: bool = False) -> float:
        """When to give up (monotonic): ``pause`` seconds after the first byte, and 1 more for every 16 KiB.

        One that waits for its turn (``turn_until``) is not the one to blame; a silent one makes room in a crowd.
        """
        if self.turn_until or not self.buffer:
            silent_until = min(self.idle_until, self.since + pause) if crowded else self.idle_until
            return self.turn_until or silent_until
        return self.began + pause + len(self.buffer) / LEAST_RATE


class PatientReader(SocketUnreader):  # type: ignore[misc]
    """What a thread reads a request through: bytes that arrived, then the socket for a bounded time.

    Counts only the time spent waiting, so that a slow answer is not held against the sender.
    """

    def __init__(self, sock: socket.socket, pause: float) -> None:
        super().__init__(sock)
        self.pause = pause
        self.waited = 0.0
        self.arrived = 0
        self.over = False

    def begin(self, arrival: bytes) -> None:
        """Start a request with the bytes that have arrived."""
        self.unread(arrival)
        self.waited, self.arrived, self.over = 0.0, len(arrival), False

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Read from the socket; raises TimeoutError when the sender pauses or trickles for too long."""
        allowed = self.pause + self.arrived / LEAST_RATE - self.waited
        if self.over or allowed <= 0:
            raise TimeoutError
        before, started = self.sock.gettimeout(), time.monotonic()
        self.sock.settimeout(min(self.pause, allowed))
        try:
            data: bytes = super().chunk(size_hint)
        finally:
            self.waited += time.monotonic() - started
            self.sock.settimeout(before)
        self.arrived += len(data)
        return data
