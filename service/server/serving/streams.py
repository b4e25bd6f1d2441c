"""Requests whose end is not in sight: a body that streams in, an answer that streams out at its reader's pace.

They share a part of the threads, so that slow ones never hold all of them; the rest wait here, up to a number.
"""

from __future__ import annotations

from collections import deque
from typing import Any

PATIENCE = 30.0  # seconds that one waits for its turn
_WAITING_PER_THREAD = 4


class Streams:
    """Whose turn it is, on a worker with so many threads: half of them, and at least one."""

    def __init__(self, threads: int) -> None:
        self.most = max(1, threads // 2)
        self.most_waiting = _WAITING_PER_THREAD * threads
        self.running: set[Any] = set()
        self.waiting: deque[Any] = deque()

    def begin(self, conn: Any) -> bool:
        """Take a turn if there is one."""
        if len(self.running) < self.most:
            self.running.add(conn)
        return conn in self.running

    def wait(self, conn: Any) -> bool:
        """Queue for a turn; False when too many do."""
        if len(self.waiting) < self.most_waiting:
            self.waiting.append(conn)
        return conn in self.waiting

    def forget(self, conn: Any) -> None:
        """Leave the queue."""
        if conn in self.waiting:
            self.waiting.remove(conn)

    def end(self, conn: Any) -> Any:
        """End a turn, if this one had any; returns whose turn begins, or None."""
        if conn not in self.running:
            return None
        self.running.remove(conn)
        if not self.waiting:
            return None
        following = self.waiting.popleft()
        self.running.add(following)
        return following
