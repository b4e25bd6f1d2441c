"""Where the time of a request went: OpenTelemetry spans over OTLP, for sites that want them; off by default.

A request is one span, with ``read``, ``assess`` and ``write`` below it. Its attributes come from closed sets, and an
exception is told by nothing but the status: neither a value nor a path nor a message leaves the process this way.
The packages are an extra (requirements-otel.txt) and are imported only when traces are wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Literal

from flask import Flask

from service.server.observing import exchange
from service.server.observing.exchange import Exchange, Observer
from service.server.settings import BadSetting, Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

Phase = Literal["read", "assess", "write"]
_EXPORT_SECONDS = 5
_FLUSH_MILLISECONDS = 1000
_OUR_FAULT = 500
_UNTIMED = nullcontext()
_providers: list[TracerProvider] = []  # of this process: one for each application with traces


def install(app: Flask, settings: Settings, version: str) -> None:
    """Send a span of every request but probes and scrapes; raises BadSetting without the packages."""
    if not settings.traces_url:
        return
    try:
        provider, begin = _tracing(settings, version)
    except ImportError as error:
        raise BadSetting("MAS_TRACES_URL needs the packages of requirements-otel.txt") from error
    _providers.append(provider)
    exchange.install(app, _end, at_start=begin)


def flush() -> None:
    """Send what is held, for a second at most."""
    for provider in _providers:
        provider.force_flush(_FLUSH_MILLISECONDS)


def phase(name: Phase) -> AbstractContextManager[None]:
    """Time a part of the request being served."""
    if not _providers:
        return _UNTIMED
    span = exchange.current().span
    return _timed(span, name) if isinstance(span, _Request) else _UNTIMED


@contextmanager
def _timed(told: _Request, name: Phase) -> Iterator[None]:
    below = told.begin(name, told.span)
    try:
        yield
    finally:
        below.end()


class _Request:
    """The span of one request; those below it are begun here."""

    def __init__(self, begin: Callable[..., Span], span: Span) -> None:
        self.begin = begin
        self.span = span


def _tracing(settings: Settings, version: str) -> tuple[TracerProvider, Observer]:
    """Return what sends spans, and what begins that of a request; raises ImportError without the packages."""
    from opentelemetry import trace  # noqa: PLC0415  # an extra, as are the next
    from opentelemetry.context import Context  # noqa: PLC0415
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator  # noqa: PLC0415
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio  # noqa: PLC0415

    class Ids(RandomIdGenerator):
        """Gives a trace the id that the log has given its request."""

        following = 0

        def generate_trace_id(self) -> int:
            return self.following

    ids = Ids()
    provider = TracerProvider(
        sampler=ParentBasedTraceIdRatio(settings.traces_percent / 100),
        resource=Resource({"service.name": "mas-risk-service", "service.version": version}),
        id_generator=ids,
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(
        endpoint=settings.traces_url, certificate_file=settings.ca_file or None, timeout=_EXPORT_SECONDS
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("service")

    def begin_below(name: str, above: Span) -> Span:
        return tracer.start_span(name, context=trace.set_span_in_context(above))

    def begin(told: Exchange) -> None:
        """Begin the span of a request, below that of its caller if it named one."""
        if told.is_quiet:
            return
        context = trace.set_span_in_context(trace.NonRecordingSpan(_caller_of(told))) if told.parent_id else Context()
        ids.following = int(told.trace_id, 16)
        span = tracer.start_span("request", context=context, kind=trace.SpanKind.SERVER)
        told.span = _Request(begin_below, span)
        told.span_id = trace.format_span_id(span.get_span_context().span_id)
        told.sampled = "01" if span.is_recording() else "00"

    def _caller_of(told: Exchange) -> trace.SpanContext:
        flags = trace.TraceFlags(int(told.sampled, 16))
        return trace.SpanContext(int(told.trace_id, 16), int(told.parent_id, 16), is_remote=True, trace_flags=flags)

    return provider, begin


def _end(told: Exchange) -> None:
    if not isinstance(told.span, _Request):
        return
    span = told.span.span
    span.update_name(f"{told.method} {told.route}")
    span.set_attributes(
        {
            "http.request.method": told.method,
            "http.route": told.route,
            "http.response.status_code": told.status,
            "mas.cut": told.cut,
        }
    )
    if told.broken or told.status >= _OUR_FAULT:
        from opentelemetry.trace import StatusCode  # noqa: PLC0415  # an extra

        span.set_status(StatusCode.ERROR)
    span.end()
