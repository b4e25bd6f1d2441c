"""The stop: readiness turns first, and no connection is cut."""

from __future__ import annotations

import signal
import socket
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


def test_a_stop_begins_no_connection_that_it_would_cut() -> None:
    """Between the last accept and the close the kernel would go on accepting; those clients would be reset."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()):
        drain.greet_nobody([listener])
        with socket.socket() as late:
            late.setblocking(False)
            late.connect_ex(listener.getsockname())
            begun, _ = listener.accept()
            begun.close()
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):
                listener.accept()


def test_a_stop_needs_no_filter() -> None:
    """Where the kernel knows none, or the socket is gone, the stop goes on."""
    closed = socket.socket()
    closed.close()
    drain.greet_nobody([closed])
