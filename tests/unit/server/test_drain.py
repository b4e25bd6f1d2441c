"""The stop: readiness turns first, and no connection is cut."""

from __future__ import annotations

import signal
import threading

import pytest

from service.server import drain


@pytest.mark.usefixtures("handlers")
def test_sigterm_announces_first_and_stops_later() -> None:
    """Readiness has its time; a second signal takes it away."""
    stopped = threading.Event()
    drain.hold_sigterm(stopped.set, 600)
    signal.raise_signal(signal.SIGTERM)
    assert drain.draining()
    assert not stopped.is_set()
    assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 600
    signal.raise_signal(signal.SIGALRM)
    assert stopped.is_set()
    stopped.clear()
    signal.raise_signal(signal.SIGTERM)
    assert stopped.is_set()
