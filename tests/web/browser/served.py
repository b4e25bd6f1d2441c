"""Starts the real server for a browser, from this tree or from a copy of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.live import PATIENCE, reserved_port

ROOT = Path(__file__).parents[3]


@contextmanager
def served(folder: Path, tree: Path = ROOT, **environ: str) -> Iterator[str]:
    """Yield the address of a server that runs ``tree``; it stops when the block ends."""
    held = reserved_port()
    port = held.getsockname()[1]
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    chosen = {
        "PORT": str(port),
        "PYTHONPATH": str(tree),
        "PROMETHEUS_MULTIPROC_DIR": str(folder / f"metrics-{port}"),
        "WEB_CONCURRENCY": "1",
    }
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        "python:service.server.serving.gunicorn_conf",
        "service.wsgi:app",
    ]
    output = folder / f"output-{port}"
    with output.open("wb") as sink:
        process = subprocess.Popen(
            command, cwd=tree, env=inherited | chosen | environ, stdout=sink, stderr=subprocess.STDOUT
        )
    try:
        _wait(process, port, output)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(PATIENCE)
        held.close()


def _wait(process: subprocess.Popen[bytes], port: int, output: Path) -> None:
    """Wait for the server's own word that it listens."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        if f"Listening at: http://0.0.0.0:{port}" in output.read_text():
            return
        time.sleep(0.05)
    raise RuntimeError(output.read_text())
