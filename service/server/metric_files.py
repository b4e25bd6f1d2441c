"""The directory through which workers share their metrics; must be known before prometheus_client is imported."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

MEMORY = "/dev/shm"  # noqa: S108  # only private files inside it
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def prepare() -> None:
    """Name the directory: the operator's, or a private one, in memory where there is such a place."""
    if os.environ.get(VARIABLE):
        Path(os.environ[VARIABLE]).mkdir(parents=True, exist_ok=True)
        return
    where = MEMORY if os.access(MEMORY, os.W_OK) else None
    os.environ[VARIABLE] = tempfile.mkdtemp(prefix="mas-metrics-", dir=where)
    atexit.register(remove, os.environ[VARIABLE], os.getpid())


def wipe() -> None:
    """Remove the files of an earlier life: process ids come again, and their counts would be counted twice."""
    for path in Path(os.environ[VARIABLE]).glob("*.db"):
        path.unlink()


def remove(folder: str, maker: int) -> None:
    """Remove a private directory when the process that made it ends; its workers inherit this call and must not."""
    if os.getpid() == maker:
        shutil.rmtree(folder, ignore_errors=True)
