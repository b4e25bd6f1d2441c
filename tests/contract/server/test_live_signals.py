"""Stops, reloads and deaths under steady load, against the real server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.live import PATIENCE, ROOT, Live, read_all, status_of, until
from tests.support.load import Load

pytestmark = pytest.mark.server

PARTIAL = b"POST /v1/assessments HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{"


def test_sigterm_loses_no_request_and_ends_in_time(tmp_path: Path) -> None:
    """What was accepted is answered; later clients are refused at once; the exit is clean."""
    chosen = {"WEB_CONCURRENCY": "2", "MAS_GRACEFUL_SECONDS": "20", "MAS_BODY_READ_SECONDS": "20"}
    with Live(tmp_path, **chosen) as live:
        half_sent = live.connect(PARTIAL)
        load = Load(live.port, clients=6)
        load.runs()
        live.signal(signal.SIGTERM)
        until(lambda: load.outcomes["refused"])
        half_sent.sendall(b"}")
        assert status_of(read_all(half_sent)) == 200
        half_sent.close()
        assert live.process.wait(PATIENCE) == 0
        outcomes = load.stop()
        assert outcomes["lost"] == 0, outcomes
        assert set(outcomes) <= {"200", "refused", "lost"}


def test_a_slow_request_is_finished_after_the_drain(tmp_path: Path) -> None:
    """The signal starts the drain, its end the stop, and a request in a thread has the grace period."""
    with Live(tmp_path, WEB_CONCURRENCY="1", MAS_DRAIN_SECONDS="1") as live:
        slow = live.connect(b"GET /slow?seconds=1.2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        live.signal(signal.SIGTERM)
        assert read_all(slow).endswith(b"done")
        slow.close()
        assert live.process.wait(PATIENCE) == 0


def test_a_request_longer_than_the_grace_does_not_hold_the_exit(tmp_path: Path) -> None:
    """The process ends when its grace is over, whatever still runs."""
    with Live(tmp_path, WEB_CONCURRENCY="1", MAS_GRACEFUL_SECONDS="1") as live:
        slow = live.connect(b"GET /slow?seconds=50 HTTP/1.1\r\nHost: a\r\n\r\n")
        live.signal(signal.SIGTERM)
        started = time.monotonic()
        live.process.wait(PATIENCE)
        assert time.monotonic() - started < 20
        slow.close()


def test_readiness_is_false_before_the_port_closes(tmp_path: Path) -> None:
    """While it drains requests are served, kept connections are ended, /readyz says 503; a second signal ends that."""
    with Live(tmp_path, WEB_CONCURRENCY="2", MAS_DRAIN_SECONDS="600") as live:
        assert live.get("/readyz")[0] == 200
        live.signal(signal.SIGTERM)
        until(lambda: live.get("/readyz")[0] == 503)
        assert live.get("/livez")[0] == 200
        status, headers, _ = live.post("/v1/assessments")
        assert (status, headers["connection"]) == (200, "close")
        live.signal(signal.SIGTERM)
        assert live.process.wait(PATIENCE) == 0


def test_hup_loses_no_request_and_keeps_the_counts(tmp_path: Path) -> None:
    """New workers take over while the old ones finish; the sums over their files go on."""
    with Live(tmp_path, WEB_CONCURRENCY="2") as live:
        before = set(live.workers())
        load = Load(live.port, clients=6)
        load.runs()
        live.signal(signal.SIGHUP)
        until(lambda: len(live.workers()) == 2 and not set(live.workers()) & before)
        load.runs()
        outcomes = load.stop()
        assert outcomes["lost"] == outcomes["refused"] == 0, outcomes
        assert live.counter("mas_assessments_total", channel="json", category="likely") == outcomes["200"]


def test_a_killed_worker_costs_at_most_what_it_held(tmp_path: Path) -> None:
    """The other worker serves on, a new one starts, and no count is lost."""
    clients = 6
    with Live(tmp_path, WEB_CONCURRENCY="2") as live:
        load = Load(live.port, clients=clients)
        load.runs()
        victim = live.workers()[0]
        os.kill(victim, signal.SIGKILL)
        until(lambda: len(live.workers()) == 2 and victim not in live.workers())
        load.runs()
        outcomes = load.stop()
        assert outcomes["lost"] <= clients, outcomes
        counted = live.counter("mas_assessments_total")
        assert outcomes["200"] <= counted <= outcomes["200"] + outcomes["lost"]
        timed = {"route": "/v1/assessments", "status": "200"}
        # a request is timed after its last byte is out: a moment later for the last ones, never for those that died
        until(lambda: live.counter("http_request_duration_seconds_count", **timed) >= counted - outcomes["lost"])
        assert live.counter("http_request_duration_seconds_count", **timed) <= counted


def test_a_stop_reaches_a_worker_that_has_not_begun(tmp_path: Path) -> None:
    with Live(tmp_path, WEB_CONCURRENCY="2") as live:
        one, other = live.workers()
        os.kill(one, signal.SIGKILL)
        until(lambda: live.workers() not in ([one, other], [other]))
        time.sleep(0.02)  # the new one loads what it needs
        live.process.terminate()
        begun = time.monotonic()
        live.process.wait(PATIENCE)
        assert time.monotonic() - begun < 10  # of 25 s of grace


def test_metrics_start_from_nothing_and_leave_a_clean_folder(tmp_path: Path) -> None:
    """Files of an earlier life are wiped; a private folder is removed at the end."""
    shared = tmp_path / "shared"
    shared.mkdir()
    subprocess.run(
        [sys.executable, "-c", "from service.server.observing import metrics; metrics.assessment('json', 'likely')"],
        check=True,
        env={"PROMETHEUS_MULTIPROC_DIR": str(shared), "PYTHONPATH": str(ROOT)},
    )
    assert list(shared.glob("counter_*.db"))
    with Live(tmp_path, WEB_CONCURRENCY="1", PROMETHEUS_MULTIPROC_DIR=str(shared)) as live:
        assert live.counter("mas_assessments_total") == 0
    with Live(tmp_path, WEB_CONCURRENCY="2", PROMETHEUS_MULTIPROC_DIR="", TMPDIR=str(tmp_path)) as live:
        live.post("/v1/assessments")
        assert live.counter("mas_assessments_total") == 1  # counted before the answer: some worker has its file open
        maps = "".join(Path(f"/proc/{pid}/maps").read_text() for pid in live.workers())
        private = {Path(line.split()[-1]).parent for line in maps.splitlines() if "mas-metrics-" in line}
        assert [folder.is_dir() for folder in private] == [True]
    assert [folder.is_dir() for folder in private] == [False]


def test_bad_settings_stop_the_start_and_are_all_named(tmp_path: Path) -> None:
    """The message names every variable at once, and never a value."""
    with pytest.raises(RuntimeError) as failure, Live(tmp_path, MAS_CONNECTIONS="many-905", MAS_AUTH_MODE="trust"):
        pass
    assert "MAS_CONNECTIONS must be a whole number from 10 to 10000" in str(failure.value)
    assert "MAS_AUTH_MODE must be one of none, api_key, jwt" in str(failure.value)
    assert "905" not in str(failure.value)
    assert {json.loads(line)["level"] for line in str(failure.value).splitlines()} == {"critical"}


def test_a_bad_key_file_stops_the_start(tmp_path: Path) -> None:
    """Credentials that cannot be checked are no reason to serve without."""
    keys = tmp_path / "keys"
    keys.write_text("ehr:905\n")
    with (
        pytest.raises(RuntimeError, match="MAS_API_KEYS_FILE line 1") as failure,
        Live(tmp_path, MAS_AUTH_MODE="api_key", MAS_API_KEYS_FILE=str(keys)),
    ):
        pass
    assert "Traceback" not in str(failure.value)


def test_what_an_operator_should_know_is_said_once(tmp_path: Path) -> None:
    """A misspelt setting and absent authentication are warnings in the log."""
    with Live(tmp_path, WEB_CONCURRENCY="2", MAS_TREADS="4") as live:
        pass
    told = [line["message"] for line in live.lines() if line["level"] == "warning"]
    assert "MAS_TREADS is not a setting of this service" in told
    assert sum("authentication is off" in line for line in told) == 1
