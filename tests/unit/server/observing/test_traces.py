"""Spans as a collector gets them, from an application in the process of the test."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from service.app import create_app
from service.server.observing import traces
from service.server.settings import BadSetting, Settings
from tests.support import sample
from tests.support.otlp import Collector, attributes

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CALLER = f"00-{TRACE}-{PARENT}-01"
PANEL = {"observations": {"ferritin": "905 ug/L"}}


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A collector; what sends to it ends with the test."""
    providers: list[traces.TracerProvider] = []  # type: ignore[name-defined]
    monkeypatch.setattr(traces, "_providers", providers)
    with Collector() as started:
        yield started
        for provider in providers:
            provider.shutdown()


def sent(collector: Collector) -> list[Span]:
    """The spans that were sent once all are."""
    traces.flush()
    return collector.spans()


def test_a_request_and_its_parts_join_the_trace_of_their_caller(collector: Collector) -> None:
    client = create_app(Settings(traces_url=collector.url)).test_client()
    assert client.post("/v1/assessments", json=PANEL, headers={"traceparent": CALLER}).data
    spans = {span.name: span for span in sent(collector)}
    assert set(spans) == {"POST /v1/assessments", "read", "assess", "write"}
    request = spans.pop("POST /v1/assessments")
    assert {span.trace_id.hex() for span in (request, *spans.values())} == {TRACE}
    assert request.parent_span_id.hex() == PARENT
    assert request.kind == Span.SpanKind.SPAN_KIND_SERVER
    assert attributes(request.attributes) == {
        "http.request.method": "POST",
        "http.route": "/v1/assessments",
        "http.response.status_code": 200,
        "mas.cut": False,
    }
    assert {span.parent_span_id for span in spans.values()} == {request.span_id}
    assert all(not span.attributes and not span.events for span in spans.values())
    assert spans["read"].start_time_unix_nano <= spans["assess"].start_time_unix_nano
    assert spans["assess"].end_time_unix_nano <= spans["write"].end_time_unix_nano
    assert collector.resources()[0] == {"service.name": "mas-risk-service", "service.version": "2.0.0"}


def test_a_request_without_a_caller_begins_the_trace_that_the_log_names(
    collector: Collector, capfd: pytest.CaptureFixture[str]
) -> None:
    client = sample.create_app(Settings(traces_url=collector.url)).test_client()
    trace_id, outbound = client.get("/who").get_json(force=True)[1:4:2]
    (span,) = sent(collector)
    assert span.trace_id.hex() == trace_id
    assert span.parent_span_id == b""
    assert outbound == f"00-{trace_id}-{span.span_id.hex()}-01", "a call that it causes stands below it"
    assert f'"trace_id":"{trace_id}"' in capfd.readouterr().out


def test_probes_and_scrapes_are_not_traced(collector: Collector) -> None:
    client = sample.create_app(Settings(traces_url=collector.url)).test_client()
    for path in ("/livez", "/readyz", "/metrics"):
        assert client.get(path).data
    assert sent(collector) == []


def test_a_failure_is_told_by_its_status_alone(collector: Collector) -> None:
    client = sample.create_app(Settings(traces_url=collector.url)).test_client()
    answer = client.get("/v1/criteria/secret-905")
    assert (answer.status_code, b"secret" in answer.data) == (500, False)
    (span,) = sent(collector)
    assert span.name == "GET /v1/criteria/<name>"
    assert span.status == Status(code=Status.StatusCode.STATUS_CODE_ERROR)
    assert not span.events
    assert b"secret" not in b"".join(collector.sent)


@pytest.mark.parametrize(("flag", "number"), [("00", 0), ("01", 40)])
def test_the_caller_decides_whether_its_trace_is_kept(collector: Collector, flag: str, number: int) -> None:
    client = sample.create_app(Settings(traces_url=collector.url, traces_percent=1)).test_client()
    for _ in range(40):
        assert client.get("/who", headers={"traceparent": CALLER[:-2] + flag}).data
    assert len(sent(collector)) == number


def test_a_share_of_the_others_is_kept_and_the_rest_says_so(collector: Collector) -> None:
    client = sample.create_app(Settings(traces_url=collector.url, traces_percent=20)).test_client()
    outbound = [client.get("/who").get_json(force=True)[3] for _ in range(300)]
    kept = sum(header.endswith("-01") for header in outbound)
    assert 0 < kept < 150
    assert len(sent(collector)) == kept


def test_nothing_is_sent_or_timed_when_it_is_off() -> None:
    with sample.create_app(Settings()).test_request_context(), traces.phase("read"):
        pass


def test_the_packages_are_asked_for_only_when_traces_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    assert sample.create_app(Settings()).test_client().get("/who").data
    with pytest.raises(BadSetting, match=r"MAS_TRACES_URL needs the packages of requirements-otel\.txt"):
        sample.create_app(Settings(traces_url="http://127.0.0.1:9/v1/traces"))
