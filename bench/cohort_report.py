"""What the report on a cohort costs: processor time and greatest memory, by the number of rows.

``python -m bench.cohort_report --rows 1000000`` assesses a few thousand drawn panels, repeats their rows with other
names into a table of results, and runs the command on it in a process of its own. A million rows take a gigabyte of
disk.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stdout
from pathlib import Path

from bench.tables import show
from service.cohort.command import main as cohort

PANELS, SEED = 5_000, 20161
HEAD = [
    *("id", "MAS", "condition", "ferritin[ug/L]", "platelets[10*9/L]", "ast[U/L]", "triglycerides[mg/dL]"),
    *("fibrinogen[mg/dL]", "esr[mm/h]", "wbc[10*9/L]", "hemoglobin[g/dL]", "ldh[U/L]"),
    *("fever", "hepatomegaly", "splenomegaly"),
]
CASES, GAPS = 0.35, 0.2
MEDIANS = ((6000, 700), (130, 380), (110, 30), (280, 110), (180, 420), (25, 70), (5, 14), (9, 11), (900, 300))
"""Of each test with and without MAS: invented, so that every verdict occurs."""


def panel(number: int, chance: random.Random) -> list[str]:
    is_case = chance.random() < CASES
    values = [
        "" if chance.random() < GAPS else f"{pair[not is_case] * chance.lognormvariate(0, 0.45):.1f}"
        for pair in MEDIANS
    ]
    findings = [chance.choice(["yes", "no", ""]) for _ in range(3)]
    label = chance.choice(["", "perhaps", *["yes" if is_case else "no"] * 18])
    return [f"P{number}", label, chance.choice(["sjia", "sjia", "aosd", ""]), *values, *findings]


def write_results(path: Path, rows: int) -> None:
    chance = random.Random(SEED)
    panels = path.with_name("panels.csv")
    with panels.open("w", newline="") as stream:
        csv.writer(stream).writerows([HEAD, *(panel(number, chance) for number in range(PANELS))])
    with redirect_stdout(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")) as out:
        cohort([str(panels), "--keep-columns", "MAS"])
        out.flush()
        out.seek(0)
        head, *found = csv.reader(io.StringIO(out.read()))
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(head)
        for number in range(rows):
            row = found[number % len(found)]
            writer.writerow([str(number + 1), f"{row[1]}-{number // len(found)}", *row[2:]])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.csv"
        write_results(results, rows)
        command = [sys.executable, "-m", "service.cohort", "report", str(results), "--label", "MAS"]
        start = time.monotonic()
        with subprocess.Popen([*command, "-o", str(results.with_name("report.html"))]) as running:
            _, status, used = os.wait4(running.pid, 0)  # the memory of this process alone, not of the workers before
            running.returncode = os.waitstatus_to_exitcode(status)
        size = results.stat().st_size / 1e6
    cells = f"{rows:,}", f"{size:.0f}", f"{used.ru_utime + used.ru_stime:.1f}", f"{used.ru_maxrss / 1024:.0f}"
    show(
        f"Report on a cohort, {time.monotonic() - start:.0f} s of wall time",
        ["rows", "MB", "s of processor", "MiB"],
        [cells],
    )


if __name__ == "__main__":
    main()
