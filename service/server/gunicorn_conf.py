"""gunicorn's settings; used as ``gunicorn -c python:service.server.gunicorn_conf service.wsgi:app``."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

from service.server import drain, metric_files
from service.server.settings import BadSetting, cautions, from_environment

try:
    _chosen = from_environment()
except BadSetting as bad:
    sys.exit(f"The service cannot start:\n{bad}")

metric_files.prepare()

bind = f"0.0.0.0:{_chosen.port}"
workers = _chosen.workers
worker_class = "service.server.worker.PatientWorker"
threads = _chosen.threads
timeout = 30  # proves only that a worker's event loop turns
graceful_timeout = _chosen.graceful_seconds
keepalive = _chosen.keepalive_seconds
max_requests = 0  # a restarted worker leaves metric files behind for good
limit_request_line = 2048
limit_request_fields = 64  # a mesh adds a dozen of its own
limit_request_field_size = 8190  # tokens of large directories and forwarded certificates reach 4 kB
header_map = "drop"  # X_Foo must not pass for X-Foo
control_socket_disable = True  # would be written to $HOME, which a read-only container lacks
worker_tmp_dir = (
    metric_files.MEMORY if Path(metric_files.MEMORY).is_dir() else None
)  # no slow disk stalls the heartbeat
logger_class = "service.server.gunicorn_log.JsonLogger"
loglevel = _chosen.log_level
accesslog = None


def on_starting(server: Any) -> None:
    """Start from empty metrics and say what an operator should know; not called on HUP."""
    metric_files.wipe()
    for caution in cautions(_chosen):
        server.log.warning(caution)


def when_ready(server: Any) -> None:
    """Let readiness turn false before the port closes, and no connection be cut by the closing."""

    def stop() -> None:
        drain.greet_nobody(server.LISTENERS)
        server.signal(signal.SIGTERM, None)

    drain.hold_sigterm(stop, _chosen.drain_seconds)


def child_exit(_server: Any, worker: Any) -> None:
    """Drop a dead worker's live gauges; its counts stay."""
    from prometheus_client import multiprocess  # noqa: PLC0415  # after the directory is named

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
