"""One request from its first byte to its last: its ids, route, caller, status and size, for the log and the metrics."""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_KEY = "mas.exchange"
_CLIENT = "gunicorn.socket"
_OBSERVERS = "mas.observers"
_BEGINNERS = "mas.beginners"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
QUIET_ROUTES = frozenset({"/livez", "/readyz", "/metrics"})
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


@dataclass(slots=True)
class Exchange:
    """What may be told about a request; holds nothing of its body, query, path or token. Times in seconds.

    ``queued`` is how long it lay in the kernel before the worker took it up; None where nobody knows. ``is_quiet`` says
    that it is a probe or a scrape. ``parent_id`` is the caller's span, and ``span`` our own, where there is one.
    """

    method: str = "other"
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    trace_id: str = field(default_factory=lambda: os.urandom(16).hex())
    sampled: str = "01"
    route: str = "unmatched"
    caller: str | None = None
    status: int = 500
    sent: int = 0
    broken: bool = False
    cut: bool = False
    started: float = field(default_factory=time.perf_counter)
    duration: float = 0.0
    queued: float | None = None
    is_quiet: bool = False
    parent_id: str = ""
    span_id: str = ""
    span: object = None

    def traceparent(self) -> str:
        """The ``traceparent`` to send with an outbound call: the same trace, a new parent."""
        return f"00-{self.trace_id}-{self.span_id or os.urandom(8).hex()}-{self.sampled}"


Observer = Callable[[Exchange], None]


def opened(environ: WSGIEnvironment) -> Exchange:
    """Begin an exchange: take over a well-formed X-Request-Id and traceparent, else make new ids."""
    method = environ["REQUEST_METHOD"]
    exchange = Exchange(method if method in _METHODS else "other")
    if _REQUEST_ID.fullmatch(given := environ.get("HTTP_X_REQUEST_ID", "")):
        exchange.request_id = given
    if trace := _trace(environ.get("HTTP_TRACEPARENT", "")):
        exchange.trace_id, exchange.parent_id, exchange.sampled = trace
    exchange.is_quiet = environ["PATH_INFO"] in QUIET_ROUTES
    exchange.queued = getattr(environ.get(_CLIENT), "queued", None)
    return exchange


def _trace(header: str) -> tuple[str, str, str] | None:
    """Read trace, parent and flag of W3C trace context; None when malformed, of version ff, or with an id of zeros."""
    found = _TRACEPARENT.fullmatch(header)
    if not found or found[1] == "ff" or (found[1] == "00" and found[5]):
        return None
    if not found[2].strip("0") or not found[3].strip("0"):
        return None
    return found[2], found[3], "01" if int(found[4], 16) & 1 else "00"


def current() -> Exchange:
    """The exchange of the request being served; outside one, or before ``install``, a fresh one."""
    if not request:
        return Exchange()
    environ = request.environ
    if _KEY not in environ:
        environ[_KEY] = opened(environ)
    return cast("Exchange", environ[_KEY])


def install(app: Flask, observer: Observer, at_start: Observer | None = None) -> None:
    """Let ``observer`` see every exchange once its last byte is out, and ``at_start`` before the work on it begins.

    The first call wraps the application.
    """
    if _OBSERVERS not in app.extensions:
        app.extensions[_OBSERVERS], app.extensions[_BEGINNERS] = [], []
        recorder = _Recorder(app.wsgi_app, app.extensions[_BEGINNERS], app.extensions[_OBSERVERS])
        app.wsgi_app = recorder  # type: ignore[method-assign]
        app.before_request(_note_route)
    app.extensions[_OBSERVERS].append(observer)
    if at_start is not None:
        app.extensions[_BEGINNERS].append(at_start)


def _note_route() -> None:
    rule = request.url_rule
    if rule is not None:
        current().route = rule.rule


class _Recorder:
    """WSGI middleware that keeps the exchange's account."""

    def __init__(self, inner: WSGIApplication, beginners: list[Observer], observers: list[Observer]) -> None:
        self.inner = inner
        self.beginners = beginners
        self.observers = observers

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        exchange = environ[_KEY] = opened(environ)
        for begin_to_observe in self.beginners:
            begin_to_observe(exchange)

        def begin(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Callable[[bytes], object]:
            exchange.status = int(status[:3])
            return start_response(status, [*headers, ("X-Request-Id", exchange.request_id)], *exc_info)

        try:
            body = self.inner(environ, begin)
            return _Counted(body, exchange, self.observers, environ.get(_CLIENT))
        except BaseException:  # a worker that stops kills the greenlets of what it has not answered
            exchange.broken = True
            _close(exchange, self.observers)
            raise


class _Counted:
    """A response body that counts the bytes taken from it and closes the exchange when the server closes it.

    ``client`` tells how many bytes of the last part the client did not take (``unsent``); None where nobody knows.
    """

    def __init__(
        self, body: Iterable[bytes], exchange: Exchange, observers: list[Observer], client: object = None
    ) -> None:
        self.client = client
        self.body = body
        self.exchange = exchange
        self.observers = observers

    def __iter__(self) -> Iterator[bytes]:
        try:
            for part in self.body:
                self.exchange.sent += len(part)
                yield part
            _close(self.exchange, self.observers)
        except Exception:
            self.exchange.broken = True
            raise

    def close(self) -> None:
        try:
            if hasattr(self.body, "close"):
                self.body.close()
        finally:
            if unsent := getattr(self.client, "unsent", 0):
                self.exchange.cut = True
                self.exchange.sent = max(0, self.exchange.sent - unsent)
            _close(self.exchange, self.observers)


def _close(exchange: Exchange, observers: list[Observer]) -> None:
    """Tell the observers, once."""
    if exchange.duration:
        return
    exchange.duration = time.perf_counter() - exchange.started
    for observe in observers:
        observe(exchange)
