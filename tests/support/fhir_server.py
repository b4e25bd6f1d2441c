"""A small FHIR server for fetch tests, and a socket that hears whether anyone comes."""

import json
import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any, Self

from tests.support.loopback import LoopbackServer

Reply = Callable[[BaseHTTPRequestHandler], None]


class FhirServer(LoopbackServer):
    """Answers each resource type by the reply set for it, and remembers what it was asked and with which headers."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.replies: dict[str, Reply] = {}
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                server.headers.append(dict(self.headers))
                name = self.path.removeprefix("/fhir/").split("?")[0].split("/")[0]
                server.replies.get(name, gives({"resourceType": "Bundle", "type": "searchset"}))(self)

            def log_message(self, *_: Any) -> None:
                pass

        super().__init__(Handler)
        self.base = f"{self.address}/fhir"


def gives(document: Any, status: int = 200, **headers: str) -> Reply:
    """Return a reply with a document; a text is sent as it is."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        body = document.encode() if isinstance(document, str) else json.dumps(document, default=float).encode()
        handler.send_response(status)
        for name, value in (
            {"Content-Type": "application/fhir+json", "Content-Length": str(len(body))} | headers
        ).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def drips(seconds: float) -> Reply:
    """Return a reply that sends a byte of its head now and then: no single read ever times out."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        until = time.monotonic() + seconds
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        try:
            while time.monotonic() < until:
                handler.wfile.write(b"a")
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    return reply


class Listener:
    """A socket on loopback that counts who connects."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def heard(self) -> bool:
        """Return whether anyone has connected."""
        self.socket.settimeout(0.05)
        try:
            self.socket.accept()[0].close()
        except TimeoutError:
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
