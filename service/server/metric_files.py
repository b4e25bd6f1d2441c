"""The directory through which workers share their metrics; must be known before prometheus_client is imported."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = "/dev/shm"  # noqa: S108  # only private files inside it
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_made: list[str] = []


def prepare() -> None:
    """Name the directory: the operator's, or a private one, in memory where there is such a place."""
    if os.environ.get(VARIABLE):
        Path(os.environ[VARIABLE]).mkdir(parents=True, exist_ok=True)
        return
    where = MEMORY if os.access(MEMORY, os.W_OK) else None
    os.environ[VARIABLE] = tempfile.mkdtemp(prefix="mas-metrics-", dir=where)
    _made.append(os.environ[VARIABLE])


def wipe() -> None:
    """Remove the files of an earlier life: process ids come again, and their counts would be counted twice."""
    for path in Path(os.environ[VARIABLE]).glob("*.db"):
        path.unlink()


def remove() -> None:
    """Remove the directory if it was made here."""
    while _made:
        shutil.rmtree(_made.pop(), ignore_errors=True)
