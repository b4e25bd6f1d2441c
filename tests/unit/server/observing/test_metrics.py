"""Instruments with closed labels."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from service.server.observing import metric_labels, metrics
from service.server.settings import Settings
from tests.support.live import ROOT
from tests.support.sample import create_app


def sample(name: str) -> float:
    """The value of one series, 0 when it is not there."""
    found = [line for line in metrics.rendered().decode().splitlines() if line.startswith(name + " ")]
    return float(found[0].rpartition(" ")[2]) if found else 0.0


@pytest.fixture(autouse=True)
def _vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric_labels, "_sets", dict(metric_labels._sets))
    metric_labels.allow(
        criteria=["hscore"],
        observation=["ferritin"],
        unknown_reason=["missing"],
        prefetch_key=["labs"],
        feedback_reason=["seen"],
    )


COUNTS = [
    (metrics.assessment, ("json", "likely"), 'mas_assessments_total{category="%s",channel="%s"}', (1, 0)),
    (metrics.verdict, ("hscore", "met"), 'mas_verdicts_total{criteria="%s",verdict="%s"}', (0, 1)),
    (metrics.unknown_input, ("ferritin", "missing"), 'mas_unknown_inputs_total{observation="%s",reason="%s"}', (0, 1)),
    (
        metrics.rejected_input,
        ("ferritin", "unit_required"),
        'mas_rejected_inputs_total{code="%s",observation="%s"}',
        (1, 0),
    ),
    (metrics.cds_prefetch, ("labs", "null"), 'mas_cds_prefetch_total{key="%s",state="%s"}', (0, 1)),
    (metrics.cds_feedback, ("accepted", "seen"), 'mas_cds_feedback_total{outcome="%s",reason="%s"}', (0, 1)),
    (metrics.auth_failure, ("expired",), 'mas_auth_failures_total{reason="%s"}', (0,)),
]


@pytest.mark.parametrize(("count", "values", "template", "order"), COUNTS)
def test_a_count_is_told_under_its_labels(count, values, template, order) -> None:  # type: ignore[no-untyped-def]
    """Known values keep their name; anything else is "other"."""
    name = template % tuple(values[i] for i in order)
    before = sample(name)
    count(*values)
    count(*values)
    assert sample(name) == before + 2
    strange = template % tuple("other" for _ in order)
    before = sample(strange)
    count(*("Miller 905" for _ in values))
    assert sample(strange) == before + 1
    assert b"Miller" not in metrics.rendered()


def test_what_a_caller_makes_up_is_not_remembered() -> None:
    """A flood of new words leaves neither series nor memory."""
    before = len(metrics._rejected.children)
    for number in range(1000):
        metrics.rejected_input(f"made-up-{number}", "unknown_field")
    assert len(metrics._rejected.children) <= before + 1
    assert b"made-up" not in metrics.rendered()


def test_only_known_labels_can_be_closed() -> None:
    """A misspelt set is a mistake of the programmer."""
    with pytest.raises(KeyError):
        metric_labels.allow(criterias=["a"])


def test_requests_are_timed_by_route_template() -> None:
    """Neither a path nor an unknown method makes a series."""
    client = create_app(Settings()).test_client()
    client.get("/v1/criteria/Miller905", buffered=True)
    client.open("/Miller905", method="MILLER", buffered=True)
    text = client.get("/metrics").text
    assert 'http_request_duration_seconds_count{method="GET",route="/v1/criteria/<name>",status="500"}' in text
    assert 'http_request_duration_seconds_count{method="other",route="unmatched",status="404"}' in text
    assert "Miller" not in text.replace("MILLER", "Miller")
    assert 'le="0.0005"' in text
    assert 'le="10.0"' in text


def test_metrics_are_plain_prometheus_text() -> None:
    """Every instrument of the contract is there by name, with the build."""
    metrics.build_info("1.0.0", "sha256:abc")
    answer = create_app(Settings()).test_client().get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'mas_build_info{criteria_digest="sha256:abc",version="1.0.0"} 1.0' in answer.text
    names = "mas_assessments_total mas_verdicts_total mas_unknown_inputs_total mas_rejected_inputs_total mas_cds_prefetch_total"
    names += " mas_cds_feedback_total mas_auth_failures_total http_request_duration_seconds mas_build_info"
    for name in names.split():
        assert f"# TYPE {name} " in answer.text
    assert "_created" not in answer.text


@pytest.mark.slow
def test_several_processes_are_summed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes that have come and gone count together, and the build is one series."""
    code = "from service.server.observing import metric_labels, metrics as m; m.assessment('json', 'likely'); m.build_info('1', 'd')"
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    assert sample('mas_assessments_total{category="likely",channel="json"}') == 2
    assert metrics.rendered().count(b"mas_build_info{") == 1


def test_what_happens_beside_requests_is_counted() -> None:
    """Lines dropped, keys fetched."""
    before = sample("mas_log_lines_dropped_total")
    metrics.log_line_dropped()
    metrics.keys_fetched(1_800_000_000.0)
    text = metrics.rendered().decode()
    assert sample("mas_log_lines_dropped_total") == before + 1
    assert "mas_keys_fetched_timestamp_seconds 1.8e+09" in text
    assert 'mas_fetches_total{outcome="ok",target="keys"}' in text
