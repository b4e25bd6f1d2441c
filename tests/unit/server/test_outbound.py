"""Calls to other hosts: bounded, and none to a host that does not answer."""

from __future__ import annotations

import pytest

from service.server import outbound
from service.server.outbound import NotCalled, Outbound


def test_only_so_many_calls_go_on_at_once() -> None:
    """One more is not made."""
    calls = Outbound("fhir", most=1)
    with pytest.raises(NotCalled):
        calls.call("a", lambda: calls.call("b", lambda: 1, bool), bool)
    assert calls.call("a", lambda: 1, bool) == 1


def test_a_host_that_fails_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then one call tries it; a good answer ends the pause, a bad one begins it again."""
    now = [0.0]
    calls = Outbound("fhir", clock=lambda: now[0])
    for _ in range(5):
        calls.call("a", dict, bool)
    with pytest.raises(NotCalled):
        calls.call("a", dict, bool)
    assert calls.call("b", lambda: 1, bool) == 1
    now[0] = 31.0
    calls.call("a", dict, bool)
    with pytest.raises(NotCalled):
        calls.call("a", dict, bool)
    now[0] = 62.0
    assert calls.call("a", lambda: 1, bool) == 1
    assert calls.call("a", lambda: 1, bool) == 1
    monkeypatch.setattr(outbound, "_MOST_HOSTS", 1)
    calls.call("c", lambda: 1, bool)
    assert set(calls.breakers) == {"c"}


def test_a_call_that_raises_has_failed() -> None:
    """Its slot is free again."""
    calls = Outbound("fhir", most=1)
    with pytest.raises(ZeroDivisionError):
        calls.call("a", lambda: 1 // 0, bool)
    assert (calls.running, calls.breakers["a"].failures) == (0, 1)
