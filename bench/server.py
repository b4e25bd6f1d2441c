"""A real server in its own process: gunicorn with the service's own settings, on one core where the machine has two."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

TICK = os.sysconf("SC_CLK_TCK")
START_SECONDS = 60  # a busy machine takes its time
SETTINGS = "service.server.serving.gunicorn_conf"
SERVICE, WSGI_ECHO, WSGI_LARGE = "service.wsgi:app", "bench.echo:wsgi", "bench.echo:large"
FLASK_ECHO = "bench.echo:flask"


class Server:
    """gunicorn with one application; ready when entered, stopped when left. ``tree`` is where its code stands."""

    def __init__(
        self, application: str, workers: int = 1, *, tree: Path | None = None, settings: str = SETTINGS
    ) -> None:
        self.application, self.workers = application, workers
        self.tree, self.settings = tree, settings
        self.port = _free_port()
        self.seconds_to_ready = 0.0

    def __enter__(self) -> Self:
        one_core = ["taskset", "-c", "0"] if self.workers == 1 and (os.cpu_count() or 1) > 1 else []
        command = [sys.executable, "-m", "gunicorn", "-c", f"python:{self.settings}"]
        kept = {key: text for key, text in os.environ.items() if not key.startswith("MAS_")}
        environ = kept | {"PORT": str(self.port), "WEB_CONCURRENCY": str(self.workers), "MAS_DRAIN_SECONDS": "0"}
        started = time.perf_counter()
        self.process = subprocess.Popen(
            [*one_core, *command, self.application],
            env=environ,
            cwd=self.tree,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._wait(started + START_SECONDS)
        except BaseException:
            self._stop()
            raise
        self.seconds_to_ready = time.perf_counter() - started
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def cpu_seconds(self) -> float:
        """Return what the workers have used so far."""
        return sum(_cpu_ticks(pid) for pid in self._pids()) / TICK

    def memory(self) -> list[float]:
        """Return each worker's memory in MB, shared pages shared out (PSS)."""
        return [_pss(pid) for pid in self._pids()]

    def _pids(self) -> list[int]:
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in children]

    def _wait(self, until: float) -> None:
        while time.perf_counter() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.application} did not start")
            try:
                urllib.request.urlopen(self.url("/readyz"), timeout=1).read()
            except (urllib.error.URLError, OSError):
                time.sleep(0.005)
            else:
                return
        raise RuntimeError(f"{self.application} is not ready")


def _free_port() -> int:
    low = int(os.environ.get("BENCH_PORT", "18500"))
    for port in range(low, low + 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise RuntimeError("no free port")


def _cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
