"""Counts the instructions that a fixed panel takes, and fails when there are 20 % more than in ``baseline.json``.

Time on a shared machine differs by half from run to run; the number of instructions by less than one in a hundred.
Counts are held against those of a fixed piece of Python in the same run, so that another build of Python does not fail.
Needs valgrind. Under it this module runs again as a script: it calls ``getppid`` before and after each stage, and
callgrind writes one count at each such call.
"""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

BASELINE = Path(__file__).parent / "baseline.json"
LIMIT = 1.2
CALLS = 4
REFERENCE = "reference"


def check(*, update: bool) -> int:
    """Print the counts beside the baseline; return 1 if one is above the limit, 2 if they cannot be counted."""
    if shutil.which("valgrind") is None:
        print("valgrind is needed to count instructions")
        return 2
    counts = _count()
    units = {name: round(count / counts[REFERENCE], 3) for name, count in counts.items() if name != REFERENCE}
    if update:
        BASELINE.write_text(json.dumps(units, indent=2) + "\n")
    before: dict[str, float] = json.loads(BASELINE.read_text())
    worse = [name for name, unit in units.items() if unit > before[name] * LIMIT]
    for name, unit in units.items():
        print(f"{name:26} {counts[name] / 1000:8.0f} k instructions  {unit / before[name]:6.1%} of the baseline")
    print(f"more than {LIMIT:.0%} of the baseline: {', '.join(worse)}" if worse else "within the limit")
    return 1 if worse else 0


def _count() -> dict[str, float]:
    """Return the instructions of one call of each stage."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", "--dump-before=getppid", f"--callgrind-out-file={folder}/count"]
        environ = os.environ | {"PYTHONHASHSEED": "0"}
        ran = subprocess.run(
            [*command, sys.executable, "-m", "bench.instructions"],
            env=environ,
            capture_output=True,
            text=True,
            check=True,
        )
        dumps = sorted(Path(folder).glob("count.*"), key=lambda path: int(path.suffix[1:]))
        totals = [_total(path) for path in dumps]
    return {name: totals[2 * at + 1] / CALLS for at, name in enumerate(json.loads(ran.stdout))}


def _total(path: Path) -> int:
    found = re.search(r"^(?:summary|totals): (\d+)", path.read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


def _reference() -> object:
    """Do what any Python does: build, look up, format, sort. Never change it, or every baseline is void."""
    table = {f"key {number}": number * number for number in range(200)}
    words = sorted(f"{table[key]} of {key}" for key in table)
    return json.loads(json.dumps({"words": words, "table": table}))


def _run_stages() -> None:
    from bench.panels import SPARSE, panel  # noqa: PLC0415  # only where the counting happens
    from bench.stages import stages_of, unseen, whole  # noqa: PLC0415

    runs: dict[str, Callable[[], object]] = {REFERENCE: _reference}
    for name, request in (("full", panel()), ("sparse", SPARSE)):
        runs |= {f"{name} panel: {stage}": run for stage, run in stages_of(request).items()}
        runs |= {f"{name} panel: whole": whole(request), f"{name} panel: unseen": unseen(request)}
    gc.disable()  # where a collection falls depends on what ran before
    for run in runs.values():
        run()
        run()
        os.getppid()
        for _ in range(CALLS):
            run()
        os.getppid()
    print(json.dumps(list(runs)))


if __name__ == "__main__":
    _run_stages()
