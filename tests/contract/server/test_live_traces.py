"""Traces from the real server, whose workers serve with greenlets, to a real collector."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.contract.server.test_live_privacy import KINDS, READ
from tests.support.live import SERVICE, Live, until
from tests.support.otlp import Collector

pytestmark = pytest.mark.server

PARTS = {"read", "assess", "write"}


def test_every_way_in_is_traced_and_the_last_spans_are_sent_before_the_end(tmp_path: Path) -> None:
    with Collector() as collector:
        chosen = {"MAS_TRACES_URL": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "600000"}
        with Live(tmp_path, SERVICE, WEB_CONCURRENCY="2", **chosen) as live:
            for number, (path, body) in enumerate(READ.items()):
                trace = f"00-{number + 1:032x}-{number + 1:016x}-01"
                assert (
                    live.post(path, body, Content_Type=KINDS.get(path, "application/json"), traceparent=trace)[0] == 200
                ), path
            assert collector.spans() == []
        spans = collector.spans()
    assert set(collector.paths) == {"/v1/traces"}
    for number, path in enumerate(READ):
        own = [span for span in spans if int(span.trace_id.hex(), 16) == number + 1]
        (request,) = [span for span in own if span.name.startswith("POST ")]
        assert int(request.parent_span_id.hex(), 16) == number + 1
        below = {span.name for span in own if span.parent_span_id == request.span_id}
        assert below == (set() if path.endswith("batch") else PARTS), "a batch is one span, however long"
    logged = {line["trace_id"] for line in live.lines() if line.get("method") == "POST"}
    assert logged == {f"{number + 1:032x}" for number in range(len(READ))}


def test_spans_are_sent_while_the_service_runs(tmp_path: Path) -> None:
    with Collector() as collector:
        chosen = {"MAS_TRACES_URL": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
        with Live(tmp_path, WEB_CONCURRENCY="1", **chosen) as live:
            assert live.get("/who")[0] == 200
            until(lambda: len(collector.spans()) == 1)


def test_a_collector_that_is_gone_delays_nobody(tmp_path: Path) -> None:
    with Collector() as collector:
        url = collector.url
    with Live(tmp_path, WEB_CONCURRENCY="1", MAS_TRACES_URL=url, OTEL_BSP_SCHEDULE_DELAY="50") as live:
        for _ in range(20):
            assert live.get("/who")[0] == 200
        until(lambda: live.counter("http_request_duration_seconds_count", route="/who") == 20)
        assert live.counter("http_request_duration_seconds_bucket", route="/who", le="1.0") == 20
    assert live.process.returncode == 0
    assert all(json.dumps(line) for line in live.lines()), "each line is JSON"
