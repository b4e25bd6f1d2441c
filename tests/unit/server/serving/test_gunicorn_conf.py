"""What gunicorn is told, and what stops the start or a reload."""

from __future__ import annotations

import importlib
import os
import resource
import signal
import socket
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.server import drain
from service.server.observing import log_queue, metric_files
from service.server.settings import TABLE

NAME = "service.server.serving.gunicorn_conf"


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
        self.errors: list[tuple[object, ...]] = []
        self.log = types.SimpleNamespace(warning=self.warnings.append, error=lambda *told: self.errors.append(told))

    def signal(self, number: int, _frame: object) -> None:
        self.signals.append(number)


def test_the_configuration_follows_the_settings(environ: pytest.MonkeyPatch) -> None:
    """Explicit workers, bounded heads, nothing written to a home directory."""
    for name, value in {
        "PORT": "9001",
        "WEB_CONCURRENCY": "3",
        "MAS_CONNECTIONS": "50",
        "MAS_GRACEFUL_SECONDS": "7",
    }.items():
        environ.setenv(name, value)
    conf = importlib.import_module(NAME)
    assert (conf.bind, conf.workers, conf.worker_connections, conf.graceful_timeout) == ("0.0.0.0:9001", 3, 50, 7)
    assert (conf.limit_request_line, conf.limit_request_fields, conf.limit_request_field_size) == (2048, 64, 8190)
    assert (conf.control_socket_disable, conf.max_requests, conf.header_map, conf.accesslog) == (True, 0, "drop", None)


@pytest.mark.parametrize(("files", "connections"), [(-1, 1000), (20_000, 1000), (1024, 924), (64, 10)])
def test_a_worker_takes_no_more_connections_than_it_has_files(
    environ: pytest.MonkeyPatch, files: int, connections: int
) -> None:
    """One accepted beyond them would end it, with all that it holds."""
    environ.setattr(resource, "getrlimit", lambda _: (files, files))
    assert importlib.import_module(NAME).worker_connections == connections


def test_gunicorn_takes_every_name_of_the_configuration(environ: pytest.MonkeyPatch) -> None:
    """A misspelt setting would be ignored in silence."""
    from gunicorn.config import KNOWN_SETTINGS  # type: ignore[import-untyped]

    known = {setting.name for setting in KNOWN_SETTINGS}
    conf = importlib.import_module(NAME)
    ours = {name for name in vars(conf) if not name.startswith("_") and name not in {"annotations", "bad"}}
    imported = {"Any", "BadSetting", "HeldFiles", "Sequence", "UTC", "cautions", "datetime", "drain"}
    imported |= {"from_environment", "json", "metric_files", "os", "resource", "signal", "sys"}
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


def test_an_unfit_folder_stops_the_start(
    environ: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Before the first worker, in plain words."""
    conf: Any = importlib.import_module(NAME)
    with monkeypatch.context() as full:
        full.setattr(metric_files, "has_room", lambda *_: False)
        with pytest.raises(SystemExit, match="PROMETHEUS_MULTIPROC_DIR"):
            conf.on_starting(Master())
    (tmp_path / "metrics" / "stuck.db").mkdir()
    with pytest.raises(SystemExit, match="PROMETHEUS_MULTIPROC_DIR"):
        conf.on_starting(Master())
    sys.modules.pop(NAME)
    environ.setenv(metric_files.VARIABLE, "/proc/none")
    with pytest.raises(SystemExit, match="PROMETHEUS_MULTIPROC_DIR"):
        importlib.import_module(NAME)


@pytest.mark.usefixtures("handlers")
def test_without_a_drain_sigterm_stops_at_once(environ: pytest.MonkeyPatch) -> None:
    """As the hook of the master sets it up by default."""
    master = Master()
    importlib.import_module(NAME).when_ready(master)
    signal.raise_signal(signal.SIGTERM)
    assert master.signals == [signal.SIGTERM]
    assert drain.draining()


@pytest.mark.slow
@pytest.mark.usefixtures("handlers")
def test_a_bad_file_stops_the_start_but_not_a_running_service(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A reload with a key file that cannot be used would end every worker: it is refused, and says why."""
    keys = tmp_path / "keys"
    keys.write_text(f"ehr:{'0' * 64}\n")
    environ.setenv("MAS_AUTH_MODE", "api_key")
    environ.setenv("MAS_API_KEYS_FILE", str(keys))
    master = Master()
    conf: Any = importlib.import_module(NAME)
    conf.on_starting(master)
    conf.when_ready(master)
    signal.raise_signal(signal.SIGHUP)
    assert (master.signals, master.errors) == ([signal.SIGHUP], [])
    keys.write_text("ehr:abc\n")
    signal.raise_signal(signal.SIGHUP)
    assert master.signals == [signal.SIGHUP]
    assert "MAS_API_KEYS_FILE line 1" in str(master.errors)
    environ.setenv("MAS_API_KEYS_FILE", str(keys))
    sys.modules.pop(NAME)
    with pytest.raises(SystemExit, match="MAS_API_KEYS_FILE line 1"):
        importlib.import_module(NAME).on_starting(master)


@pytest.mark.usefixtures("handlers")
def test_usr2_starts_no_second_master(environ: pytest.MonkeyPatch) -> None:
    """It would find the port taken."""
    master = Master()
    importlib.import_module(NAME).when_ready(master)
    signal.raise_signal(signal.SIGUSR2)
    assert master.signals == []
    assert any("USR2" in text for text in master.warnings)


def test_a_worker_logs_through_a_queue_and_ends_at_once(environ: pytest.MonkeyPatch) -> None:
    """One that failed at its start keeps gunicorn's exit status."""
    conf: Any = importlib.import_module(NAME)
    begun: list[object] = []
    ended: list[int] = []
    environ.setattr(log_queue, "begin", begun.append)
    environ.setattr("os._exit", ended.append)
    conf.post_worker_init(types.SimpleNamespace(begin=lambda: begun.append("worker"), held=lambda: (1, 1, 10)))
    assert len(begun) == 2
    for booted in (True, False):
        try:
            sys.exit(3)
        except SystemExit:
            conf.worker_exit(None, types.SimpleNamespace(booted=booted, finish=lambda: begun.append("finish")))
    assert ended == [3]
    assert begun[2:] == ["finish"]


def test_a_full_folder_of_metrics_costs_the_sums_only(environ: pytest.MonkeyPatch) -> None:
    """The worker counts in a folder of its own."""
    conf: Any = importlib.import_module(NAME)
    master, folder = Master(), os.environ[metric_files.VARIABLE]
    environ.setattr(signal, "signal", lambda *_: None)  # this process is no worker
    conf.post_fork(master, None)
    assert os.environ[metric_files.VARIABLE] == folder
    environ.setattr(metric_files, "has_room", lambda where, _: where != folder)
    conf.post_fork(master, None)
    assert os.environ[metric_files.VARIABLE] != folder
    assert "full" in str(master.errors)
    metric_files.remove(os.environ[metric_files.VARIABLE], os.getpid())
