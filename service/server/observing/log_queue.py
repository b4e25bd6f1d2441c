"""Lines on their way to standard output: a reader that does not read must not stop a request.

A worker writes from a thread of the system, since a pipe that is full would stop all its greenlets. The queue is
bounded; lines beyond it are dropped and counted.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress

from gevent import monkey  # type: ignore[import-untyped]

MOST_LINES = 10_000
_STDOUT = 1
_FLUSH_SECONDS = 1.0
_POLL_SECONDS = 0.01


class Writer:
    """Writes lines from a thread of its own; ``on_drop`` hears of each line that found no room."""

    def __init__(self, on_drop: Callable[[], None], most: int = MOST_LINES) -> None:
        self.on_drop = on_drop
        self.most = most
        self.lines = monkey.get_original("queue", "SimpleQueue")()
        self.writing = False
        monkey.get_original("_thread", "start_new_thread")(self._write, ())

    def put(self, line: bytes) -> None:
        """Queue a line, or drop it."""
        if self.lines.qsize() >= self.most:
            self.on_drop()
        else:
            self.lines.put(line)

    def flush(self) -> None:
        """Wait until all is written, for a second at most."""
        sleep, until = monkey.get_original("time", "sleep"), time.monotonic() + _FLUSH_SECONDS
        while (self.writing or self.lines.qsize()) and time.monotonic() < until:
            sleep(_POLL_SECONDS)

    def _write(self) -> None:  # pragma: no cover  # a thread of the system, which is not traced
        while True:
            line = self.lines.get()
            self.writing = True
            written(line)
            self.writing = False


def written(line: bytes) -> None:
    """Write one line, in one system call so that workers cannot mix theirs; a closed pipe is no request's problem."""
    with suppress(OSError):
        os.write(_STDOUT, line)


_writers: list[Writer] = []  # of this process: one, once ``begin`` was called


def put(line: bytes) -> None:
    """Write a line, or queue it once ``begin`` was called."""
    if _writers:
        _writers[-1].put(line)
    else:
        written(line)


def begin(on_drop: Callable[[], None]) -> None:
    """Write from now on through a queue of this process."""
    _writers.append(Writer(on_drop))


def flush() -> None:
    """Wait for the lines that are queued, for a second at most."""
    for writer in _writers:
        writer.flush()
