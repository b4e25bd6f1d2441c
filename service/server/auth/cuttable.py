"""Connections to other hosts that can be cut: a server that sends a byte now and then would never time out."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

Dial = Callable[[HTTPConnection], socket.socket]


class CuttableAdapter(HTTPAdapter):
    """requests' adapter that holds a second handle of each connection; ``dial`` makes them in its own way.

    TLS takes the socket over and leaves the object that was dialled empty: only a handle of our own can end it.
    """

    def __init__(self, dial: Dial | None = None) -> None:
        self._dial = dial
        self._held: list[socket.socket] = []
        self._over = False
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Prepare direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self._hear_of_each(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Prepare connections through a proxy."""
        manager = super().proxy_manager_for(*args, **kwargs)
        self._hear_of_each(manager)
        return manager

    def cut(self) -> None:
        """End whatever is still going on, and whatever begins later; must be called once all is done, too."""
        self._over = True
        for held in self._held:
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)
            held.close()

    def _hear_of_each(self, manager: PoolManager) -> None:
        hold, dial = self._hold, self._dial

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return hold(dial(self) if dial else super()._new_conn())

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return hold(dial(self) if dial else super()._new_conn())

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    def _hold(self, sock: socket.socket) -> socket.socket:
        self._held.append(sock.dup())
        if self._over:  # it was cut while this one was being made
            self.cut()
        return sock
