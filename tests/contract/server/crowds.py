"""Rude clients in numbers: each crowd is there once its function returns, and leaves with its stack."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress

from service.server.messages.strict_json import dumps
from tests.contract.server.attacks import of_drugs
from tests.support.live import PANEL, Live
from tests.support.records import bundle, call, condition, patient

HEAD = b"POST /v1/assessments HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
STALLED_BODY = HEAD + b"Content-Length: 50\r\n\r\n{"
LIVEZ = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
CONTRACT = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
PANEL_REQUEST = HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(PANEL) + PANEL
PROBE = LIVEZ.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
_ARRIVED = 0.5  # seconds until what was sent has arrived


def silent_reader(port: int, sent: bytes) -> socket.socket:
    """A client with a small buffer that reads nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.connect(("127.0.0.1", port))
    client.sendall(sent)
    return client


def stalled(live: Live, stack: ExitStack) -> None:
    """120 bodies that stall, 120 readers that do not read, 40 heads that do not end."""
    for _ in range(120):
        stack.enter_context(live.connect(STALLED_BODY))
        stack.enter_context(silent_reader(live.port, CONTRACT))
    for _ in range(40):
        stack.enter_context(live.connect(b"GET /livez HTTP/1.1\r\nX: "))
    time.sleep(_ARRIVED)


def kept(live: Live, stack: ExitStack) -> None:
    """2,000 connections, each answered once and silent since."""
    for _ in range(2000):
        client = stack.enter_context(live.connect(LIVEZ))
        assert client.recv(10_000).startswith(b"HTTP/1.1 200")


def unread(live: Live, stack: ExitStack) -> None:
    """2,000 connections at once that ask and do not even read the answer."""
    for _ in range(2000):
        stack.enter_context(live.connect(LIVEZ))
    time.sleep(2 * _ARRIVED)


def large(live: Live, stack: ExitStack) -> None:
    """30 records of the largest size that stop before their end, and 20 courses whose answers nobody reads."""
    record = b"POST /fhir/$evaluate-mas HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 8000000\r\n\r\n"
    course = of_drugs(300, 1)
    asked = b"POST /v1/trajectories HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    for _ in range(30):
        sender = stack.enter_context(live.connect(record))
        sender.setblocking(False)
        left = memoryview(b"[" + b" " * 7_900_000)
        end = time.monotonic() + _ARRIVED
        while left and time.monotonic() < end:
            with suppress(BlockingIOError, OSError):
                left = left[sender.send(left[:1_000_000]) :]
    for _ in range(20):
        stack.enter_context(silent_reader(live.port, asked % len(course) + course))
    time.sleep(4 * _ARRIVED)


def pipelined(live: Live, stack: ExitStack) -> None:
    """600 clients that ask four times for a large document and read nothing."""
    for _ in range(600):
        stack.enter_context(silent_reader(live.port, CONTRACT * 4))
    time.sleep(2 * _ARRIVED)


CROWDS: dict[str, Callable[[Live, ExitStack], None]] = {
    "120 stalled bodies, 120 slow readers, 40 endless heads": stalled,
    "2,000 kept connections": kept,
    "2,000 answers that nobody reads": unread,
    "600 pipelines that are never read": pipelined,
}
HEAVY: dict[str, Callable[[Live, ExitStack], None]] = {
    "30 large records that stall, 20 long answers that nobody reads": large
}
"""Crowds that are work as well."""


class HangingServer:
    """A FHIR server that takes every call and answers none, and the call that has it asked."""

    def __init__(self, stack: ExitStack) -> None:
        listening = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0), backlog=512)))
        self.base = f"http://127.0.0.1:{listening.getsockname()[1]}/fhir"
        permitted = {
            "access_token": "secret",
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "user/*.read",
            "subject": "mas",
        }
        self.call = dumps(
            call(
                {"patient": patient(), "conditions": bundle(condition())},
                fhirServer=self.base,
                fhirAuthorization=permitted,
            )
        )
