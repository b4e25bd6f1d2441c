"""One worker in the process of the test, with an application that can be held and released."""

from __future__ import annotations

import os
import selectors
import socket
import threading
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from gunicorn.config import Config  # type: ignore[import-untyped]

from service.server.observing.gunicorn_log import JsonLogger
from service.server.serving.worker import PatientWorker
from tests.server.live import PATIENCE, read_all, until

PAUSE = 0.5


class Bench:
    """One worker on its own thread, with an application that the test can hold and release."""

    def __init__(self, **choices: Any) -> None:
        self.config = Config()
        for name, value in (
            {"threads": 2, "keepalive": 5, "graceful_timeout": 20, "worker_tmp_dir": None} | choices
        ).items():
            self.config.set(name, value)
        self.gate = threading.Event()
        self.gate.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.worker = PatientWorker(1, os.getppid(), [self.listener], None, 15, self.config, JsonLogger(self.config))
        self.worker.arrivals.pause = PAUSE
        self.worker.wsgi = self.answer
        self.worker.tpool = self.worker.get_thread_pool()
        self.worker.poller = selectors.DefaultSelector()
        self.worker.method_queue.init()
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.worker.run, daemon=True)

    def answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/fail":
            raise ZeroDivisionError("secret-905")
        if environ["PATH_INFO"] != "/quick":
            self.gate.wait(PATIENCE)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body: bytes = environ["wsgi.input"].read(length) if environ["PATH_INFO"] != "/unread" else b""
        big = b"x" * 8_000_000 if environ["PATH_INFO"] in ("/big", "/broken") else b"ok"
        start_response("200 OK", [("Content-Length", str(len(big)))])
        if environ["PATH_INFO"] == "/broken":
            return chain([big], map(_fail, "a"))
        return [big] if len(body) == length or environ["PATH_INFO"] == "/unread" else []

    def connect(self, sent: bytes = b"") -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        client.sendall(sent)
        return client

    def raw(self, sent: bytes) -> bytes:
        with self.connect(sent) as client:
            return read_all(client)

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for the loop to reach a state."""
        until(condition)

    def stop(self) -> None:
        self.gate.set()
        self.worker.alive = False
        self.worker.method_queue.defer(lambda: None)
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()
        self.worker.tmp.close()


def _fail(_: str) -> bytes:
    raise ZeroDivisionError
