"""gunicorn's settings; used as ``gunicorn -c python:service.server.serving.gunicorn_conf service.wsgi:app``."""

from __future__ import annotations

import os
import resource
import signal
import sys
from typing import Any

from service.server import drain
from service.server.auth import credentials
from service.server.observing import metric_files
from service.server.settings import BadSetting, cautions, from_environment

_NO_START = "The service cannot start:\n"

try:
    _chosen = from_environment()
    credentials.check(_chosen)
    metric_files.prepare(_chosen.workers)
except BadSetting as bad:
    sys.exit(f"{_NO_START}{bad}")

bind = f"0.0.0.0:{_chosen.port}"
workers = _chosen.workers
worker_class = "service.server.serving.worker.PatientWorker"
_files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
worker_connections = _chosen.connections if _files < 0 else max(10, min(_chosen.connections, _files - 100))
timeout = 30  # proves only that a worker's event loop turns
graceful_timeout = _chosen.graceful_seconds
keepalive = _chosen.keepalive_seconds
max_requests = 0  # a restarted worker leaves metric files behind for good
limit_request_line = 2048
limit_request_fields = 64  # a mesh adds a dozen of its own
limit_request_field_size = 8190  # tokens of large directories and forwarded certificates reach 4 kB
header_map = "drop"  # X_Foo must not pass for X-Foo
forwarder_headers = ""  # a header SCRIPT_NAME or PATH_INFO would choose the address that is served
secure_scheme_headers: dict[str, str] = {}
control_socket_disable = True  # would be written to $HOME, which a read-only container lacks
worker_tmp_dir = (
    metric_files.MEMORY if os.access(metric_files.MEMORY, os.W_OK) else None
)  # no slow disk stalls the heartbeat
logger_class = "service.server.observing.gunicorn_log.JsonLogger"
loglevel = _chosen.log_level
accesslog = None


def on_starting(server: Any) -> None:
    """Start from empty metrics and say what an operator should know; not called on HUP."""
    try:
        metric_files.wipe(_chosen.workers)
    except BadSetting as unfit:
        sys.exit(f"{_NO_START}{unfit}")
    for caution in cautions(_chosen):
        server.log.warning(caution)


def _fault() -> str:
    """What is wrong with the settings and their files now; empty when nothing is."""
    try:
        credentials.check(from_environment())
    except BadSetting as worse:
        return str(worse)
    return ""


def when_ready(server: Any) -> None:
    """Let readiness turn false before the port closes, and no bad file end a reload."""

    def stop() -> None:
        server.signal(signal.SIGTERM, None)

    def reload(_signal: int, _frame: object) -> None:
        if fault := _fault():
            server.log.error("Not reloaded, the old workers go on: %s", fault)
        else:
            server.signal(signal.SIGHUP, None)

    drain.hold_sigterm(stop, _chosen.drain_seconds)
    signal.signal(signal.SIGHUP, reload)


def worker_exit(_server: Any, worker: Any) -> None:
    """End a worker that served at once: Python, taken apart around gevent's patches, would print a traceback."""
    ending = sys.exc_info()[1]
    if worker.booted and isinstance(ending, SystemExit):
        os._exit(int(ending.code or 0))


def child_exit(_server: Any, worker: Any) -> None:
    """Drop a dead worker's live gauges; its counts stay."""
    from prometheus_client import multiprocess  # noqa: PLC0415  # after the directory is named

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
