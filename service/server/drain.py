"""The word "closing" between the master and its workers, so that readiness turns false before the port closes.

One shared byte: made before the workers are forked, written by the master, read by every worker's readiness probe.
"""

from __future__ import annotations

import mmap
import signal
from collections.abc import Callable
from types import FrameType

_byte = mmap.mmap(-1, 1)  # anonymous and shared: survives fork, needs no file


def draining() -> bool:
    """Whether this pod has been asked to stop."""
    return _byte[0] != 0


def announce(*, value: bool = True) -> None:
    """Say to every process of this pod that it is about to stop (or, in tests, that it is not)."""
    _byte[0] = int(value)


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
