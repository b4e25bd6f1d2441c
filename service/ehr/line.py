"""One line to one permitted FHIR server: where a name leads is checked before connecting, and all of it can be cut."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from typing import Any, cast

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util.connection import create_connection

from service.ehr.fhir_server import may_connect

BLOCK = 65_536


class NotRead(Exception):
    """The server did not give the resource: the reason is the operator's business, not the caller's."""


class Line:
    """A session with a deadline (seconds from now); it follows no redirect and takes nothing from the environment.

    ``ca_file`` holds the authorities that sign for the server; "" means the public ones.
    """

    def __init__(self, seconds: float, largest: int, ca_file: str = "") -> None:
        self._deadline = time.monotonic() + seconds
        self._largest = largest
        self._sockets: list[socket.socket] = []
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy, no .netrc: the token goes where it was meant to go
        self._session.verify = ca_file or True
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(self._sockets))

    def remaining(self) -> float:
        """Return the seconds left, never less than 1 ms."""
        return max(self._deadline - time.monotonic(), 0.001)

    def get(self, address: str, headers: dict[str, str]) -> bytes:
        """Return the body of a 200 answer; raises NotRead."""
        wait = self.remaining()
        try:
            with self._session.get(
                address, headers=headers, timeout=(wait, wait), allow_redirects=False, stream=True
            ) as answer:
                if (
                    answer.status_code != requests.codes.ok
                    or answer.headers.get("Content-Encoding", "identity") != "identity"
                ):
                    raise NotRead
                return self._body(answer)
        except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:  # requests' own errors are OSErrors
            raise NotRead from error

    def cut(self) -> None:
        """End whatever is still going on: a server that sends a byte now and then would never time out."""
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._session.close()

    def _body(self, answer: requests.Response) -> bytes:
        body = b""
        while part := cast("bytes", answer.raw.read1(BLOCK)):
            body += part
            if len(body) > self._largest or time.monotonic() > self._deadline:
                raise NotRead
        return body


class _Adapter(HTTPAdapter):
    """requests' adapter with connections that look where they go."""

    def __init__(self, sockets: list[socket.socket]) -> None:
        self._sockets = sockets
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        sockets = self._sockets

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return _connect(self, sockets)

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return _connect(self, sockets)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}


def _connect(connection: HTTPConnection, sockets: list[socket.socket]) -> socket.socket:
    """Connect to the very address that was checked: the name is not looked up a second time."""
    try:
        found = socket.getaddrinfo(connection.host, connection.port, type=socket.SOCK_STREAM)
        addresses = [str(one[4][0]) for one in found]
        if not addresses or not all(may_connect(connection.host, one) for one in addresses):
            raise NewConnectionError(connection, "the name leads to an address that is not permitted")
        sock = _reach(connection, addresses)
    except OSError as error:
        raise NewConnectionError(connection, "no connection") from error
    sockets.append(sock)
    return sock


def _reach(connection: HTTPConnection, addresses: list[str]) -> socket.socket:
    """Connect to the first address that answers: a name may have one of IPv6 where there is no IPv6."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return _dial(connection, address)
    return _dial(connection, addresses[-1])


def _dial(connection: HTTPConnection, address: str) -> socket.socket:
    return create_connection((address, connection.port), connection.timeout, socket_options=connection.socket_options)
