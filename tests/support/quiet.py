"""How quick and how large a server is, on a machine that may have other things to do."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path


def busy() -> float:
    """How many programs there are for each processor, at least one: so many times longer all takes."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def median_seconds(ask: Callable[[], int], times: int) -> float:
    """Return how long an honest request takes, each of which must be answered with 200."""
    spent = []
    for _ in range(times):
        begun = time.monotonic()
        assert ask() == 200
        spent.append(time.monotonic() - begun)
    return statistics.median(spent)


def memory_of(pid: int) -> int:
    """Return the most bytes that a process has had in memory, with what it shares, since ``forget_peak``."""
    text = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmHWM")))


def forget_peak(pid: int) -> None:
    """Begin anew to watch for the most memory."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
