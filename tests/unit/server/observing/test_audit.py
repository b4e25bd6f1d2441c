"""Where audit lines go, and what stops the start when they could not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from flask import Flask

from service.server.observing import audit, log_queue
from service.server.settings import BadSetting, Settings
from tests.unit.server.observing.test_metrics import sample

SECRET = b"k" * 32


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    """A key that is long enough."""
    path = tmp_path / "key"
    path.write_bytes(SECRET + b"\n")
    return str(path)


def installed(destination: str, key_file: str) -> Flask:
    """An application with an audit."""
    app = Flask(__name__)
    audit.install(app, Settings(audit=destination, audit_key_file=key_file), "2.0.0", "sha256:aa")
    return app


def test_lines_are_added_to_a_file_that_only_its_owner_reads(tmp_path: Path, key_file: str) -> None:
    path = tmp_path / "audit.ndjson"
    path.write_text("before\n")
    path.chmod(0o600)
    for _ in range(2):
        with installed(str(path), key_file).test_request_context():
            audit.trail().assessed(["hscore 1.0.0"], "Patient/1")
    before, *lines = path.read_text().splitlines()
    assert before == "before"
    assert [json.loads(line)["resourceType"] for line in lines] == ["AuditEvent", "AuditEvent"]
    new = tmp_path / "new"
    installed(str(new), key_file)
    assert new.stat().st_mode & 0o077 == 0


def test_lines_can_go_where_the_log_goes(monkeypatch: pytest.MonkeyPatch, key_file: str) -> None:
    put: list[bytes] = []
    monkeypatch.setattr(log_queue, "put", put.append)
    with installed("stdout", key_file).test_request_context():
        audit.trail().assessed([], "")
    (line,) = put
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1


def test_without_an_audit_or_a_request_nothing_is_written() -> None:
    audit.trail().assessed(["hscore 1.0.0"], "Patient/1")
    app = Flask(__name__)
    audit.install(app, Settings(), "2.0.0", "sha256:aa")
    with app.test_request_context():
        audit.trail().assessed(["hscore 1.0.0"], "Patient/1")
        assert audit.trail() is audit.NONE


@pytest.mark.parametrize("key", [b"", b"short", b" " * 40, b"k" * 31 + b"\n"])
def test_a_key_that_could_be_guessed_is_refused(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(key)
    with pytest.raises(BadSetting, match="MAS_AUDIT_KEY_FILE must hold at least 32 bytes"):
        installed("stdout", str(path))


def test_a_key_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="MAS_AUDIT_KEY_FILE"):
        installed("stdout", str(tmp_path / "none"))


def test_a_file_that_cannot_be_written_stops_the_start(tmp_path: Path, key_file: str) -> None:
    with pytest.raises(BadSetting, match="MAS_AUDIT must be stdout or the path"):
        installed(str(tmp_path / "no" / "folder"), key_file)


@pytest.mark.parametrize("failure", ["error", "partial"])
def test_a_line_that_is_lost_is_counted_and_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key_file: str, failure: str
) -> None:
    """The answer is given all the same: the service stands in no clinician's way for want of room."""

    def write(_file: int, line: bytes) -> int:
        if failure == "error":
            raise OSError(28, "no room")
        return len(line) - 1

    told: list[bytes] = []
    monkeypatch.setattr(log_queue, "put", told.append)
    app = installed(str(tmp_path / "lines"), key_file)
    before = sample("mas_log_lines_dropped_total")
    monkeypatch.setattr(os, "write", write)
    with app.test_request_context():
        audit.trail().assessed([], "")
    assert sample("mas_log_lines_dropped_total") == before + 1
    assert b"An audit line could not be written." in told[0]
