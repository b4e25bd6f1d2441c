"""Sends requests as fast as they are answered (by wrk where it is installed), or at a steady rate (always our own)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.paced import times_of
from bench.server import Server

UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
WRK = shutil.which("wrk")


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent where; ``panels`` is how many one request holds."""

    name: str
    path: str
    body: bytes
    media: str = "application/json"
    panels: int = 1
    clients: int = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """Requests per second, milliseconds to the median and the slowest hundredth answer, CPU microseconds each."""

    rate: float
    p50: float
    p99: float
    cpu: float


def run(server: Server, load: Load, seconds: float, clients: int = 0) -> Outcome:
    """Send without a pause over that many connections (0: as many as the load is meant for)."""
    clients = clients or load.clients
    if not WRK:
        return run_own(server, load, seconds, clients)
    before = server.cpu_seconds()
    sent, rate, p50, p99 = _wrk(server, load, seconds, clients)
    return Outcome(rate, p50, p99, (server.cpu_seconds() - before) / max(sent, 1) * 1e6)


def run_own(server: Server, load: Load, seconds: float, clients: int = 8, rate: float = 0.0) -> Outcome:
    """Send by our own client, over connections opened one after the other: without a pause, or at a steady rate.

    At a steady rate a late answer counts from when its request was due, so waiting is not hidden.
    """
    before = server.cpu_seconds()
    sent, reached, p50, p99 = _own(server, load, seconds, clients, rate)
    return Outcome(reached, p50, p99, (server.cpu_seconds() - before) / max(sent, 1) * 1e6)


def _wrk(server: Server, load: Load, seconds: float, clients: int) -> tuple[int, float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        body, script = Path(folder, "body"), Path(folder, "post.lua")
        body.write_bytes(load.body)
        script.write_text(
            f'local file = io.open("{body}", "rb")\nwrk.body = file:read("*a")\nwrk.method = "POST"\n'
            f'wrk.headers["Content-Type"] = "{load.media}"\n'
        )
        command = [str(WRK), "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "--latency", "-s", str(script)]
        if server.workers == 1 and (os.cpu_count() or 1) > 1:
            command = ["taskset", "-c", "1", *command]
        text = subprocess.run([*command, server.url(load.path)], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text or re.search(r"Socket errors: connect [1-9]|read [1-9]", text):
        raise RuntimeError(f"{load.name}: {text}")
    sent = int(re.findall(r"(\d+) requests in", text)[0])
    return sent, float(re.findall(r"Requests/sec:\s*([\d.]+)", text)[0]), _percentile(text, 50), _percentile(text, 99)


def _percentile(text: str, percent: int) -> float:
    found = re.findall(rf"\s{percent}%\s+([\d.]+)(us|ms|s)", text)
    return float(found[0][0]) * UNITS[found[0][1]]


def _own(server: Server, load: Load, seconds: float, clients: int, rate: float) -> tuple[int, float, float, float]:
    address = urlsplit(server.url(load.path))
    head = (
        f"POST {load.path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: {load.media}\r\n"
        f"Content-Length: {len(load.body)}\r\n\r\n"
    )
    request = head.encode() + load.body
    times, elapsed = times_of((address.hostname or "", address.port or 0), request, seconds, clients, rate)
    if not times:
        raise RuntimeError(f"{load.name}: no answer")
    times.sort()
    return len(times), len(times) / elapsed, times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000
