"""A worker whose event loop can watch any connection, and which leaves none behind when it stops."""

from __future__ import annotations

import select
import selectors
import socket
from collections.abc import Callable

from gunicorn.workers.gthread import TConn, ThreadWorker  # type: ignore[import-untyped]

Act = Callable[[TConn], None]


class WatchfulWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threaded worker: what is done in its event loop between requests is up to those who watch."""

    def watch(self, conn: TConn, act: Act) -> None:
        """Call back whenever a connection has something to read."""
        self.poller.register(conn.sock, selectors.EVENT_READ, lambda _sock: act(conn))

    def watch_writable(self, conn: TConn, act: Act) -> None:
        """Call back whenever a connection takes something."""
        self.poller.register(conn.sock, selectors.EVENT_WRITE, lambda _sock: act(conn))

    def unwatch(self, conn: TConn) -> None:
        """Call back no more; a connection that is not watched, or closed, is left as it is."""
        if conn.sock.fileno() >= 0 and conn.sock in self.poller.get_map():
            self.poller.unregister(conn.sock)

    def set_accept_enabled(self, enabled: bool) -> None:  # gunicorn's
        """Stop accepting; when stopping for good, first take the connections the kernel has accepted already."""
        stopping = not enabled and not self.alive
        for listener in self.sockets if stopping else ():
            listener.setblocking(False)
            self._take_backlog(listener)
        super().set_accept_enabled(enabled)
        for listener in self.sockets if stopping else ():
            listener.close()  # else new clients would wait in a queue that nobody empties

    def _take_backlog(self, listener: socket.socket) -> None:
        while self.nr_conns < self.worker_connections and select.select([listener], [], [], 0)[0]:
            self.accept(listener)
