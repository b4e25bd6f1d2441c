"""Starts the real gunicorn for a test, talks to it over bare sockets, and reads what it logged."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
SAMPLE = "tests.server.sample:create_app()"
SERVICE = "service.wsgi:app"
PANEL = b'{"observations":{"ferritin":"905 ug/L"}}'


def free_port() -> int:
    """A port of 18100 to 18199 that nothing listens on."""
    for port in random.sample(range(18_100, 18_200), 100):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise RuntimeError("no port is free")


class Live:
    """A running server; a context manager that stops it."""

    def __init__(self, folder: Path, app: str = SAMPLE, **environ: str) -> None:
        self.port = free_port()
        self.output = folder / f"output-{self.port}"
        self.shared = folder / f"metrics-{self.port}"
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        chosen = {"PORT": str(self.port), "PROMETHEUS_MULTIPROC_DIR": str(self.shared), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "gunicorn", "-c", "python:service.server.gunicorn_conf", app]
        with self.output.open("wb") as sink:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=inherited | chosen | environ, stdout=sink, stderr=subprocess.STDOUT
            )

    def __enter__(self) -> Self:
        until = time.monotonic() + 15
        while time.monotonic() < until and self.process.poll() is None:
            try:
                if self.get("/livez")[0] == 200 and self.workers_up():
                    return self
            except OSError:
                time.sleep(0.03)
        self.process.kill()
        raise RuntimeError(self.output.read_text())

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(8)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def workers_up(self) -> bool:
        """Whether as many workers run as were asked for."""
        return len(self.workers()) >= 1

    def workers(self) -> list[int]:
        """The process ids of the workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Send one request on a new connection; header names may use _ for -."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
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
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=20)
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
