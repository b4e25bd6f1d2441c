"""The worker: gunicorn's gevent worker, with the connections that say nothing kept in order of age.

A connection costs a greenlet, so that a slow client delays nobody. The clocks of one connection are in ``connection``.
"""

from __future__ import annotations

import time
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import gevent  # type: ignore[import-untyped]
from gunicorn.workers.ggevent import GeventWorker  # type: ignore[import-untyped]

from service.server.drain import draining
from service.server.serving.connection import Connection
from service.server.serving.holdings import Holdings, limit_of
from service.server.settings import from_environment

_CROWDED = 0.9  # of the connections a worker may hold: beyond, the oldest silent ones are ended
_LAST_WORD = 1.5  # seconds before the end of the grace at which requests are ended, so that they are logged
_SILENCE = 0.5  # seconds until a silent connection ends at a stop: gunicorn looks once a second whether all are gone
_TURN_SECONDS = 1.1  # until gunicorn's loop has seen the stop and closed its ports
_LATE_SECONDS = 5.0  # for those who were in the queue


class PatientWorker(GeventWorker):  # type: ignore[misc]
    """gunicorn's gevent worker that ends silent connections, oldest first, when it is crowded or stops.

    Only the four handlers are gunicorn's methods; its hooks call ``begin`` and ``finish`` (see ``gunicorn_conf``).
    """

    is_stopping = False

    def begin(self) -> None:
        """Prepare the account of connections, in the process that serves and before it does."""
        chosen = from_environment()
        self.pause = chosen.body_read_seconds
        self.holdings = Holdings(
            limit_of(max(chosen.max_body_bytes, chosen.fhir_max_body_bytes), chosen.max_answer_bytes)
        )
        self.idle: dict[Connection, float] = {}  # since when, oldest first
        self.served: dict[Connection, Any] = {}  # by which greenlet
        self.ports: list[Any] = [port.dup() for port in self.sockets]
        self.late: list[Any] = []

    def finish(self) -> None:
        """After a stop, serve those who were in the queue of a port then."""
        if self.is_stopping:
            self.serve_queue()
            gevent.joinall(self.late, timeout=_LATE_SECONDS)

    def held(self) -> tuple[int, int, int]:
        """Tell how many connections are served, how many of them are silent, and how many there may be."""
        return len(self.served), len(self.idle), self.worker_connections

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve one connection; in a crowd the longest silent one makes room for it."""
        connection = Connection(client, self.pause, self.note_idle, self.holdings)
        self.served[connection] = gevent.getcurrent()
        if len(self.served) > _CROWDED * self.worker_connections and self.idle:
            self.end_silent(next(iter(self.idle)))
        try:
            super().handle(listener, connection, addr)
        finally:
            del self.served[connection]

    def handle_request(self, listener_name: Any, req: Any, sock: Connection, addr: Any) -> None:
        """Serve one request, then let the others have a turn: one busy connection would starve them."""
        sock.begin(req)
        if draining():
            req.force_close()
        super().handle_request(listener_name, req, sock, addr)
        sock.expect()
        gevent.sleep(0)

    def handle_error(self, _req: Any, client: Connection, _addr: Any, exc: BaseException) -> None:
        """Answer a request that could not be served, in the service's form and without repeating it."""
        from service.server.serving import refusals  # noqa: PLC0415  # imported before the patch, its locks would be threads'

        if isinstance(exc, Exception) and not client.unsent:
            with suppress(OSError):
                client.sendall(refusals.answer(self.wsgi, exc, client.head))

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop: silent connections end, and requests shortly before the grace does."""
        super().handle_exit(sig, frame)
        self.is_stopping = True
        if self.booted:  # before, it holds no connection
            gevent.spawn(self.retire)

    def retire(self) -> None:
        """End each connection that has been silent for half a second, and at last all; runs until the process ends."""
        gevent.spawn_later(_TURN_SECONDS, self.serve_queue)
        last = time.monotonic() + max(0.0, self.cfg.graceful_timeout - _LAST_WORD)
        while time.monotonic() < last:
            old = time.monotonic() - _SILENCE
            for connection in [silent for silent, since in self.idle.items() if since < old]:
                self.end_silent(connection)
            gevent.sleep(0.05)
        gevent.killall(list(self.served.values()), block=False)  # pragma: no cover  # as the process ends

    def note_idle(self, connection: Connection, idle: bool) -> None:  # a callback's state
        """Keep account of who is silent."""
        if idle:
            self.idle[connection] = time.monotonic()
        else:
            self.idle.pop(connection, None)

    def end_silent(self, connection: Connection) -> None:
        """End a connection that is silent; a request that has come in the meantime is still answered."""
        del self.idle[connection]
        with suppress(OSError):
            connection.hush()

    def serve_queue(self) -> None:
        """Close the ports once nobody is left in their queues: the kernel would reset those it has accepted already."""
        ports, self.ports = self.ports, []
        for port in ports:
            name = port.getsockname()
            closed = SimpleNamespace(getsockname=lambda name=name: name)
            port.setblocking(False)
            with suppress(BlockingIOError), port:
                while True:
                    self.late.append(gevent.spawn(self.handle, closed, *port.accept()))
