"""Of the requests with long work one goes on at a time: however many they are, whoever comes waits for one of them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from gevent import sleep  # type: ignore[import-untyped]
from gevent.event import Event  # type: ignore[import-untyped]


@dataclass(slots=True)
class LongWork:
    """The turn to go on, handed from one request to the one that has waited longest."""

    is_taken: bool = False
    waiting: deque[Event] = field(default_factory=deque)

    def pause(self, *, has_turn: bool) -> None:
        """Let the others have a turn, and come back with the turn to go on; ``has_turn`` if it is ours already."""
        sleep(0)
        if has_turn and not self.waiting:
            return  # pragma: no cover  # the tracer loses a greenlet that waits; test_worker.py
        if has_turn:
            self.end()
        if not self.is_taken:
            self.is_taken = True
            return
        called = Event()
        self.waiting.append(called)
        try:
            called.wait()
        except BaseException:  # the greenlet is ended
            if called.is_set():
                self.end()
            else:  # pragma: no cover  # the tracer loses a greenlet that waits; test_worker.py
                self.waiting.remove(called)
            raise

    def end(self) -> None:
        """Hand the turn on, if anybody waits."""
        if self.waiting:
            self.waiting.popleft().set()
        else:
            self.is_taken = False
