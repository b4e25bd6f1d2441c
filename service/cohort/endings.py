"""How a command ends: the exit code, and what is told of an end that came too early."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor

BROKEN, UNUSABLE, STOPPED = 1, 2, 130
WORKER_LOST = "A worker process was ended from outside, perhaps for want of memory: the results stop here.\n"


def code_of(work: Callable[[], None], unusable: type[Exception]) -> int:
    """Do the work of a command; return 0, or why it ended early. ``unusable`` are errors whose text is told.

    2: what was given cannot be used, a file not read or written. 1: a worker process was lost. 130: interrupted.
    """
    try:
        work()
    except BrokenPipeError:  # the reader has had enough, as head has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except unusable as error:
        return _told(str(error))
    except OSError as error:
        return _told(f"{error.__class__.__name__}: {error}")
    except BrokenExecutor:
        sys.stderr.write(WORKER_LOST)
        return BROKEN
    except KeyboardInterrupt:
        return STOPPED
    return 0


def _told(why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return UNUSABLE
