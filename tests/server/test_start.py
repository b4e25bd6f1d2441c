"""How the process starts and stops: gunicorn's settings, the metric files, the drain."""

from __future__ import annotations

import importlib
import os
import signal
import socket
import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.server import drain, metric_files
from service.server.settings import TABLE, Settings
from tests.server.sample import create_app

NAME = "service.server.gunicorn_conf"


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """An environment of its own for a fresh import of the configuration."""
    for row in TABLE:
        monkeypatch.delenv(row.variable, raising=False)
    monkeypatch.setenv(metric_files.VARIABLE, str(tmp_path / "metrics"))
    sys.modules.pop(NAME, None)
    yield monkeypatch
    sys.modules.pop(NAME, None)


class Master:
    """What the hooks need of gunicorn's arbiter."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.signals: list[int] = []
        self.LISTENERS: list[socket.socket] = []
        self.log = types.SimpleNamespace(warning=self.warnings.append)

    def signal(self, number: int, _frame: object) -> None:
        self.signals.append(number)


def test_the_configuration_follows_the_settings(environ: pytest.MonkeyPatch) -> None:
    """Explicit workers, bounded heads, nothing written to a home directory."""
    for name, value in {
        "PORT": "9001",
        "WEB_CONCURRENCY": "3",
        "MAS_THREADS": "5",
        "MAS_GRACEFUL_SECONDS": "7",
    }.items():
        environ.setenv(name, value)
    conf = importlib.import_module(NAME)
    assert (conf.bind, conf.workers, conf.threads, conf.graceful_timeout) == ("0.0.0.0:9001", 3, 5, 7)
    assert (conf.limit_request_line, conf.limit_request_fields, conf.limit_request_field_size) == (2048, 64, 8190)
    assert (conf.control_socket_disable, conf.max_requests, conf.header_map, conf.accesslog) == (True, 0, "drop", None)


def test_gunicorn_takes_every_name_of_the_configuration(environ: pytest.MonkeyPatch) -> None:
    """A misspelt setting would be ignored in silence."""
    from gunicorn.config import KNOWN_SETTINGS  # type: ignore[import-untyped]

    known = {setting.name for setting in KNOWN_SETTINGS}
    conf = importlib.import_module(NAME)
    ours = {name for name in vars(conf) if not name.startswith("_") and name not in {"annotations", "bad"}}
    imported = {"Any", "BadSetting", "Path", "cautions", "drain", "from_environment", "metric_files", "signal", "sys"}
    assert ours - imported <= known


def test_bad_settings_end_the_start_with_a_plain_message(environ: pytest.MonkeyPatch) -> None:
    """No traceback."""
    environ.setenv("PORT", "none")
    with pytest.raises(SystemExit, match="PORT must be a whole number"):
        importlib.import_module(NAME)


def test_the_hooks_wipe_warn_and_tidy_up(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Files of an earlier life go; a stranger's file stays."""
    conf: Any = importlib.import_module(NAME)
    folder = tmp_path / "metrics"
    for name in ("counter_1.db", "gauge_livesum_1.db", "notes.txt"):
        (folder / name).touch()
    master = Master()
    conf.on_starting(master)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    assert any("authentication is off" in text for text in master.warnings)
    (folder / "gauge_livesum_7.db").touch()
    conf.child_exit(master, types.SimpleNamespace(pid=7))
    assert not (folder / "gauge_livesum_7.db").exists()


def test_a_private_folder_is_made_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the operator named none; in memory where possible, else where temporary files go."""
    for writable in (True, False):
        monkeypatch.setenv(metric_files.VARIABLE, "")
        monkeypatch.setattr(os, "access", lambda *_, answer=writable: answer)
        metric_files.prepare()
        folder = Path(os.environ[metric_files.VARIABLE])
        assert folder.is_dir()
        assert folder.stat().st_mode & 0o077 == 0
        metric_files.remove(str(folder), os.getpid() + 1)
        assert folder.is_dir()
        metric_files.remove(str(folder), os.getpid())
        assert not folder.exists()


@pytest.fixture
def handlers() -> Iterator[None]:
    """Restore the signal handlers and the word."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGALRM)}
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    drain.announce(value=False)
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_sigterm_announces_first_and_stops_later() -> None:
    """Readiness has its time; a second signal takes it away."""
    stopped = threading.Event()
    drain.hold_sigterm(stopped.set, 0.1)
    signal.raise_signal(signal.SIGTERM)
    assert drain.draining()
    assert not stopped.is_set()
    assert stopped.wait(2)
    stopped.clear()
    signal.raise_signal(signal.SIGTERM)
    assert stopped.is_set()


@pytest.mark.usefixtures("handlers")
def test_without_a_drain_sigterm_stops_at_once(environ: pytest.MonkeyPatch) -> None:
    """As the hook of the master sets it up by default."""
    master = Master()
    importlib.import_module(NAME).when_ready(master)
    signal.raise_signal(signal.SIGTERM)
    assert master.signals == [signal.SIGTERM]
    assert drain.draining()


def test_a_stop_begins_no_connection_that_it_would_cut() -> None:
    """Between the last accept and the close the kernel would go on accepting; those clients would be reset."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()):
        drain.greet_nobody([listener])
        with socket.socket() as late:
            late.setblocking(False)
            late.connect_ex(listener.getsockname())
            begun, _ = listener.accept()
            begun.close()
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):
                listener.accept()


def test_a_stop_needs_no_filter() -> None:
    """Where the kernel knows none, or the socket is gone, the stop goes on."""
    closed = socket.socket()
    closed.close()
    drain.greet_nobody([closed])


@pytest.mark.usefixtures("handlers")
def test_a_draining_process_is_alive_but_not_ready() -> None:
    """A probe tells the two apart."""
    client = create_app(Settings()).test_client()
    drain.announce()
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").status_code == 200
