"""The mounted files, as the master holds them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from service import check
from service.server import drain
from service.server.serving import held_files
from service.server.serving.held_files import HeldFiles

pytestmark = pytest.mark.usefixtures("handlers")


def read(environ: dict[str, str]) -> str:
    return Path(environ["MAS_CODE_MAP_FILE"]).read_text()


def test_workers_read_the_last_content_that_was_good(tmp_path: Path) -> None:
    """Whatever happens to the file."""
    path = tmp_path / "codes.toml"
    path.write_text("good")
    environ = {"MAS_CODE_MAP_FILE": str(path)}
    faults: list[str] = []
    held = HeldFiles(environ, lambda *_: faults)
    assert held.take() == []
    assert read(environ) == "good"
    path.write_text("bad")
    faults.append("other: fault")
    assert held.take() == ["other: fault"]
    assert (read(environ), drain.bad_files()) == ("good", True)
    faults.clear()
    path.unlink()
    assert held.take() == ["MAS_CODE_MAP_FILE must be the path of a readable file"]
    path.write_text("better")
    assert held.take() == []
    assert (read(environ), drain.bad_files()) == ("better", False)


def test_without_files_nothing_is_checked() -> None:
    """No process is started for it."""
    assert HeldFiles({}, lambda *_: ["never"]).take() == []


@pytest.mark.slow
def test_a_fault_is_told_under_its_setting(tmp_path: Path) -> None:
    """The check saw only a copy."""
    path = tmp_path / "codes.toml"
    path.write_text("[")
    environ = {**os.environ, "MAS_CODE_MAP_FILE": str(path)}
    (problem,) = HeldFiles(environ).take()
    assert problem.startswith("MAS_CODE_MAP_FILE: ")
    path.write_text("")
    assert HeldFiles(environ).take() == []


def test_a_giant_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be held in memory."""
    monkeypatch.setattr(held_files, "_LARGEST", 3)
    path = tmp_path / "codes.toml"
    path.write_text("four")
    assert "readable" in HeldFiles({"MAS_CODE_MAP_FILE": str(path)}, lambda *_: []).take()[0]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "readable" in HeldFiles({"MAS_CODE_MAP_FILE": str(tmp_path / "pipe")}, lambda *_: []).take()[0]


def test_a_check_that_fails_itself_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reload on a guess would be worse."""
    monkeypatch.setattr(held_files, "_CHECK", (sys.executable, "-c", ""))
    assert held_files.checked({}, []) == ["the files could not be checked"]


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, []),
        ({"PORT": "x"}, ["PORT must be a whole number from 1 to 65535"]),
        ({"MAS_CODE_MAP_FILE": "Makefile"}, 1),
    ],
)
def test_the_check_tells_what_stops_a_worker(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variables: dict[str, str], found: object
) -> None:
    """As a JSON list."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert check.main() == bool(found)
    problems = json.loads(capsys.readouterr().out)
    assert problems == found or len(problems) == found


@pytest.mark.slow
def test_the_check_is_a_command() -> None:
    """Of its own process."""
    done = subprocess.run([sys.executable, "-m", "service.check"], capture_output=True, check=True)
    assert json.loads(done.stdout) == []
