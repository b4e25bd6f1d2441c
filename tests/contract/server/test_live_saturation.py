"""Under load each figure of saturation moves as it should, and comes back."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.live import Live, until

pytestmark = pytest.mark.server

KEPT = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
CONNECTIONS = 50


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One worker."""
    folder = tmp_path_factory.mktemp("saturation")
    with Live(folder, WEB_CONCURRENCY="1", MAS_CONNECTIONS=str(CONNECTIONS)) as server:
        yield server


@contextmanager
def meanwhile(live: Live, *paths: str) -> Iterator[None]:
    """Ask for paths, each on a connection of its own, while something else goes on; wait for them in the end."""
    callers = [threading.Thread(target=live.get, args=(path,)) for path in paths]
    for caller in callers:
        caller.start()
    yield
    for caller in callers:
        caller.join()


def waits_above(live: Live, seconds: str) -> float:
    """How many requests have waited longer than that."""
    return live.counter_of("mas_request_wait_seconds_count") - live.counter(
        "mas_request_wait_seconds_bucket", le=seconds
    )


def test_requests_in_hand_rise_and_fall(live: Live) -> None:
    """The scrape is one of them."""
    until(lambda: live.counter_of("mas_requests_in_hand") == 1)
    with meanwhile(live, *["/slow?seconds=3"] * 5):
        until(lambda: live.counter_of("mas_requests_in_hand") == 6)
    until(lambda: live.counter_of("mas_requests_in_hand") == 1)


def test_requests_behind_a_busy_worker_are_seen_to_wait(live: Live) -> None:
    """While one request takes the processor, four others lie in the kernel."""
    before = waits_above(live, "0.25")
    with meanwhile(live, "/slow?seconds=0.1"):
        pass
    assert waits_above(live, "0.25") == before, "waiting within a request is not waiting for a worker"
    with meanwhile(live, "/busy?seconds=1.5", *["/livez"] * 8):
        pass
    assert waits_above(live, "0.25") >= before + 4


def test_connections_rise_and_fall(live: Live) -> None:
    assert live.counter_of("mas_connections_most") == CONNECTIONS
    until(lambda: live.counter("mas_connections", state="idle") == 0)
    with ExitStack() as opened:
        for _ in range(9):
            opened.enter_context(live.connect(KEPT)).recv(1)
        until(lambda: live.counter("mas_connections", state="idle") == 9)
        with meanwhile(live, *["/slow?seconds=3"] * 3):
            until(lambda: live.counter("mas_connections", state="busy") >= 3)
    until(lambda: live.counter("mas_connections", state="idle") == 0)


def test_processor_time_rises_by_what_was_worked(live: Live) -> None:
    before = live.counter_of("process_cpu_seconds_total")
    with meanwhile(live, "/busy?seconds=1"):
        pass
    until(lambda: live.counter_of("process_cpu_seconds_total") >= before + 1)
    assert live.counter_of("process_cpu_seconds_total") < before + 20


def test_memory_rises_by_what_is_held(live: Live) -> None:
    before = live.counter_of("process_resident_memory_bytes")
    assert before > 20_000_000
    assert live.get("/hold?bytes=100000000")[0] == 200
    until(lambda: live.counter_of("process_resident_memory_bytes") > before + 90_000_000)


def test_processes_are_summed_and_a_dead_worker_leaves_only_its_counts(tmp_path: Path) -> None:
    with Live(tmp_path, WEB_CONCURRENCY="2", MAS_CONNECTIONS="40") as two:
        until(lambda: two.counter_of("mas_connections_most") == 80)
        assert two.counter_of("process_resident_memory_bytes") > 40_000_000
        spent = two.counter_of("process_cpu_seconds_total")
        os.kill(two.workers()[0], signal.SIGKILL)
        until(lambda: len(two.workers()) == 2)
        until(lambda: two.counter_of("mas_connections_most") == 80)
        assert two.counter_of("process_cpu_seconds_total") >= spent


def test_the_files_of_a_worker_begin_as_large_as_the_check_of_room_says(tmp_path: Path) -> None:
    from service.server.observing import metric_files

    with Live(tmp_path, WEB_CONCURRENCY="1") as one:
        one.get("/metrics")
        files = list(one.shared.glob("*.db"))
        assert sum(path.stat().st_size for path in files) <= metric_files._EACH
