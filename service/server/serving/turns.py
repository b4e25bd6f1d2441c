"""Whose turn it is: few large bodies are worked on at once, for each takes many times its size once it is read."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

from flask import Flask, current_app, g, request

from service.server import budget

SMALL = 32 * 1024
"""Bytes of a body that waits for nobody."""
JSON_SIGNS, HL7_SIGNS = (b",", b"[", b"{"), (b"\r", b"\n", b"|", b"^", b"~")
"""What begins or parts the values of a body."""
LARGE = 10_000_000
"""Bytes of memory from which a body is worked on alone."""
_TOGETHER = 20_000_000
"""Bytes of memory of those that are worked on at once beside it."""
_EACH = 100  # bytes that a value takes
_LANES, _TURN = "mas.lanes", "mas_turn"


@dataclass(slots=True)
class Lane:
    """Work that goes on at once up to a weight, in the order in which it came; what is heavier goes on alone."""

    most: int
    held: int = 0
    waiting: deque[object] = field(default_factory=deque)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def enter(self, weight: int) -> None:
        """Wait for the turn; whoever enters leaves."""
        ticket = object()
        with self.changed:
            self.waiting.append(ticket)
            try:
                self.changed.wait_for(lambda: self._may_enter(ticket, weight))
                self.held += weight
            finally:
                self.waiting.remove(ticket)
                self.changed.notify_all()

    def leave(self, weight: int) -> None:
        """Let the next one enter."""
        with self.changed:
            self.held -= weight
            self.changed.notify_all()

    def _may_enter(self, ticket: object, weight: int) -> bool:
        return self.waiting[0] is ticket and (not self.held or self.held + weight <= self.most)


def install(app: Flask) -> None:
    """Let the bodies of ``app`` have their turns, each until its answer is made."""
    app.extensions[_LANES] = (Lane(_TOGETHER), Lane(0))

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        lane, weight = g.pop(_TURN, (None, 0))
        if lane:
            lane.leave(weight)


def whole_body(signs: tuple[bytes, ...] = JSON_SIGNS, times: int = 1) -> bytes:
    """Return the body of the request, once it is its turn to be worked on.

    ``signs`` part its values; what is made of it takes ``times`` its size of memory.
    """
    body: bytes = request.get_data(cache=False)
    if times * len(body) <= SMALL:
        return body
    weight = times * len(body) + _EACH * sum(map(body.count, signs))
    lane: Lane = current_app.extensions[_LANES][weight >= LARGE]
    with budget.current().waiting():
        lane.enter(weight)
    setattr(g, _TURN, (lane, weight))
    budget.current().refuse_gone()
    return body
