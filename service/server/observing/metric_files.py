"""The directory through which workers share their metrics; must be known before prometheus_client is imported."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from service.server.settings import BadSetting

MEMORY = "/dev/shm"  # noqa: S108  # only private files inside it
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_EACH = 7 * 64 * 1024  # bytes that one worker's files begin with


def prepare(workers: int) -> None:
    """Name the directory: the operator's, or a private one, in memory where there is room. Raises BadSetting."""
    named = os.environ.get(VARIABLE)
    with suppress(OSError):
        if named:
            Path(named).mkdir(parents=True, exist_ok=True)
        else:
            os.environ[VARIABLE] = _private(workers)
            atexit.register(remove, os.environ[VARIABLE], os.getpid())
        return
    raise _unfit(workers)


def _private(workers: int) -> str:
    for where in (MEMORY, None):
        with suppress(OSError):
            folder = tempfile.mkdtemp(prefix="mas-metrics-", dir=where)
            if has_room(folder, workers):
                return folder
            remove(folder, os.getpid())
    raise OSError


def has_room(folder: str, workers: int) -> bool:
    """Whether files for so many workers fit: on a full volume the first count would kill its process (SIGBUS)."""
    try:
        with tempfile.TemporaryFile(dir=folder) as trial:
            os.posix_fallocate(trial.fileno(), 0, workers * _EACH)
    except OSError:
        return False
    return True


def retreat() -> bool:
    """In a new worker: count in a folder of its own when the shared one is full, which would kill it."""
    if has_room(os.environ[VARIABLE], 1):
        return False
    os.environ[VARIABLE] = _private(1)
    return True


def wipe(workers: int) -> None:
    """Remove the files of an earlier life, whose process ids come again. Raises BadSetting when there is no room."""
    folder = Path(os.environ[VARIABLE])
    try:
        for path in folder.glob("*.db"):
            path.unlink()
    except OSError:
        raise _unfit(workers) from None
    if not has_room(str(folder), workers):
        raise _unfit(workers)


def _unfit(workers: int) -> BadSetting:
    return BadSetting(f"{VARIABLE} must be a directory that can be written to, with {workers * _EACH} bytes free")


def remove(folder: str, maker: int) -> None:
    """Remove a private directory when the process that made it ends; its workers inherit this call and must not."""
    if os.getpid() == maker:
        shutil.rmtree(folder, ignore_errors=True)
