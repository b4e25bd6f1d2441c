"""One client's connection: how long the server waits for it to send, to read, and to leave."""

from __future__ import annotations

import struct
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gevent import socket  # type: ignore[import-untyped]
from gunicorn.http.errors import LimitRequestHeaders  # type: ignore[import-untyped]

from service.server.serving.long_work import LongWork

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.server.serving.holdings import Holdings

LEAST_RATE = 16 * 1024  # bytes per second a client must send or take on average, beyond its first seconds
SEND_SECONDS = 10.0  # for a piece of an answer to be taken, and 1 more for every 16 KiB of it
LINGER_SECONDS = 2.0  # until a client that was answered and does not hang up is cut off
_LINGER_BYTES = 1 << 20  # that it may still send meanwhile
_SEND_BUFFER = 64 * 1024  # for an answer that nobody reads; below two segments of loopback ACKs come 40 ms late
_HEAD_BYTES = 32 * 1024  # of a request line and headers
_HEAD_KEPT = 4096  # bytes of a request kept to name it when it is refused
_PIECE = 64 * 1024
_LONG_WORK = LongWork()  # of this process
_LAST_RECEIVED = struct.Struct("52xI")  # where struct tcp_info tells how many ms ago data came last


class TooSlow(Exception):
    """The client took too long to send its request; not an OSError, which gunicorn would log as a fault of ours."""


class Crowded(Exception):
    """The server holds too many requests that arrive, and this one is among the oldest."""


class Connection(socket.socket):  # type: ignore[misc]
    """A socket that bounds each wait for its client.

    A silent client between two requests is ``idle`` (told to ``on_idle``); gunicorn's keep-alive time bounds that.
    What is held in memory for a client that sends or reads is told to ``holdings``; it ``waits`` for that client then.
    """

    def __init__(
        self, accepted: Any, pause: float, on_idle: Callable[[Connection, bool], None], holdings: Holdings
    ) -> None:
        super().__init__(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())
        self.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self.pause = pause
        self.on_idle = on_idle
        self.holdings = holdings
        self.waits = self.ousted = self.has_turn = False
        self.request: Any = None
        self.unsent = 0
        self.answered = self.ended = self.barred = False
        self.head = b""
        self.arrived, self.waited = 0, 0.0
        self.queued: float | None = None

    def begin(self, request: Any) -> None:
        """Serve a request whose head has been read."""
        self.request = request

    def expect(self) -> None:
        """Begin to wait for the next request, if the rest of this one is here: nobody waits for what has no reader."""
        self.barred = True
        while self.request.body.read(_PIECE):
            continue
        self.barred = False
        self._end_turn()
        self.holdings.hold(self, 0)
        self.request, self.head = None, b""
        self.arrived, self.waited, self.queued = 0, 0.0, None

    def hold(self, size: int) -> None:
        """Say how many bytes of the request are held; raises Crowded when there is no room for them."""
        if not self.holdings.hold(self, size):
            self.ousted = True
            raise Crowded

    def oust(self) -> None:
        """End the wait for a client that sends, or the connection of one that reads."""
        self.ousted = True
        with suppress(OSError):
            self.shutdown(socket.SHUT_RDWR if self.unsent else socket.SHUT_RD)

    def give_up(self) -> None:
        """Read no more of the request, and end the connection after its answer."""
        self.ended = True
        if self.request is not None:
            self.request.force_close()

    def recv(self, *args: Any) -> bytes:
        """Receive what has come; raises TooSlow when the sender of a request pauses or trickles for too long."""
        self.ended |= self.barred
        if self.ended:
            return b""
        if self.request is None and self.arrived > _HEAD_BYTES:
            raise LimitRequestHeaders("the head is too long")
        data = self._receive_more(*args) if self.arrived else self._receive_first(*args)
        if len(self.head) < _HEAD_KEPT:
            self.head += data[:_HEAD_KEPT]
        self.arrived += len(data)
        self.ended = not data
        return data

    def _receive_first(self, *args: Any) -> bytes:
        self.on_idle(self, True)  # the one argument of a state
        try:
            data = bytes(super().recv(*args))
        finally:
            self.on_idle(self, False)
        self.queued = self._queued()
        return data

    def _queued(self) -> float | None:
        """How many seconds ago the last data came, which has just been read; None where the kernel does not tell."""
        try:
            told = self.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_RECEIVED.size)
            return float(_LAST_RECEIVED.unpack(told)[0]) / 1000
        except (OSError, struct.error):
            return None

    def _receive_more(self, *args: Any) -> bytes:
        """Count only the time spent waiting, so that a slow answer is not held against the sender."""
        allowed = self.pause + self.arrived / LEAST_RATE - self.waited
        started = time.monotonic()
        self.settimeout(max(0.001, min(self.pause, allowed)))
        self.waits = True
        try:
            data = bytes(super().recv(*args))
        except TimeoutError:  # pragma: no cover  # the tracer loses a greenlet that waits; test_live_crowd.py
            self.ended = True
            raise TooSlow from None
        except OSError:  # the wait was ended
            self.ended = True
            raise (Crowded if self.ousted else TooSlow) from None
        finally:
            self.waits = False
            self.waited += time.monotonic() - started
            self.settimeout(None)
        if self.ousted:
            self.ended = True
            raise Crowded
        return data

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send all; ``unsent`` counts what the kernel has not taken. Raises BrokenPipeError if nobody reads."""
        self._end_turn()
        left = memoryview(data)
        self.answered, self.unsent = True, len(left)
        is_own = len(left) > _PIECE and getattr(self.request, "method", "") == "POST"  # others read what all share
        self.holdings.hold(self, len(left) if is_own else 0)
        until = time.monotonic() + SEND_SECONDS + len(left) / LEAST_RATE
        try:
            while self.unsent:
                self.settimeout(max(0.001, min(SEND_SECONDS, until - time.monotonic())))
                self.waits = True
                sent = self.send(left[:_PIECE], flags)
                self.waits = False
                self.unsent -= sent
                left = left[sent:]
        except TimeoutError:  # pragma: no cover  # the tracer loses a greenlet that waits; test_live_crowd.py
            self.ended = True
            raise BrokenPipeError(32, "the client does not read") from None
        except OSError as error:
            self.ended = True
            raise BrokenPipeError(32, "the client is gone") from error
        finally:
            self.waits = False
            self.holdings.hold(self, 0)
            self.settimeout(None)

    def is_gone(self) -> bool:
        """Whether the client has hung up, as far as can be told while it has sent nothing more."""
        self.settimeout(0)
        try:
            return not super().recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self.settimeout(None)

    def let_others(self) -> None:
        """Let other connections have a turn."""
        _LONG_WORK.pause(has_turn=self.has_turn)
        self.has_turn = True

    def _end_turn(self) -> None:
        if self.has_turn:
            self.has_turn = False
            _LONG_WORK.end()

    def hush(self) -> None:
        """Let what has arrived be read, and then nothing more: ends an idle connection."""
        self.shutdown(socket.SHUT_RD)

    def close(self) -> None:
        """Close; a client that may still be sending gets a moment, so that it can read its answer (RFC 9112, 9.6)."""
        self._end_turn()
        self.holdings.hold(self, 0)
        if self.fileno() >= 0 and self.answered and not self.unsent:
            self._see_off()
        super().close()

    def _see_off(self) -> None:
        until, discarded = time.monotonic() + LINGER_SECONDS, 0
        try:
            self.shutdown(socket.SHUT_WR)
            while discarded < _LINGER_BYTES and (rest := until - time.monotonic()) > 0:
                self.settimeout(rest)
                data = super().recv(_PIECE)
                discarded += len(data)
                if not data:
                    return
        except OSError:
            return
