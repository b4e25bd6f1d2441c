"""Calls to other hosts: they have slots of their own, and a host that does not answer is left alone for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from service.server.observing import metrics

Answer = TypeVar("Answer")
MOST_AT_ONCE = 8  # calls of one worker: beyond, a caller is answered without
_FAILURES = 5  # in a row, after which a host is left alone
_PAUSE = 30.0  # seconds until it is tried once more
_MOST_HOSTS = 1000


class NotCalled(Exception):
    """The host was not asked: too many calls are going on, or it has not answered for a while."""


@dataclass(slots=True)
class Breaker:
    """Whether one host may be called: not for a while after several failures in a row."""

    failures: int = 0
    closed_until: float = 0.0

    def permits(self, now: float) -> bool:
        """Whether to call; one call at a time tries a host that has failed."""
        if self.failures < _FAILURES:
            return True
        if now < self.closed_until:
            return False
        self.closed_until = now + _PAUSE
        return True

    def note(self, now: float, *, good: bool) -> None:
        """Take account of how a call went."""
        self.failures = 0 if good else self.failures + 1
        if self.failures >= _FAILURES:
            self.closed_until = now + _PAUSE


@dataclass(slots=True)
class Outbound:
    """The calls of one kind (``target``, a word of the metric) from this process."""

    target: str
    most: int = MOST_AT_ONCE
    clock: Callable[[], float] = time.monotonic
    running: int = 0
    breakers: dict[str, Breaker] = field(default_factory=dict)

    def call(self, host: str, work: Callable[[], Answer], is_good: Callable[[Answer], bool]) -> Answer:
        """Do the work, which calls ``host``; raises NotCalled when it may not be done now."""
        if len(self.breakers) > _MOST_HOSTS:
            self.breakers.clear()
        breaker = self.breakers.setdefault(host, Breaker())
        if self.running >= self.most:
            metrics.fetch(self.target, "busy")
            raise NotCalled
        if not breaker.permits(self.clock()):
            metrics.fetch(self.target, "open")
            raise NotCalled
        self.running += 1
        good = False
        try:
            answer = work()
            good = is_good(answer)
        finally:
            self.running -= 1
            breaker.note(self.clock(), good=good)
            metrics.fetch(self.target, "ok" if good else "failed")
        return answer
