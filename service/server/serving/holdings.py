"""What a worker holds in memory for clients that send slowly or read slowly: beyond a limit, the oldest are ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

LEAST = 16 << 20
"""Bytes that a worker may always hold."""


class Holder(Protocol):
    """A connection for which something is held."""

    waits: bool

    def oust(self) -> None:
        """End it: it waits for its client."""


@dataclass(slots=True)
class Holdings:
    """The bytes held for each connection, those for the oldest first; ``most`` in all."""

    most: int
    held: dict[Holder, int] = field(default_factory=dict)
    total: int = 0

    def hold(self, holder: Holder, size: int) -> bool:
        """Say how much is held for a connection now; return whether there is room for it.

        Room is made by ending connections that wait for their clients. Those that are worked on are never ended.
        """
        self._put(holder, size)
        while self.total > self.most:
            oldest = next((other for other in self.held if other.waits), None)
            if oldest is None:
                return False
            self._put(oldest, 0)
            oldest.oust()
        return True

    def _put(self, holder: Holder, size: int) -> None:
        self.total += size - self.held.get(holder, 0)
        if size:
            self.held[holder] = size
        else:
            self.held.pop(holder, None)


def limit_of(largest_body: int, largest_answer: int) -> int:
    """Return how much a worker holds at most: a body and an answer of the largest size at once."""
    return max(LEAST, largest_body + largest_answer)
