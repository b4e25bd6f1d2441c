"""Combinations that cannot work stop the install with a message that says what to change."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import rendering

pytestmark = pytest.mark.chart

ROUTED = {"ingress": {"enabled": True, "hosts": ["mas.example.org"]}, "auth": {"enforcedUpstream": True}}


def routed(**ingress: object) -> dict[str, Any]:
    """Return values that route from outside, with more said about the Ingress."""
    return {**ROUTED, "ingress": {**ROUTED["ingress"], **ingress}}


def mounted(name: str, path: str) -> dict[str, Any]:
    """Return values that mount a further volume."""
    return {
        "extraVolumes": [{"name": "site", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": name, "mountPath": path}],
    }


JWT = {
    "mode": "jwt",
    "jwt": {"issuers": ["https://ehr.example.org"], "audience": "https://mas.example.org", "jwksSecret": "keys"},
}

FORBIDDEN = {
    "sidecar under the service's own name": (
        {"extraContainers": [{"name": "mas-risk-service", "image": "a"}]},
        "mas-risk-service is the name of another container",
    ),
    "two containers of one name": (
        {"initContainers": [{"name": "a", "image": "a"}], "extraContainers": [{"name": "a", "image": "a"}]},
        "a is the name of another container",
    ),
    "launch without servers": ({"smart": {"clientId": "mas"}}, "smart.issuers"),
    "launch without a client": ({"smart": {"issuers": ["https://ehr.example.org/r4"]}}, "smart.clientId"),
    "frames without a launch": ({"smart": {"frameOrigins": ["https://ehr.example.org"]}}, "smart.clientId"),
    "launch without the page": (
        {"config": {"web": False}, "smart": {"clientId": "mas", "issuers": ["https://ehr.example.org/r4"]}},
        "config.web is false",
    ),
    "callers named by nobody": ({"auth": {"callerHeader": "X-Caller"}}, "auth.callerHeader"),
    "callers named twice": (
        {"auth": {**JWT, "enforcedUpstream": True, "callerHeader": "X-Caller"}},
        "auth.callerHeader",
    ),
    "audit without a key": ({"audit": {"destination": "stdout"}}, "audit.keySecret"),
    "audit of nothing": ({"audit": {"keySecret": "key"}}, "audit.destination"),
    "audit into a read-only root": (
        {"audit": {"destination": "/var/audit/lines", "keySecret": "key"}},
        "no volume of extraVolumeMounts holds /var/audit/lines",
    ),
    "no DNS at all": ({"dnsPolicy": "None"}, "dnsConfig.nameservers"),
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
    "budget of everything": ({"podDisruptionBudget": {"maxUnavailable": 2}}, "lets all 2 pods go at once"),
    "budget of everything once rounded up": ({"podDisruptionBudget": {"maxUnavailable": "51%"}}, "lets all 2 pods go"),
    "budget of everything the autoscaler keeps": (
        {"replicaCount": 9, "autoscaling": {"enabled": True}, "podDisruptionBudget": {"maxUnavailable": 2}},
        "lets all 2 pods go at once",
    ),
    "keys that nobody asks for": ({"auth": {"apiKeysSecret": "keys"}}, "auth.apiKeysSecret has no effect"),
    "issuers that nobody asks": ({"auth": {"jwt": JWT["jwt"]}}, "auth.jwt has no effect with auth.mode none"),
    "two ways to prove": ({"auth": {**JWT, "apiKeysSecret": "keys"}}, "no effect with auth.mode jwt"),
    "exact path read as a pattern": (
        routed(annotations={"nginx.ingress.kubernetes.io/use-regex": "true"}),
        "would then match /metrics",
    ),
    "path rewritten": (
        routed(annotations={"nginx.ingress.kubernetes.io/rewrite-target": "/metrics"}),
        "would then match /metrics",
    ),
    "TLS for another host": (
        routed(tls=[{"secretName": "tls", "hosts": ["other.example.org"]}]),
        "but not mas.example.org",
    ),
    "annotation of the chart's own": ({"podAnnotations": {"checksum/config": "x"}}, "podAnnotations: checksum/config"),
    "scrape annotation given twice": (
        {"podAnnotations": {"prometheus.io/path": "/m"}, "monitoring": {"annotations": True}},
        "podAnnotations: prometheus.io/path",
    ),
    "variable given twice": (
        {"extraEnv": [{"name": "TZ", "value": "UTC"}, {"name": "TZ", "value": "CET"}]},
        "extraEnv: TZ stands twice",
    ),
    "gunicorn's own settings": (
        {"extraEnv": [{"name": "GUNICORN_CMD_ARGS", "value": "--workers 8"}]},
        "extraEnv: GUNICORN_CMD_ARGS",
    ),
    "volume of the chart's own": ({"extraVolumes": [{"name": "tmp", "emptyDir": {}}]}, "extraVolumes: tmp"),
    "volume given twice": (
        {"extraVolumes": [{"name": "site", "emptyDir": {}}, {"name": "site", "emptyDir": {}}]},
        "extraVolumes: site",
    ),
    "mount of nothing": (mounted("sight", "/site"), "extraVolumeMounts: sight is not among extraVolumes"),
    "mount over the code": (mounted("site", "/app"), "/app would hide"),
    "mount over the keys": (mounted("site", "/etc/mas/jwks"), "/etc/mas/jwks would hide"),
    "root that is not root": ({"podSecurityContext": {"runAsUser": 0}}, "runAsUser 0 is root"),
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
    "variable from a Secret": {
        "extraEnv": [{"name": "HTTPS_PROXY", "valueFrom": {"secretKeyRef": {"name": "proxy", "key": "url"}}}]
    },
    "budget of one half": {"podDisruptionBudget": {"maxUnavailable": "50%"}},
    "one pod, any budget": {"replicaCount": 1},
    "TLS by a wildcard": routed(tls=[{"secretName": "tls", "hosts": ["*.example.org"]}]),
    "TLS for whatever host": routed(tls=[{"secretName": "tls"}]),
    "site's own authority": mounted("site", "/etc/ssl/site"),
    "user that the cluster chooses": {
        "podSecurityContext": {"runAsUser": None, "runAsGroup": None, "fsGroup": None},
    },
    "no context at all": {"podSecurityContext": None, "securityContext": None},
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
        ("v1.33.0", {"service": {"trafficDistribution": "PreferSameZone"}}, "needs Kubernetes 1.34"),
        ("v1.34.0", {"service": {"trafficDistribution": "PreferSameZone"}}, ""),
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
