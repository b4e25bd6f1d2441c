"""gunicorn's settings; used as ``gunicorn -c python:service.server.gunicorn_conf service.wsgi:app``."""

from __future__ import annotations

import os
from pathlib import Path

bind = f"0.0.0.0:{os.environ.get('PORT') or '8080'}"
workers = int(os.environ.get("WEB_CONCURRENCY") or "2")  # explicit: cpu_count() sees the node, not the pod
worker_class = "gthread"
threads = 8
timeout = 30
graceful_timeout = 25
keepalive = 75  # above a load balancer's idle timeout, or it reuses a socket that is closing
control_socket_disable = True  # would be written to $HOME, which a read-only container lacks
MEMORY = "/dev/shm"  # noqa: S108  # the heartbeat stays in memory: a slow disk would stall the workers
worker_tmp_dir = MEMORY if Path(MEMORY).is_dir() else None
