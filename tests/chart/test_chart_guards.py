"""Combinations that cannot work stop the install with a message that says what to change."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chart import rendering

pytestmark = pytest.mark.chart

ROUTED = {"ingress": {"enabled": True, "hosts": ["mas.example.org"]}, "auth": {"enforcedUpstream": True}}
JWT = {
    "mode": "jwt",
    "jwt": {"issuers": ["https://ehr.example.org"], "audience": "https://mas.example.org", "jwksSecret": "keys"},
}

FORBIDDEN = {
    "drain longer than the grace period": ({"drain": {"terminationGracePeriodSeconds": 39}}, "must be at least 40"),
    "more time for requests, same grace period": ({"drain": {"gracefulSeconds": 31}}, "must be at least 46"),
    "longer sleep, same grace period": ({"drain": {"preStopSeconds": 16}}, "must be at least 46"),
    "autoscaler upside down": ({"autoscaling": {"enabled": True, "minReplicas": 7}}, "must not be below"),
    "autoscaler without a metric": ({"autoscaling": {"enabled": True, "cpuPercent": 0}}, "needs a metric"),
    "autoscaler on a request that is not there": (
        {"autoscaling": {"enabled": True}, "resources": {"requests": {"cpu": None}}},
        "resources.requests.cpu",
    ),
    "budget of nothing": ({"podDisruptionBudget": {"maxUnavailable": 0}}, "blocks every drain"),
    "budget of nothing, in percent": ({"podDisruptionBudget": {"maxUnavailable": "0%"}}, "blocks every drain"),
    "API keys from nowhere": ({"auth": {"mode": "api_key"}}, "needs auth.apiKeysSecret"),
    "tokens of anyone": (
        {"auth": {"mode": "jwt", "jwt": {"jwksSecret": "keys"}}},
        "auth.jwt.issuers and auth.jwt.audience",
    ),
    "tokens without keys": ({"auth": {**JWT, "jwt": {**JWT["jwt"], "jwksSecret": ""}}}, "exactly one of"),  # type: ignore[dict-item]
    "tokens with two key sets": (
        {"auth": {**JWT, "jwt": {**JWT["jwt"], "jwksUrl": "https://ehr.example.org/keys"}}},  # type: ignore[dict-item]
        "exactly one of",
    ),
    "open to the outside": ({"ingress": ROUTED["ingress"]}, "auth.mode none"),
    "open to the gateway": (
        {"httpRoute": {"enabled": True, "parentRefs": [{"name": "g"}], "hostnames": ["mas.example.org"]}},
        "auth.mode none",
    ),
    "ingress for every name": ({**ROUTED, "ingress": {"enabled": True}}, "needs ingress.hosts"),
    "route from nowhere": (
        {"auth": ROUTED["auth"], "httpRoute": {"enabled": True, "hostnames": ["mas.example.org"]}},
        "httpRoute.parentRefs",
    ),
    "route for every name": (
        {"auth": ROUTED["auth"], "httpRoute": {"enabled": True, "parentRefs": [{"name": "g"}]}},
        "httpRoute.hostnames",
    ),
    "everything public": ({"publicPaths": [{"path": "/", "type": "Prefix"}]}, "would route metrics or probes"),
    "metrics public": ({"publicPaths": [{"path": "/metrics", "type": "Exact"}]}, "would route metrics or probes"),
    "metrics public by prefix": (
        {"publicPaths": [{"path": "/Metrics", "type": "Prefix"}]},
        "would route metrics or probes",
    ),
    "probes public": ({"publicPaths": [{"path": "/readyz", "type": "Exact"}]}, "would route metrics or probes"),
    "scraped twice": ({"monitoring": {"annotations": True, "serviceMonitor": {"enabled": True}}}, "choose one"),
    "scrapes that overlap": (
        {"monitoring": {"serviceMonitor": {"timeoutSeconds": 31}}},
        "must not exceed intervalSeconds",
    ),
    "calls out, walled in": ({"config": {"fhirFetchServers": ["https://fhir.example.org"]}}, "networkPolicy.egress"),
    "keys out of reach": (
        {"auth": {**JWT, "jwt": {**JWT["jwt"], "jwksSecret": "", "jwksUrl": "https://ehr.example.org/keys"}}},  # type: ignore[dict-item]
        "networkPolicy.egress",
    ),
    "setting given twice": ({"extraEnv": [{"name": "PORT", "value": "9090"}]}, "extraEnv: PORT"),
    "setting past its value": (
        {"extraEnv": [{"name": "MAS_JWT_AUDIENCE", "value": "any"}]},
        "extraEnv: MAS_JWT_AUDIENCE",
    ),
    "label given twice": ({"commonLabels": {"team": "a"}, "podLabels": {"team": "b"}}, "podLabels: team"),
}

ALLOWED = {
    "drain that just fits": {"drain": {"terminationGracePeriodSeconds": 40}},
    "autoscaler of one size": {"autoscaling": {"enabled": True, "minReplicas": 6}},
    "autoscaler by requests alone": {"autoscaling": {"enabled": True, "cpuPercent": 0, "requestsPerSecond": 100}},
    "budget of a quarter": {"podDisruptionBudget": {"maxUnavailable": "25%"}},
    "API keys": {"auth": {"mode": "api_key", "apiKeysSecret": "keys"}},
    "tokens": {"auth": JWT},
    "route with tokens": {"auth": JWT, "ingress": ROUTED["ingress"]},
    "route behind a gateway that authenticates": ROUTED,
    "path that only begins like metrics": {"publicPaths": [{"path": "/metricspage", "type": "Exact"}]},
    "calls out, no wall": {
        "config": {"fhirFetchServers": ["https://fhir.example.org"]},
        "networkPolicy": {"enabled": False},
    },
    "foreign variable": {"extraEnv": [{"name": "TZ", "value": "Etc/UTC"}]},
}


@pytest.mark.parametrize(("values", "message"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_forbidden(values: dict[str, Any], message: str) -> None:
    helm = rendering.module("helm_python")
    with pytest.raises(helm.HelmRenderError, match=message):
        rendering.manifests(values)


@pytest.mark.parametrize("values", ALLOWED.values(), ids=ALLOWED)
def test_allowed(values: dict[str, Any]) -> None:
    assert rendering.manifests(values)


@pytest.mark.parametrize(
    ("version", "values", "told"),
    [
        ("v1.29.0", {}, "set drain.sleep to exec"),
        ("v1.29.0", {"drain": {"sleep": "exec"}}, ""),
        (
            "v1.29.0",
            {"drain": {"sleep": "exec"}, "service": {"trafficDistribution": "PreferClose"}},
            "trafficDistribution needs",
        ),
        ("v1.30.0", {"service": {"trafficDistribution": "PreferClose"}}, ""),
    ],
)
def test_an_old_cluster_is_told_what_it_lacks(
    version: str, values: dict[str, Any], told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Lint alone takes a Kubernetes version; it reports a guard on stderr instead of stopping."""
    rendering.module("helm_python").lint(rendering.CHART, values, strict=True, kube_version=version)
    output = capfd.readouterr().err
    assert told in output
    assert bool(told) is ("fail message" in output)
