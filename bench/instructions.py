"""Counts the instructions that a fixed panel takes, and fails when there are 20 % more than in ``baseline.json``.

Time on a shared machine differs by half from run to run; the number of instructions by less than one in a hundred.
Counts are held against those of a fixed piece of Python in the same run, so that another build of Python does not fail;
another version takes other steps and is not compared.
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

from bench.record import RECORD, SAME, carried

BASELINE = Path(__file__).parent / "baseline.json"
LIMIT = 1.2
SLACK = 0.02  # some 40 thousand: by that much the growing buffer of an answer differs with where it happens to lie
CALLS = 4
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
REFERENCE = "reference"


def check(*, update: bool) -> int:
    """Print the counts beside the baseline; return 1 if one is above the limit, 2 if they cannot be counted."""
    if shutil.which("valgrind") is None:
        print("valgrind is needed to count instructions")
        return 2
    counts = _count()
    units = {name: round(count / counts[REFERENCE], 3) for name, count in counts.items() if name != REFERENCE}
    if update:
        BASELINE.write_text(json.dumps({"python": PYTHON, "units": units}, indent=2) + "\n")
    baseline = json.loads(BASELINE.read_text())
    if baseline["python"] != PYTHON:
        print(f"The baseline is of Python {baseline['python']}, this is {PYTHON}: nothing is compared")
        return 0
    before: dict[str, float] = baseline["units"]
    worse = [name for name, unit in units.items() if unit > before[name] * LIMIT + SLACK]
    for name, unit in units.items():
        print(f"{name:40} {counts[name] / 1000:8.0f} k instructions  {unit / before[name]:6.1%} of the baseline")
    print(f"{RECORD} : {SAME} = {counts[f'{RECORD}: whole'] / counts[f'{SAME}: whole']:.2f}")
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
        totals = [total(path) for path in dumps]
    return {name: totals[2 * at + 1] / CALLS for at, name in enumerate(json.loads(ran.stdout))}


def total(path: Path) -> int:
    """Return the instructions that a dump of callgrind holds."""
    found = re.search(r"^(?:summary|totals): (\d+)", path.read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


def _reference() -> object:
    """Do what any Python does: build, look up, format, sort. Never change it, or every baseline is void."""
    table = {f"key {number}": number * number for number in range(200)}
    words = sorted(f"{table[key]} of {key}" for key in table)
    return json.loads(json.dumps({"words": words, "table": table}))


def _run_stages() -> None:
    from bench import stages  # noqa: PLC0415  # only where the counting happens
    from bench.panels import SPARSE, panel  # noqa: PLC0415

    runs: dict[str, Callable[[], object]] = {REFERENCE: _reference}
    for name, request in (("full", panel()), ("sparse", SPARSE)):
        whole = stages.whole(request)
        runs |= {f"{name} panel: {stage}": run for stage, run in stages.stages_of(request).items()}
        runs |= {f"{name} panel: whole": whole}
        runs |= {f"{name} panel: summary": stages.summary(request)}
    runs |= {f"{RECORD}: {stage}": run for stage, run in stages.record_stages().items()}
    runs |= {
        f"{RECORD}: whole": stages.record_whole(),
        f"{SAME}: whole": stages.whole(carried()),
    }
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
