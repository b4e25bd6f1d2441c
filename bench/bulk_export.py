"""Exports of generated patients through ``from-fhir``: processor time and the memory of the largest process.

Usage: python -m bench.bulk_export [--workers N] [--latest] [PATIENTS ...] (default: 10000 40000; some minutes).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.support.exports import DAYS_OF_A_PATIENT, TESTS, write_export

COMMAND = [sys.executable, "-m", "service.cohort", "from-fhir"]


def measured(export: Path, *options: str) -> tuple[float, float, int]:
    """Return processor seconds of all processes, seconds by the clock, and the bytes of the largest process."""
    began = time.monotonic()
    with subprocess.Popen([*COMMAND, str(export), *options], stdout=subprocess.DEVNULL) as running:
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    assert running.returncode == 0, "the command failed"
    return used.ru_utime + used.ru_stime, time.monotonic() - began, used.ru_maxrss * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patients", nargs="*", type=int, default=[10_000, 40_000])
    parser.add_argument("--workers", default="1")
    parser.add_argument("--latest", action="store_true")
    asked = parser.parse_args()
    options = ["--workers", asked.workers, *(["--latest"] if asked.latest else [])]
    each = 1 if asked.latest else DAYS_OF_A_PATIENT
    print(f"{DAYS_OF_A_PATIENT * len(TESTS)} Observations and {each} rows a patient, {asked.workers} workers")
    print("patients  MB of files  CPU s  clock s  patients per CPU s  largest process MiB")
    for patients in asked.patients:
        with tempfile.TemporaryDirectory() as folder:
            export = write_export(Path(folder) / "export", patients)
            size = sum(path.stat().st_size for path in export.iterdir()) / 1e6
            used, clock, memory = measured(export, *options, "--spill", folder)
        rate = patients / used
        print(f"{patients:8} {size:12.0f} {used:6.0f} {clock:8.0f} {rate:19.0f} {memory / 2**20:20.1f}", flush=True)


if __name__ == "__main__":
    main()
