"""The words between the master and its workers: that the pod closes, and that a mounted file cannot be used.

Two shared bytes: made before the workers are forked, written by the master, read by every worker's readiness probe.
"""

from __future__ import annotations

import mmap
import signal
from collections.abc import Callable
from types import FrameType

_CLOSING, _BAD_FILES = 0, 1
_words = mmap.mmap(-1, 2)  # anonymous and shared: survives fork, needs no file


def draining() -> bool:
    """Whether this pod has been asked to stop."""
    return _words[_CLOSING] != 0


def announce(*, value: bool = True) -> None:
    """Say to every process of this pod that it is about to stop (or, in tests, that it is not)."""
    _words[_CLOSING] = int(value)


def bad_files() -> bool:
    """Whether the last reload was refused because a mounted file cannot be used."""
    return _words[_BAD_FILES] != 0


def note_bad_files(*, bad: bool) -> None:
    """Say to every process of this pod whether the mounted files can be used."""
    _words[_BAD_FILES] = int(bad)


def hold_sigterm(stop: Callable[[], None], seconds: float) -> None:
    """In the master: on the first SIGTERM only announce, and stop after ``seconds``; a second one stops at once."""

    def on_term(_signal: int, _frame: FrameType | None) -> None:
        if draining() or seconds <= 0:
            signal.setitimer(signal.ITIMER_REAL, 0)
            announce()
            stop()
        else:
            announce()
            signal.setitimer(signal.ITIMER_REAL, seconds)

    signal.signal(signal.SIGALRM, lambda _signal, _frame: stop())
    signal.signal(signal.SIGTERM, on_term)
