"""A request has an id and a trace: its own where they are well formed, else new ones."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.server.observing import exchange
from service.server.settings import Settings
from tests.support.sample import create_app

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def client() -> FlaskClient:
    """A client of the sample application."""
    return create_app(Settings()).test_client()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("abc-1.2:3_x", True),
        ("a" * 128, True),
        ("a" * 129, False),
        ("", False),
        ("a b", False),
        ("é", False),
        ('a"b', False),
    ],
)
def test_a_request_id_is_taken_over_or_made(client: FlaskClient, given: str, kept: bool) -> None:
    """It is always returned."""
    answer = client.get("/livez", headers={"X-Request-Id": given.encode().decode("latin-1")})
    returned = answer.headers.getlist("X-Request-Id")
    assert len(returned) == 1
    assert (returned[0] == given) is kept
    assert kept or re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", returned[0])


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        (TRACE, True),
        (TRACE[:-2] + "00", True),
        (TRACE.replace("00-", "cc-", 1) + "-more", True),
        (TRACE + "-more", False),
        (TRACE.replace("00-", "ff-", 1), False),
        (TRACE.upper(), False),
        ("00-" + "0" * 32 + "-b7ad6b7169203331-01", False),
        ("00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01", False),
        ("garbage", False),
    ],
)
def test_trace_context_is_followed_when_well_formed(client: FlaskClient, header: str, kept: bool) -> None:
    """The trace goes on under a new parent; anything malformed starts a new trace."""
    _, trace, _, onward = json.loads(client.get("/who", headers={"traceparent": header}).data)
    assert (trace == "0af7651916cd43dd8448eb211c80319c") is kept
    version, same, parent, flags = onward.split("-")
    assert (version, same) == ("00", trace)
    assert len(parent) == 16
    assert parent not in header
    assert flags == (header[53:55] if kept else "01")


def test_outside_a_request_there_is_a_fresh_exchange() -> None:
    """Start-up code may log as well, and an application without the recorder has ids too."""
    assert exchange.current().route == "unmatched"
    app = Flask("bare")
    with app.test_request_context("/", headers={"X-Request-Id": "given"}):
        assert exchange.current() is exchange.current()
        assert exchange.current().request_id == "given"


def test_what_a_client_did_not_take_is_not_counted(client: FlaskClient, capfd: pytest.CaptureFixture[str]) -> None:
    """And the line says that the answer was cut."""
    client.get("/slow?seconds=0", environ_base={"gunicorn.socket": SimpleNamespace(unsent=3)}).close()
    told = json.loads(capfd.readouterr().out)
    assert (told["bytes"], told["cut"]) == (1, True)
