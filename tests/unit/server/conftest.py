"""What several tests of the process need."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from service.server import drain


@pytest.fixture
def handlers() -> Iterator[None]:
    """Restore the signal handlers and the word."""
    kept = {
        number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGHUP, signal.SIGUSR2)
    }
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    drain.announce(value=False)
    drain.note_bad_files(bad=False)
    for number, handler in kept.items():
        signal.signal(number, handler)
