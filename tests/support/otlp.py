"""A collector of OpenTelemetry spans: takes OTLP over HTTP, as those of hospitals do, and keeps what it was sent."""

from __future__ import annotations

import gzip
from http.server import BaseHTTPRequestHandler
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.loopback import LoopbackServer


class Collector(LoopbackServer):
    """Keeps the bytes of each request and the spans in it."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.paths: list[str] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                packed = self.headers.get("Content-Encoding") == "gzip"
                collector.paths.append(self.path)
                collector.sent.append(gzip.decompress(body) if packed else body)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        super().__init__(Handler)
        self.url = f"{self.address}/v1/traces"

    def resources(self) -> list[dict[str, Any]]:
        """The attributes of what has sent spans."""
        exported = [ExportTraceServiceRequest.FromString(body) for body in self.sent]
        return [attributes(held.resource.attributes) for request in exported for held in request.resource_spans]

    def spans(self) -> list[Any]:
        """Every span that was sent."""
        exported = [ExportTraceServiceRequest.FromString(body) for body in self.sent]
        scopes = [scope for request in exported for held in request.resource_spans for scope in held.scope_spans]
        return [span for scope in scopes for span in scope.spans]


def attributes(pairs: Any) -> dict[str, Any]:
    """Attributes as a dictionary."""
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}
