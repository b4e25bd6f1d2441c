"""How full is the service: requests in hand and waiting, connections, processor time and memory, over all workers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import gevent  # type: ignore[import-untyped]
from flask import Flask
from prometheus_client import Counter, Gauge, Histogram

from service.server.observing import exchange
from service.server.observing.exchange import Exchange
from service.server.observing.metrics import REGISTRY

_BUCKETS = (0.004, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # the kernel tells steps of 4 ms
_SAMPLE_SECONDS = 1.0
_NO_LIMIT = 1 << 60  # bytes: version 1 of control groups writes a number like it for none
_PAGE = os.sysconf("SC_PAGE_SIZE")
_STATUS = Path("/proc/self/statm")
_CONTROL_GROUPS = Path("/sys/fs/cgroup")
_VERSIONS = (  # of control groups: in use, limit, and the name in memory.stat of what the kernel would drop first
    ("memory.current", "memory.max", "memory.stat", "inactive_file"),
    ("memory/memory.usage_in_bytes", "memory/memory.limit_in_bytes", "memory/memory.stat", "total_inactive_file"),
)

Held = Callable[[], tuple[int, int, int]]
"""Connections of this worker: those that are served, those of them that are silent, and the most there may be."""

_in_hand = Gauge(
    "mas_requests_in_hand",
    "Requests being answered, probes and scrapes included.",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
_waits = Histogram(
    "mas_request_wait_seconds",
    "Time that a request lay in the kernel before a worker took it up.",
    buckets=_BUCKETS,
    registry=REGISTRY,
)
_connections = Gauge(
    "mas_connections",
    "Connections held; idle ones are between two requests.",
    ["state"],
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
_most_connections = Gauge(
    "mas_connections_most", "Connections that may be held.", registry=REGISTRY, multiprocess_mode="livesum"
)
_cpu = Counter("process_cpu_seconds", "Processor time of all workers, those that ended included.", registry=REGISTRY)
_memory = Gauge(
    "process_resident_memory_bytes",
    "Memory of all workers; what they share counts for each.",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)
_container = Gauge(
    "mas_container_memory_bytes",
    "Memory of the container that cannot be dropped; 0 where it cannot be told.",
    registry=REGISTRY,
    multiprocess_mode="livemostrecent",
)
_container_limit = Gauge(
    "mas_container_memory_limit_bytes",
    "Memory that the container may use; 0 when there is no limit.",
    registry=REGISTRY,
    multiprocess_mode="livemostrecent",
)


def install(app: Flask) -> None:
    """Count the requests in hand of ``app``, and how long each waited."""
    exchange.install(app, _ended, at_start=_begun)


def _begun(_told: Exchange) -> None:
    _in_hand.inc()


def _ended(told: Exchange) -> None:
    _in_hand.dec()
    if told.queued is not None:
        _waits.observe(told.queued)


def watch(held: Held) -> None:
    """In a greenlet of its own: tell every second what the process uses, until the process ends."""
    told = 0.0
    while True:
        told = sample(held, told)
        gevent.sleep(_SAMPLE_SECONDS)


def sample(held: Held, told: float) -> float:
    """Tell what the process uses now; ``told`` are the seconds of processor time told before, and are returned."""
    served, idle, most = held()
    _connections.labels("busy").set(served - idle)
    _connections.labels("idle").set(idle)
    _most_connections.set(most)
    spent = time.process_time()
    _cpu.inc(spent - told)
    _memory.set(resident())
    in_use, limit = container_memory()
    _container.set(in_use)
    _container_limit.set(limit)
    return spent


def resident() -> int:
    """The bytes of memory that this process holds; 0 where the system does not tell."""
    with suppress(OSError, ValueError):
        return int(_STATUS.read_text(encoding="ascii").split()[1]) * _PAGE
    return 0


def container_memory() -> tuple[int, int]:
    """The bytes that this container uses and may use, as its control group tells; 0 for unknown or none."""
    for usage, limit, statistics, droppable in _VERSIONS:
        with suppress(OSError, ValueError):
            in_use = int(_read(usage))
            told = dict(line.split() for line in _read(statistics).splitlines())
            allowed = _read(limit).strip()
            most = 0 if allowed == "max" or int(allowed) >= _NO_LIMIT else int(allowed)
            return max(0, in_use - int(told.get(droppable, 0))), most
    return 0, 0


def _read(name: str) -> str:
    return (_CONTROL_GROUPS / name).read_text(encoding="ascii")
