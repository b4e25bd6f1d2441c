"""What every test may ask for: the application, a client, and requests to it."""

import gc
import os
import resource
import signal
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from service.app import create_app
from service.server.messages.strict_json import dumps, loads
from service.server.settings import Settings
from tests.support.drawn import ALL, drawn

settings.register_profile(
    "here",
    deadline=None,
    max_examples=drawn(100),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.register_profile("ci", settings.get_profile("here"), derandomize=True, print_blob=True)
settings.load_profile("ci" if ALL else "here")

FILES = 20_000  # connections of a crowd; where people log in, many a shell allows 1,024 at first

signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background is started with it ignored

_soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
if _soft < FILES:
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES if _hard == resource.RLIM_INFINITY else min(FILES, _hard), _hard))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return one worker per core; outside CI one more if slow tests run, since many of them wait for servers."""
    return (os.cpu_count() or 1) + (not ALL and config.option.markexpr != "not slow")


def pytest_collection_finish() -> None:
    """Some ten thousand tests were listed and stay: no collection of garbage need look at them again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def app() -> Flask:
    return create_app(Settings())


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def post(client: FlaskClient) -> Callable[..., Any]:
    """Post a request to /v1/assessments and return (status, document)."""

    def send(**request: Any) -> tuple[int, Any]:
        answer = client.post("/v1/assessments", data=dumps(request), content_type="application/json")
        return answer.status_code, loads(answer.data)

    return send
