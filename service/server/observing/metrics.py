"""Prometheus instruments, right over several workers, and small functions to count with.

Every label comes from a closed set (``metric_labels``). ``/metrics`` asks for no token: the chart keeps it off public
routes.
"""

from __future__ import annotations

import os

from flask import Flask, Response
from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from service.server import drain
from service.server.access import open_to_all
from service.server.observing import exchange
from service.server.observing.exchange import Exchange
from service.server.observing.metric_labels import closed

_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

disable_created_metrics()  # type: ignore[no-untyped-call]  # a series of start times for each counter, of use to nobody
REGISTRY = CollectorRegistry()


class _Series:
    """The children of one instrument, each resolved once; label values outside their closed set become "other"."""

    def __init__(self, instrument: Counter, *labels: str) -> None:
        self.instrument = instrument
        self.labels = labels
        self.children: dict[tuple[str, ...], Counter] = {}

    def count(self, *values: str, times: int = 1) -> None:
        child = self.children.get(values)
        (child or self.child(values)).inc(times)

    def child(self, values: tuple[str, ...]) -> Counter:
        known = tuple(closed(label, value) for label, value in zip(self.labels, values, strict=True))
        child = self.instrument.labels(*known)
        if known == values:  # only these are remembered: what a caller makes up must not grow the table
            self.children[values] = child
        return child


def _series(name: str, says: str, **labels: str) -> _Series:
    return _Series(Counter(name, says, list(labels), registry=REGISTRY), *labels.values())


_assessments = _series("mas_assessments", "Panels assessed.", channel="channel", category="category")
_verdicts = _series("mas_verdicts", "Verdicts reached.", criteria="criteria", verdict="verdict")
_unknown = _series("mas_unknown_inputs", "Inputs left unknown.", observation="observation", reason="unknown_reason")
_rejected = _series("mas_rejected_inputs", "Inputs refused.", observation="observation", code="code")
_prefetch = _series("mas_cds_prefetch", "CDS Hooks prefetch entries.", key="prefetch_key", state="state")
_feedback = _series("mas_cds_feedback", "CDS Hooks feedback.", outcome="outcome", reason="feedback_reason")
_auth = _series("mas_auth_failures", "Requests refused for their credentials.", reason="auth_reason")
_dropped = Counter("mas_log_lines_dropped", "Log lines for which the queue had no room.", registry=REGISTRY)
_bad_files = Gauge(
    "mas_bad_files",
    "1 while the last reload was refused because a mounted file cannot be used.",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)
_keys_fetched = Gauge(
    "mas_keys_fetched_timestamp_seconds",
    "When the keys that tokens are checked with were fetched, by the worker whose keys are oldest.",
    registry=REGISTRY,
    multiprocess_mode="livemin",
)
_fetches = _series("mas_fetches", "Calls to other hosts.", target="fetch_target", outcome="fetch_outcome")
_build = Gauge(
    "mas_build_info",
    "The running version.",
    ["version", "criteria_digest"],
    registry=REGISTRY,
    multiprocess_mode="max",
)
_duration = Histogram(
    "http_request_duration_seconds",
    "Time from the request to the last byte of the answer.",
    ["method", "route", "status"],
    buckets=_BUCKETS,
    registry=REGISTRY,
)
_durations: dict[tuple[str, str, int], Histogram] = {}


def assessment(channel: str, category: str, times: int = 1) -> None:
    """Count assessed panels."""
    _assessments.count(channel, category, times=times)


def verdict(criteria: str, verdict: str, times: int = 1) -> None:
    """Count a criteria set's verdict."""
    _verdicts.count(criteria, verdict, times=times)


def unknown_input(observation: str, reason: str, times: int = 1) -> None:
    """Count an input that stayed unknown."""
    _unknown.count(observation, reason, times=times)


def rejected_input(observation: str, code: str) -> None:
    """Count an input refused; ``code`` as in the error."""
    _rejected.count(observation, code)


def cds_prefetch(key: str, state: str) -> None:
    """Count what arrived for one prefetch key."""
    _prefetch.count(key, state)


def cds_feedback(outcome: str, reason: str) -> None:
    """Count what became of a card."""
    _feedback.count(outcome, reason)


def auth_failure(reason: str) -> None:
    """Count a request refused for its credentials; the caller is never told the reason."""
    _auth.count(reason)


def log_line_dropped() -> None:
    """Count a log line that was not written."""
    _dropped.inc()


def keys_fetched(moment: float) -> None:
    """Tell when the keys were fetched, in seconds since 1970."""
    _keys_fetched.set(moment)
    fetch("keys", "ok")


def fetch(target: str, outcome: str) -> None:
    """Count a call to another host: ``keys`` or ``fhir``; ``ok``, ``failed``, ``busy`` or ``open`` (not tried)."""
    _fetches.count(target, outcome)


def build_info(version: str, criteria_digest: str) -> None:
    """Tell what is running."""
    _build.labels(version, criteria_digest).set(1)


def request_done(told: Exchange) -> None:
    """Observe a finished request; method, route and status are closed sets already (``Exchange``)."""
    key = (told.method, told.route, told.status)
    child = _durations.get(key)
    if child is None:
        child = _durations[key] = _duration.labels(told.method, told.route, str(told.status))
    child.observe(told.duration)


def rendered() -> bytes:
    """All workers' instruments as Prometheus text."""
    _bad_files.set(drain.bad_files())
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry(support_collectors_without_names=True)
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def install(app: Flask) -> None:
    """Time every request of ``app`` and serve ``GET /metrics``."""
    exchange.install(app, request_done)

    @app.get("/metrics")
    @open_to_all
    def metrics() -> Response:
        return Response(rendered(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
