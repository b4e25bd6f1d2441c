# ruff: noqa: T201  # it prints its report
"""Full load for a while: memory flat, no error, counters equal to the requests sent.

Run as ``python -m tests.support.soak [seconds] [application]``, 600 seconds unless told; exits 1 when a promise is broken.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.support.live import SERVICE, Live
from tests.support.load import Load

_CLIENTS = 8
_WARM_UP = 0.2  # of the time, before memory is compared
_GROWTH = 1.05  # of the resident memory after warming up


def resident(live: Live) -> int:
    """The workers' own memory in kB, without what they share."""
    total = 0
    for pid in live.workers():
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private"))
    return total


def main(seconds: float, app: str) -> int:
    """Load the server, tell what happened, and say whether it was well."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Live(Path(folder), app, WEB_CONCURRENCY="2", MAS_LOG_LEVEL="error") as live,
    ):
        before = live.counter("http_request_duration_seconds_count", route="/v1/assessments")
        load = Load(live.port, _CLIENTS)
        time.sleep(seconds * _WARM_UP)
        warm = resident(live)
        time.sleep(seconds * (1 - _WARM_UP))
        outcomes, last = load.stop(), resident(live)
        counted = live.counter("http_request_duration_seconds_count", route="/v1/assessments") - before
        live.signal(signal.SIGTERM)
        exit_code = live.process.wait(30)
        errors = live.text().count('"level":"error"')
    return report(outcomes, counted, (warm, last), errors, exit_code, seconds)


def report(
    outcomes: Counter[str], counted: float, memory: tuple[int, int], errors: int, exit_code: int, seconds: float
) -> int:
    """Print the figures; 0 when every promise held."""
    sent = outcomes.total()
    print(f"{sent} requests in {seconds:.0f} s ({sent / seconds:.0f}/s): {dict(outcomes)}")
    print(
        f"counted {counted:.0f}; private memory of the workers {memory[0]} kB after warming up, {memory[1]} kB at the end"
    )
    print(f"error lines {errors}; exit code {exit_code}")
    well = set(outcomes) == {"200"} and counted == sent and memory[1] <= memory[0] * _GROWTH
    return 0 if well and not errors and not exit_code else 1


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(main(float(arguments[0]) if arguments else 600, arguments[1] if len(arguments) > 1 else SERVICE))
