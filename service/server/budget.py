"""How much work one request may cause, and whether anybody still waits for the answer.

Readers call ``check`` in their loops. It stops the work when the processor time is spent or the caller has hung up, and
lets other requests have a turn meanwhile. Time that a request waits is not counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol, TypeVar, cast

import gevent  # type: ignore[import-untyped]
from werkzeug.exceptions import HTTPException, UnprocessableEntity

Item = TypeVar("Item")
Made = TypeVar("Made")
_TURN_SECONDS = 0.02  # of work, after which the others have theirs
_LOOK_SECONDS = 0.002  # between looks at the processor time, which costs ten times a look at the clock
_LITTLE = 32 * 1024  # bytes that are read at once
_GONE = 499  # nginx's number, for the log: nobody reads the answer


class TooMuchWork(UnprocessableEntity):
    """The request takes more processor time than one request may."""


class AnswerTooLarge(UnprocessableEntity):
    """The answer is longer than one answer may be."""


class CallerGone(HTTPException):
    """Nobody waits for the answer any more."""

    code = _GONE
    description = "The caller has hung up."


class Client(Protocol):
    """The other side of a connection."""

    def is_gone(self) -> bool:
        """Whether it has hung up."""

    def let_others(self) -> None:
        """Let other connections have a turn."""

    def hold(self, size: int) -> None:
        """Say how many bytes of its request are held in memory."""


@dataclass(slots=True)
class Budget:
    """What is left to one request: processor time in seconds, and bytes of its answer. Zero seconds mean no limit."""

    seconds: float = 0.0
    largest: int = 0
    client: Client | None = None
    since: float = field(default_factory=time.thread_time)
    turn: float = field(default_factory=time.thread_time)
    written: int = 0
    next_look: float = 0.0

    def check(self) -> None:
        """Go on, or raise TooMuchWork or CallerGone; no thread works longer than the clock goes, so few calls look."""
        clock = time.monotonic()
        if clock < self.next_look:
            return
        self.next_look = clock + _LOOK_SECONDS
        now = time.thread_time()
        if self.seconds and now - self.since > self.seconds:
            raise TooMuchWork(
                f"This takes more than {self.seconds:g} s of work (MAS_REQUEST_SECONDS); send less at a time."
            )
        if self.client is not None and now - self.turn > _TURN_SECONDS:
            self.refuse_gone()
            self.client.let_others()
            self.turn = time.thread_time()
            self.since += self.turn - now

    def refuse_gone(self) -> None:
        """Raise CallerGone if nobody waits for the answer."""
        if self.client is not None and self.client.is_gone():
            raise CallerGone

    def write(self, size: int) -> None:
        """Count bytes of the answer; raises AnswerTooLarge."""
        self.written += size
        refuse_longer(self.written, self.largest)

    def renew(self) -> None:
        """Begin again, for the next line of a batch; the turn goes on, or short lines would never end one."""
        self.since = time.thread_time()
        self.written = 0

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Do not count the time of others while this request waits."""
        began = time.thread_time()
        try:
            yield
        finally:
            passed = time.thread_time() - began
            self.since += passed
            self.turn += passed


def refuse_longer(size: int, largest: int) -> None:
    """Raise AnswerTooLarge for an answer of more bytes than are allowed; 0 allows any."""
    if largest and size > largest:
        raise AnswerTooLarge(
            f"The answer would be longer than {largest} bytes (MAS_MAX_ANSWER_BYTES); ask for less at a time."
        )


_UNLIMITED = Budget()
_current: ContextVar[Budget] = ContextVar("budget", default=_UNLIMITED)


def begin(budget: Budget) -> Budget:
    """Let a budget hold for what is done from here on in this context; returns it."""
    _current.set(budget)
    return budget


def end() -> None:
    """Let no budget hold."""
    _current.set(_UNLIMITED)


def current() -> Budget:
    """Return the budget that holds."""
    return _current.get()


def check() -> None:
    """Go on with the work of the current request, or raise TooMuchWork or CallerGone."""
    budget = _current.get()
    if budget is not _UNLIMITED:
        budget.check()


def aside(work: Callable[[bytes], Made], given: bytes) -> Made:
    """Do work on many bytes that has no checks: in the server aside, while other connections have their turn."""
    budget = _current.get()
    if budget.client is None or len(given) <= _LITTLE:
        return work(given)

    def tried() -> tuple[Made | None, Exception | None, float]:
        """Return also what was raised, which gevent would print."""
        began = time.thread_time()
        try:
            return work(given), None, time.thread_time() - began
        except Exception as error:  # noqa: BLE001  # raised again below
            return None, error, time.thread_time() - began

    with budget.waiting():
        made, error, spent = gevent.get_hub().threadpool.apply(tried)
    budget.since -= spent
    if error is not None:
        raise error
    return cast("Made", made)  # pragma: no cover  # the tracer loses a greenlet that waits; test_budget.py


def checked(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items, with a check before each."""
    for item in items:
        check()
        yield item
