"""Who reaches the service: every public path is routed, no other is, and the network lets in and out what is named."""

from __future__ import annotations

import re

import pytest

from service.app import create_app
from tests.support import rendering
from tests.support.rendering import Manifest, manifests, only

pytestmark = pytest.mark.chart

PROTECTED = re.compile(r"^/(metrics|livez|readyz)", re.IGNORECASE)


def routed(objects: list[Manifest]) -> dict[str, list[tuple[str, str]]]:
    """Return the paths that the Ingress and the HTTPRoute send here, with their kind, `Exact` or a prefix."""
    ingress = [p for rule in only(objects, "Ingress")["spec"]["rules"] for p in rule["http"]["paths"]]
    route = [m["path"] for rule in only(objects, "HTTPRoute")["spec"]["rules"] for m in rule["matches"]]
    return {
        "Ingress": [(p["path"], p["pathType"]) for p in ingress],
        "HTTPRoute": [(p["value"], p["type"]) for p in route],
    }


def matched(path: str, rules: list[tuple[str, str]]) -> bool:
    """Whether a path is sent here; a prefix counts whole segments, as Kubernetes demands."""
    return any(path == rule or (kind != "Exact" and path.startswith(f"{rule}/")) for rule, kind in rules)


@pytest.mark.parametrize("kind", ["Ingress", "HTTPRoute"])
def test_every_route_of_the_service_is_sent_here_but_metrics_and_probes(kind: str) -> None:
    rules = routed(manifests(rendering.values_of("everything")))[kind]
    served = {re.sub(r"<[^>]+>", "x", rule.rule) for rule in create_app().url_map.iter_rules()}
    assert {path for path in served if not matched(path, rules)} == {"/metrics", "/livez", "/readyz"}


def test_nothing_outside_reaches_metrics_or_probes() -> None:
    objects = manifests(rendering.values_of("everything"))
    rules = [rule for kind in routed(objects).values() for rule in kind]
    assert ("/v1", "Prefix") in rules
    assert ("/v1", "PathPrefix") in rules
    assert not [path for path, kind in rules if PROTECTED.match(path) or (path == "/" and kind != "Exact")]
    assert all(rule["host"] for rule in only(objects, "Ingress")["spec"]["rules"])


def test_network_lets_in_only_the_named_peers_and_nothing_out() -> None:
    policy = only(manifests({}), "NetworkPolicy")["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["egress"] == []
    (rule,) = policy["ingress"]
    assert rule["ports"] == [{"port": "http", "protocol": "TCP"}]
    assert {"podSelector": {}} in rule["from"]
    walled = only(manifests({"networkPolicy": {"from": [], "metricsFrom": []}}), "NetworkPolicy")["spec"]["ingress"][0][
        "from"
    ]
    assert walled == [
        {
            "podSelector": {
                "matchLabels": {"app.kubernetes.io/name": "mas-risk-service-test", "app.kubernetes.io/instance": "mas"}
            }
        }
    ]


def test_network_lets_out_what_is_listed_and_dns() -> None:
    egress = only(manifests(rendering.values_of("everything")), "NetworkPolicy")["spec"]["egress"]
    assert [[p["port"] for p in rule["ports"]] for rule in egress] == [[53, 53], [443]]
