"""One line to one permitted FHIR server: where a name leads is checked before connecting, and all of it can be cut."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from typing import cast

import requests
import urllib3
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError
from urllib3.util.connection import create_connection

from service.ehr.cds_hooks.allow_list import may_connect
from service.server.auth.cuttable import CuttableAdapter

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
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy, no .netrc: the token goes where it was meant to go
        self._session.verify = ca_file or True
        self._adapter = CuttableAdapter(_connect)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._adapter)

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
        """End whatever is still going on."""
        self._adapter.cut()
        self._session.close()

    def _body(self, answer: requests.Response) -> bytes:
        body = b""
        while part := cast("bytes", answer.raw.read1(BLOCK)):
            body += part
            if len(body) > self._largest or time.monotonic() > self._deadline:
                raise NotRead
        return body


def _connect(connection: HTTPConnection) -> socket.socket:
    """Connect to the very address that was checked: the name is not looked up a second time."""
    try:
        found = socket.getaddrinfo(connection.host, connection.port, type=socket.SOCK_STREAM)
        addresses = [str(answer[4][0]) for answer in found]
        if not addresses or not all(may_connect(connection.host, address) for address in addresses):
            raise NewConnectionError(connection, "the name leads to an address that is not permitted")
        return _reach(connection, addresses)
    except OSError as error:
        raise NewConnectionError(connection, "no connection") from error


def _reach(connection: HTTPConnection, addresses: list[str]) -> socket.socket:
    """Connect to the first address that answers: a name may have one of IPv6 where there is no IPv6."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return _dial(connection, address)
    return _dial(connection, addresses[-1])


def _dial(connection: HTTPConnection, address: str) -> socket.socket:
    return create_connection((address, connection.port), connection.timeout, socket_options=connection.socket_options)
