"""Alive and ready are two answers."""

from __future__ import annotations

import pytest

from service.server import drain, health
from service.server.settings import Settings
from tests.support.sample import create_app


@pytest.mark.usefixtures("handlers")
def test_a_draining_process_is_alive_but_not_ready() -> None:
    """A probe tells the two apart."""
    client = create_app(Settings()).test_client()
    drain.announce()
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").status_code == 200


def test_readiness_may_have_several_conditions() -> None:
    """All must hold."""
    app = create_app(Settings())
    health.ready_when(app, lambda: True)
    assert app.test_client().get("/readyz").status_code == 200
    health.ready_when(app, lambda: False)
    assert app.test_client().get("/readyz").status_code == 503


@pytest.mark.usefixtures("handlers")
def test_a_bad_file_counts_only_where_it_is_asked_to() -> None:
    """The last good content is served on either way."""
    app = create_app(Settings())
    drain.note_bad_files(bad=True)
    assert app.test_client().get("/readyz").status_code == 200
    app.config[health.NEEDS_FILES] = True
    assert app.test_client().get("/readyz").status_code == 503
    assert "mas_bad_files 1" in app.test_client().get("/metrics").text
