"""What an operator reads after an install: how to call the service, and what is open, missing or cannot work."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import rendering

pytestmark = pytest.mark.chart

INGRESS = {"ingress": {"enabled": True, "hosts": ["mas.example.org"]}, "auth": {"enforcedUpstream": True}}
ALERTS = {"monitoring": {"prometheusRule": {"enabled": True}}}


def notes(values: dict[str, Any]) -> str:
    """Render the notes."""
    return rendering.files(values)["NOTES.txt"]


@pytest.mark.parametrize(
    ("values", "warning"),
    [
        ({}, "auth.mode is none"),
        ({}, "image.registry is empty"),
        ({"image": {"tag": "latest"}}, 'the tag "latest" moves'),
        ({"replicaCount": 1}, "one pod"),
        ({"resources": None}, "no resources"),
        ({"networkPolicy": {"enabled": False}}, "no NetworkPolicy"),
        (INGRESS, "the Ingress has no TLS"),
        (INGRESS, "networkPolicy.from lets in this namespace alone"),
        ({"podSecurityContext": {"runAsNonRoot": False}}, "podSecurityContext or securityContext is weaker"),
        ({"podSecurityContext": None}, "podSecurityContext or securityContext is weaker"),
        ({"securityContext": None}, "podSecurityContext or securityContext is weaker"),
        ({"securityContext": {"privileged": True}}, "podSecurityContext or securityContext is weaker"),
        ({"securityContext": {"capabilities": {"drop": []}}}, "podSecurityContext or securityContext is weaker"),
        (ALERTS, "alerts without the ServiceMonitor: they see only series labelled namespace="),
        (ALERTS, "monitoring.prometheusRule.runbookUrl is no address"),
    ],
    ids=str,
)
def test_notes_warn(values: dict[str, Any], warning: str) -> None:
    assert f"WARNING: {warning}" in notes(values)


@pytest.mark.parametrize(
    ("values", "warning"),
    [
        ({"networkPolicy": {"from": [{"namespaceSelector": {}}]}, **INGRESS}, "networkPolicy.from"),
        ({"networkPolicy": {"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}, **INGRESS}, "networkPolicy.from"),
        ({"networkPolicy": {"enabled": False}, **INGRESS}, "networkPolicy.from"),
        ({}, "networkPolicy.from"),
        ({}, "weaker"),
        ({}, "monitoring"),
    ],
    ids=str,
)
def test_notes_do_not_warn_in_vain(values: dict[str, Any], warning: str) -> None:
    assert warning not in notes(values)


def test_notes_are_quiet_when_all_is_well() -> None:
    said = notes(rendering.values_of("everything"))
    assert "WARNING" not in said
    assert "https://mas.example.org" in said
    assert "Off: nothing" in said


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, True),
        ({"config": {"web": False}}, False),
        ({"auth": {"mode": "api_key", "apiKeysSecret": "keys"}}, False),
        ({"auth": {"mode": "api_key", "apiKeysSecret": "keys"}, "config": {"web": True}}, True),
    ],
    ids=str,
)
def test_the_page_is_offered_only_where_it_is_served(values: dict[str, Any], told: bool) -> None:
    assert ("in a browser" in notes(values)) is told


def test_credentials_are_spoken_of_only_where_they_are_asked_for() -> None:
    assert "with credentials" not in notes({})
    assert "with credentials" in notes({"auth": {"mode": "api_key", "apiKeysSecret": "keys"}})
