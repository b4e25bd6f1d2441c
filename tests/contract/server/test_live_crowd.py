"""Many rude clients at once, against the real server: whatever they do, the others do not notice."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.contract.server.crowds import CONTRACT, CROWDS, HEAVY, LIVEZ, PANEL_REQUEST, PROBE, silent_reader
from tests.support.live import PANEL, SERVICE, Live, read_all, status_of, until
from tests.support.quiet import busy, forget_peak, median_seconds, memory_of
from tests.support.socket_memory import kernel_memory

pytestmark = pytest.mark.server

PANEL_SECONDS, PROBE_SECONDS = 0.3, 0.1  # for each program that a processor runs
HEAVY_SECONDS = 0.5
MOST_MEMORY = 150_000_000
SOON = float(os.environ.get("MAS_TEST_SOON", "2"))  # seconds on a machine that runs other tests; alone it takes 0.3


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The service with one worker, so that nobody else answers."""
    with Live(tmp_path_factory.mktemp("crowd"), SERVICE, WEB_CONCURRENCY="1", MAS_KEEPALIVE_SECONDS="75") as server:
        yield server


def seconds_for(live: Live, sent: bytes) -> float:
    """How long an honest request takes on a new connection."""
    return median_seconds(lambda: status_of(live.raw(sent)), 9) / busy()


@pytest.mark.parametrize("name", CROWDS)
def test_a_crowd_delays_nobody_and_costs_little(live: Live, name: str) -> None:
    """Clients that stall, do not read, do not end, or are silent: whoever comes is served as if they were not there."""
    with ExitStack() as stack:
        CROWDS[name](live, stack)
        assert seconds_for(live, PROBE) < PROBE_SECONDS
        assert seconds_for(live, PANEL_REQUEST) < PANEL_SECONDS
        assert kernel_memory(live.port) < MOST_MEMORY
        assert memory_of(live.workers()[0]) < MOST_MEMORY


@pytest.mark.parametrize("name", HEAVY)
def test_a_crowd_that_is_work_delays_nobody_for_long(live: Live, name: str) -> None:
    """What is held for it is bounded, and so is how much of its work goes on at once."""
    (worker,) = live.workers()
    forget_peak(worker)
    with ExitStack() as stack:
        HEAVY[name](live, stack)
        assert seconds_for(live, PROBE) < HEAVY_SECONDS
        assert seconds_for(live, PANEL_REQUEST) < HEAVY_SECONDS
        assert memory_of(worker) < MOST_MEMORY
    assert live.workers() == [worker]


def test_an_answer_is_never_cut_for_others_and_the_log_tells_what_was_taken(tmp_path: Path) -> None:
    """A hundred who do not read a large file do not cost a reader a byte of it."""
    with Live(tmp_path, SERVICE, WEB_CONCURRENCY="1") as live:
        whole = len(live.get("/openapi.json")[2])
        with ExitStack() as stack:
            for _ in range(100):
                stack.enter_context(silent_reader(live.port, CONTRACT))
            for _ in range(10):
                assert len(live.get("/openapi.json")[2]) == whole
        until(lambda: sum(bool(line.get("cut")) for line in live.lines()) == 100)
        assert all(line["bytes"] < whole for line in live.lines() if line.get("cut"))
        assert not any(line.get("cut") for line in live.lines() if line.get("bytes") == whole)


def test_fifty_idle_connections_do_not_hold_up_a_stop(tmp_path: Path) -> None:
    """They have been silent for a while: they are ended at once."""
    with Live(tmp_path, SERVICE, WEB_CONCURRENCY="1") as live, ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(live.connect(LIVEZ)).recv(10_000)
        time.sleep(1.1)
        started = time.monotonic()
        live.signal(signal.SIGTERM)
        assert live.process.wait(30) == 0
        assert time.monotonic() - started < 2 + SOON


def test_a_log_that_nobody_reads_stops_no_panel(tmp_path: Path) -> None:
    """Lines are dropped instead, and counted."""
    reading, writing = os.pipe()
    with Live(tmp_path, SERVICE, sink=writing, WEB_CONCURRENCY="1") as live:
        os.close(writing)
        refused = b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n" * 500
        for _ in range(30):
            with live.connect(refused + PROBE) as connection:
                assert read_all(connection).count(b"HTTP/1.1 404") == 500
        assert live.post("/v1/assessments")[0] == 200
        assert live.counter_of("mas_log_lines_dropped_total") > 0
        os.close(reading)


def test_a_broken_file_changes_nothing_until_it_is_mended(tmp_path: Path) -> None:
    """Neither a reload nor the death of a worker takes it over; the log, a metric and, if wanted, /readyz tell."""
    codes = tmp_path / "codes.toml"
    codes.write_text('[[results]]\ncode = "LOCAL-1"\nsystem = "urn:oid:1.2.3"\nobservation = "ferritin"\n')
    chosen = {"MAS_CODE_MAP_FILE": str(codes), "MAS_READY_NEEDS_FILES": "on"}
    with Live(tmp_path, SERVICE, WEB_CONCURRENCY="2", **chosen) as live:
        codes.write_text('[[results]]\ncode = "LOCAL-1"\nobservation = "ferretin"\n')
        victim = live.workers()[0]
        os.kill(victim, signal.SIGKILL)
        until(lambda: len(live.workers()) == 2 and victim not in live.workers())
        assert live.get("/readyz")[0] == 200
        kept = live.workers()
        live.signal(signal.SIGHUP)
        until(lambda: live.get("/readyz")[0] == 503)
        assert live.workers() == kept
        assert live.counter_of("mas_bad_files") == 1
        told = [line for line in live.lines() if "Not reloaded" in str(line.get("message"))]
        assert len(told) == 1
        assert "MAS_CODE_MAP_FILE: results[0]" in told[0]["message"]
        assert live.post("/v1/assessments")[0] == 200
        codes.write_text("")
        live.signal(signal.SIGHUP)
        until(lambda: not set(live.workers()) & set(kept) and len(live.workers()) == 2)
        until(lambda: live.get("/readyz")[0] == 200)


@pytest.mark.parametrize("name", [b"SCRIPT_NAME", b"Script-Name", b"PATH_INFO", b"X-Forwarded-Proto"])
def test_no_header_chooses_the_address_that_is_served(live: Live, name: bytes) -> None:
    """Also not from this machine, where a sidecar's caller would reach what the proxy keeps closed."""
    answer = live.raw(b"GET /v1/metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + name + b": /v1\r\n\r\n")
    assert status_of(answer) == 404


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (b"/fhir/$evaluate-mas", b'"resourceType":"OperationOutcome"'),
        (b"/cds-services/mas-criteria", b'"resourceType":"OperationOutcome"'),
        (b"/v1/assessments", b"/docs#problem-"),
    ],
)
def test_what_the_parser_refuses_is_told_in_the_interfaces_form(live: Live, path: bytes, form: bytes) -> None:
    """A FHIR client reads no problem+json."""
    answer = live.raw(b"POST " + path + b" HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 9000 + b"\r\n\r\n")
    assert status_of(answer) == 431
    assert form in answer


def test_a_batch_cut_at_the_end_of_the_grace_leaves_its_lines(tmp_path: Path) -> None:
    """Of the batch, and of its request."""
    batch = b"POST /v1/assessments/batch HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\n"
    with Live(tmp_path, SERVICE, WEB_CONCURRENCY="1", MAS_GRACEFUL_SECONDS="3", MAS_BODY_READ_SECONDS="60") as live:
        with live.connect(batch + b"Content-Length: 99999\r\n\r\n" + PANEL + b"\n"):
            time.sleep(0.5)
            live.signal(signal.SIGTERM)
            live.process.wait(30)
        assert any("batch" in str(line.get("message")) and "ended" in line["message"] for line in live.lines())
        assert any(line.get("route") == "/v1/assessments/batch" for line in live.lines())


def test_workers_leave_soon_when_their_master_was_killed(tmp_path: Path) -> None:
    """They would hold the port of its successor."""
    with Live(tmp_path, SERVICE, WEB_CONCURRENCY="2") as live:
        workers = live.workers()
        live.signal(signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), 5)


def test_usr2_is_ignored(tmp_path: Path) -> None:
    """A second master would find the port taken; the log says so."""
    with Live(tmp_path, SERVICE, WEB_CONCURRENCY="1") as live:
        live.signal(signal.SIGUSR2)
        until(lambda: "USR2 is ignored" in live.text())
        assert live.post("/v1/assessments")[0] == 200


def test_work_beyond_the_budget_is_refused_and_leaves_others_their_turn(tmp_path: Path) -> None:
    """A record that takes longer than a request may is refused in FHIR's form; probes are answered meanwhile."""
    ferritin = {"system": "http://loinc.org", "code": "2276-4"}
    value = {"value": 905, "unit": "ug/L", "system": "http://unitsofmeasure.org", "code": "ug/L"}
    entries = [
        {
            "resource": {
                "resourceType": "Observation",
                "id": f"f{number}",
                "status": "final",
                "code": {"coding": [ferritin]},
                "valueQuantity": value,
            }
        }
        for number in range(39_500)
    ]
    record = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
    chosen = {"MAS_FHIR_MAX_BODY_BYTES": "99999999", "MAS_REQUEST_SECONDS": "1", "MAS_BODY_READ_SECONDS": "60"}
    with Live(tmp_path, SERVICE, WEB_CONCURRENCY="1", **chosen) as live:
        status, _, body = live.post("/fhir/$evaluate-mas", record)
        assert status == 422
        assert b"MAS_REQUEST_SECONDS" in body
        assert b"OperationOutcome" in body
