"""Lines on their way out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress

import pytest

from service.server.observing import log_queue
from service.server.observing.log_queue import Writer


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """Standard output that nobody reads."""
    reading, writing = os.pipe()
    monkeypatch.setattr(log_queue, "_STDOUT", writing)
    yield reading, writing
    os.close(reading)


def test_lines_beyond_the_queue_are_dropped_and_counted(pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for whoever does not read."""
    monkeypatch.setattr(log_queue, "_FLUSH_SECONDS", 0.05)
    dropped: list[int] = []
    writer = Writer(lambda: dropped.append(1), most=2)
    for _ in range(5):
        writer.put(b"x" * 70_000 + b"\n")
        writer.flush()
    assert dropped
    os.set_blocking(pipe[0], False)
    while writer.writing or writer.lines.qsize():  # else its thread would write into the pipe of another test
        with suppress(BlockingIOError):
            os.read(pipe[0], 1 << 20)


def test_queued_lines_arrive_in_order(pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the process ends, too."""
    monkeypatch.setattr(log_queue, "_writers", [])
    log_queue.begin(lambda: None)
    for line in (b"one\n", b"two\n"):
        log_queue.put(line)
    log_queue.flush()
    assert os.read(pipe[0], 100) == b"one\ntwo\n"
