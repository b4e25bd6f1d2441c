"""gunicorn's settings; used as ``gunicorn -c python:service.server.serving.gunicorn_conf service.wsgi:app``."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from service.server import drain
from service.server.observing import metric_files
from service.server.serving.held_files import HeldFiles
from service.server.settings import BadSetting, cautions, from_environment


def _no_start(problems: Sequence[str]) -> str:
    """The log line that says why the service does not start."""
    told = {"level": "critical", "message": "The service cannot start.", "problems": problems}
    return json.dumps({"time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"), **told})


try:
    _chosen = from_environment()
    metric_files.prepare(_chosen.workers)
except BadSetting as bad:
    sys.exit(_no_start(bad.problems))
_files_held = HeldFiles(os.environ)

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
_FLUSH_SECONDS = 1.0  # for the last spans, if there is somebody who takes them
logger_class = "service.server.observing.gunicorn_log.JsonLogger"
loglevel = _chosen.log_level
accesslog = None


def on_starting(server: Any) -> None:
    """Start from empty metrics and good files, and say what an operator should know; not called on HUP."""
    try:
        metric_files.wipe(_chosen.workers)
    except BadSetting as unfit:
        sys.exit(_no_start(unfit.problems))
    if problems := _files_held.take():
        sys.exit(_no_start(problems))
    for caution in cautions(_chosen):
        server.log.warning(caution)


def when_ready(server: Any) -> None:
    """Let readiness turn false before the port closes, and no bad file end a reload."""

    def stop() -> None:
        server.signal(signal.SIGTERM, None)

    def reload(_signal: int, _frame: object) -> None:
        if problems := _files_held.take():
            server.log.error("Not reloaded, the workers go on with the files they have: %s", "; ".join(problems))
        else:
            server.signal(signal.SIGHUP, None)

    def keep(_signal: int, _frame: object) -> None:
        server.log.warning("USR2 is ignored: replace the pod instead")  # the new master would find the port taken

    signal.signal(signal.SIGUSR2, keep)
    drain.hold_sigterm(stop, _chosen.drain_seconds)
    signal.signal(signal.SIGHUP, reload)


def _leave(_signal: int, _frame: object) -> None:
    """End a worker that serves nobody yet and has no handlers of its own."""
    os._exit(0)  # pragma: no cover  # test_a_stop_reaches_a_worker_that_has_not_begun


def post_fork(server: Any, _worker: Any) -> None:
    """Let a stop end a worker that has not begun, and a full volume cost the sums over all workers, not the service."""
    for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT):
        signal.signal(number, _leave)  # the master's own, inherited, note it in a queue that nobody reads here
    if metric_files.retreat():
        server.log.error("The folder of the metrics is full: this worker's counts stay apart")


def post_worker_init(worker: Any) -> None:
    """Let the worker prepare, log through a queue from now on, and tell how full the worker is."""
    import gevent  # type: ignore[import-untyped]  # noqa: PLC0415  # after its patch, as are the next

    from service.server.observing import log_queue, metrics, saturation  # noqa: PLC0415

    worker.begin()
    log_queue.begin(metrics.log_line_dropped)
    gevent.spawn(saturation.watch, worker.held)


def worker_exit(_server: Any, worker: Any) -> None:
    """End a worker that served at once: Python, taken apart around gevent's patches, would print a traceback."""
    import gevent  # noqa: PLC0415  # as above

    from service.server.observing import log_queue, traces  # noqa: PLC0415

    ending = sys.exc_info()[1]
    if worker.booted:
        worker.finish()
    with gevent.Timeout(_FLUSH_SECONDS, exception=False):
        traces.flush()
    log_queue.flush()
    if worker.booted and isinstance(ending, SystemExit):
        os._exit(int(ending.code or 0))


def child_exit(_server: Any, worker: Any) -> None:
    """Drop a dead worker's live gauges; its counts stay."""
    from prometheus_client import multiprocess  # noqa: PLC0415  # after the directory is named

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
