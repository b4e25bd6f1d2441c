"""Whose turn it is to be computed, on a worker: first come, first served.

Python computes one request at a time, however many threads there are. Started all at once they take the interpreter
from each other, and one in a hundred waits many times longer than the rest. So one starts, and the others queue. One
that takes long is no single panel, or waits for somebody else (a FHIR server, a slow reader): it gives up its turn and
goes on beside the next.
"""

from __future__ import annotations

from collections import deque
from typing import Any

AT_ONCE = 1  # a second gains nothing, and doubles how long the slowest hundredth waits
PATIENCE = 0.02  # seconds after which one gives up its turn: several times what a panel takes


class Turns:
    """Connections whose request is computed, each with the time until which it holds its turn, and those that wait."""

    def __init__(self) -> None:
        self.running: dict[Any, float] = {}
        self.waiting: deque[Any] = deque()

    def ask(self, conn: Any, now: float) -> list[Any]:
        """Queue for a turn; returns whose turn begins, if any."""
        self.waiting.append(conn)
        return self._next(now)

    def end(self, conn: Any, now: float) -> list[Any]:
        """End a turn, if this one had any; returns whose turn begins."""
        self.running.pop(conn, None)
        return self._next(now)

    def sweep(self, now: float) -> list[Any]:
        """End the turns that last too long while others wait; returns whose turn begins."""
        if not self.waiting:
            return []
        self.running = {conn: until for conn, until in self.running.items() if now < until}
        return self._next(now)

    def pause(self, now: float, longest: float) -> float:
        """Return how many seconds may pass, at most ``longest``, before the next sweep."""
        if not self.waiting:
            return longest
        return min(longest, max(0.0, min(self.running.values()) - now))

    def _next(self, now: float) -> list[Any]:
        begun = []
        while self.waiting and len(self.running) < AT_ONCE:
            conn = self.waiting.popleft()
            self.running[conn] = now + PATIENCE
            begun.append(conn)
        return begun
