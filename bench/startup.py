"""Time until requests may be sent, and memory of a worker that has served none."""

from __future__ import annotations

import subprocess
import sys
from statistics import median

from bench.server import SERVICE, WSGI_ECHO, Server
from bench.tables import show


def report(*, quick: bool) -> None:
    """Print both for the service and for a bare echo, and which modules take longest to import."""
    rows = []
    for name, application in (("service", SERVICE), ("bare WSGI echo", WSGI_ECHO)):
        times, memory = [], 0.0
        for _ in range(1 if quick else 5):
            with Server(application) as server:
                times.append(server.seconds_to_ready)
                memory = server.memory()[0]
        rows.append([name, f"{median(times):.2f}", f"{min(times):.2f}", f"{memory:.0f}"])
    show("Start, one worker", ["", "ready s (median)", "(least)", "MB (PSS)"], rows)
    show("Slowest imports of the application", ["module", "ms"], [[name, f"{ms:.0f}"] for name, ms in _imports()[:8]])


def _imports() -> list[tuple[str, float]]:
    """Return the modules by their own time to import, the slowest first."""
    command = [sys.executable, "-X", "importtime", "-c", "import service.wsgi"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    lines = [line[len("import time:") :].split("|") for line in text.splitlines() if line.startswith("import time:")]
    own = [(name.strip(), int(took) / 1000) for took, _, name in lines if took.strip().isdigit()]
    return sorted(own, key=lambda one: -one[1])
