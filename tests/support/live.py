"""Starts the real gunicorn for a test, talks to it over bare sockets, and reads what it logged."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
SAMPLE = "tests.support.sample:create_app()"
SERVICE = "service.wsgi:app"
PANEL = b'{"observations":{"ferritin":"905 ug/L"}}'


PATIENCE = 60  # seconds; a busy machine is slow, not wrong


def reserved_port() -> socket.socket:
    """A socket that holds a port of its own: while it is open nobody but a server that is told the port gets it."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("", 0))
    return held


def until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait for what comes about on its own; fails when it does not."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


class Live:
    """A running server; a context manager that stops it."""

    def __init__(self, folder: Path, app: str = SAMPLE, sink: int | None = None, **environ: str) -> None:
        self.reservation = reserved_port()
        self.port: int = self.reservation.getsockname()[1]
        self.wanted = int(environ.get("WEB_CONCURRENCY", "2"))
        self.output = folder / f"output-{self.port}"
        self.shared = folder / f"metrics-{self.port}"
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        chosen = {"PORT": str(self.port), "PROMETHEUS_MULTIPROC_DIR": str(self.shared), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "gunicorn", "-c", "python:service.server.serving.gunicorn_conf", app]
        with self.output.open("wb") as kept:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=inherited | chosen | environ,
                stdout=kept if sink is None else sink,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> Self:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            if self.alive() and len(self.workers()) == self.wanted:
                return self
            time.sleep(0.02)
        self.process.kill()
        self.process.wait()
        self.reservation.close()
        raise RuntimeError(self.text())

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.process.wait()
            self.reservation.close()

    def alive(self) -> bool:
        """Whether the port is open and the process says that it lives."""
        try:
            return self.get("/livez")[0] == 200
        except OSError:
            return False

    def workers(self) -> list[int]:
        """The process ids of the workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Send one request on a new connection; header names may use _ for -."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named, encode_chunked="Transfer-Encoding" in named)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """GET a path."""
        return self.request("GET", path, **headers)

    def post(self, path: str, body: Any = PANEL, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """POST a JSON body."""
        return self.request("POST", path, body, **{"Content_Type": "application/json"} | headers)

    def connect(self, sent: bytes = b"") -> socket.socket:
        """Open a bare connection and send bytes."""
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        if sent:
            raw.sendall(sent)
        return raw

    def raw(self, sent: bytes) -> bytes:
        """Send bytes on a new connection and read until the server closes it."""
        with closing(self.connect(sent)) as connection:
            return read_all(connection)

    def signal(self, number: signal.Signals) -> None:
        """Signal the master."""
        self.process.send_signal(number)

    def text(self) -> str:
        """All that the server printed."""
        return self.output.read_text(errors="replace")

    def lines(self) -> list[dict[str, Any]]:
        """The server's JSON lines; raises when a line is anything else."""
        return [json.loads(line) for line in self.text().splitlines()]

    def counter_of(self, name: str) -> float:
        """The value of a metric without labels."""
        lines = self.get("/metrics")[2].decode().splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} "))

    def counter(self, name: str, **labels: str) -> float:
        """The sum of one metric over all series that carry the labels."""
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        found = [line for line in self.get("/metrics")[2].decode().splitlines() if line.startswith(name + "{")]
        return sum(float(line.rpartition(" ")[2]) for line in found if all(label in line for label in wanted))


def read_all(connection: socket.socket) -> bytes:
    """Read until the other side closes."""
    received = b""
    try:
        while part := connection.recv(65_536):
            received += part
    except ConnectionResetError:
        pass
    return received


def status_of(answer: bytes) -> int:
    """The status of a raw answer; 0 when there is none."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0
