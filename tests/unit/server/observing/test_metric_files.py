"""Where the processes keep their counts: in a folder of their own with room for them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from service.server.observing import metric_files
from service.server.settings import BadSetting


@pytest.mark.parametrize("memory", ["/dev/shm", "/no/such/place"])
def test_a_private_folder_is_made_and_removed(monkeypatch: pytest.MonkeyPatch, memory: str) -> None:
    """When the operator named none; in memory where possible, else where temporary files go."""
    monkeypatch.setenv(metric_files.VARIABLE, "")
    monkeypatch.setattr(metric_files, "MEMORY", memory)
    metric_files.prepare(2)
    folder = Path(os.environ[metric_files.VARIABLE])
    assert folder.is_dir()
    assert folder.stat().st_mode & 0o077 == 0
    metric_files.remove(str(folder), os.getpid() + 1)
    assert folder.is_dir()
    metric_files.remove(str(folder), os.getpid())
    assert not folder.exists()


def test_a_full_memory_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A count written to a full volume would kill its process; the next place is taken, or the start stops."""
    monkeypatch.setenv(metric_files.VARIABLE, "")
    memory, disk = tmp_path / "memory", tmp_path / "disk"
    memory.mkdir()
    disk.mkdir()
    monkeypatch.setattr(metric_files, "MEMORY", str(memory))
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    monkeypatch.setattr(metric_files, "has_room", lambda folder, _: not folder.startswith(str(memory)))
    metric_files.prepare(2)
    assert Path(os.environ[metric_files.VARIABLE]).parent == disk
    assert not list(memory.iterdir())
    monkeypatch.setenv(metric_files.VARIABLE, "")
    monkeypatch.setattr(metric_files, "has_room", lambda *_: False)
    with pytest.raises(BadSetting, match="PROMETHEUS_MULTIPROC_DIR must be a directory that can be written to"):
        metric_files.prepare(2)


def test_room_is_tried_not_guessed(tmp_path: Path) -> None:
    """More than any disk holds does not fit, and nothing is left behind."""
    assert metric_files.has_room(str(tmp_path), 2)
    assert not metric_files.has_room(str(tmp_path), 1 << 40)
    assert not metric_files.has_room(str(tmp_path / "absent"), 2)
    assert not list(tmp_path.iterdir())
