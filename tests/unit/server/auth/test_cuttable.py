"""A connection can be ended by another thread, whatever it waits for, and none begins after that."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
import requests

from service.server.auth.cuttable import CuttableAdapter


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)
        yield listening


def address(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}/"


def get(adapter: CuttableAdapter, url: str) -> None:
    with requests.Session() as session:
        session.mount("http://", adapter)
        with pytest.raises(requests.ConnectionError):
            session.get(url, timeout=60)


def test_a_read_that_waits_is_ended(listener: socket.socket) -> None:
    adapter = CuttableAdapter()
    reading = threading.Thread(target=get, args=(adapter, address(listener)))
    reading.start()
    with listener.accept()[0] as accepted:
        accepted.settimeout(20)
        assert accepted.recv(4) == b"GET "
        adapter.cut()
        reading.join(20)
    assert not reading.is_alive()


def test_what_begins_after_the_cut_is_ended_at_once(listener: socket.socket) -> None:
    adapter = CuttableAdapter()
    adapter.cut()
    get(adapter, address(listener))


def test_a_connection_is_made_in_the_way_that_is_asked_for(listener: socket.socket) -> None:
    adapter = CuttableAdapter(lambda _: socket.create_connection(listener.getsockname()))
    adapter.cut()
    get(adapter, "http://elsewhere.example/")
    listener.accept()[0].close()  # it came here
