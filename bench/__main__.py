"""``python -m bench`` prints the tables of docs/performance.md; ``--instructions`` checks for regressions."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path

from bench import beside, instructions, requests, stages, startup

SECTIONS = {"stages": stages.report, "startup": startup.report, "requests": requests.report}

BUSY = 0.5


def main() -> int:
    """Run what is asked for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="What a panel costs.")
    parser.add_argument("sections", nargs="*", metavar="section", help=f"{', '.join(SECTIONS)} (default all)")
    parser.add_argument("--quick", action="store_true", help="one short round of each")
    parser.add_argument(
        "--instructions", action="store_true", help="count instructions against the baseline (valgrind)"
    )
    parser.add_argument("--beside", metavar="TREE", type=Path, help="compare with the service of another tree")
    parser.add_argument("--update", action="store_true", help="with --instructions: make these counts the baseline")
    asked = parser.parse_args()
    if unknown := set(asked.sections) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    if asked.instructions:
        return instructions.check(update=asked.update)
    load = os.getloadavg()[0]
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f} before the start")
    if load > BUSY:
        print("The machine is busy: read the ratios, not the rates.")
    for name in asked.sections or ([] if asked.beside else SECTIONS):
        SECTIONS[name](quick=asked.quick)
    if asked.beside:
        beside.report(asked.beside.resolve(), quick=asked.quick)
    return 0


if __name__ == "__main__":
    sys.exit(main())
