"""Every pod that the chart makes passes the restricted Pod Security Standard, with every value set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import rendering
from tests.support.rendering import manifests, only

pytestmark = pytest.mark.chart

ALLOWED_VOLUMES = {"configMap", "emptyDir", "secret"}


def pods(name: str) -> Iterator[dict[str, Any]]:
    """Yield the spec of the Deployment's pod and of every test pod."""
    for document in manifests(rendering.values_of(name)):
        if document["kind"] == "Deployment":
            yield document["spec"]["template"]["spec"]
        if document["kind"] == "Pod":
            yield document["spec"]


@pytest.mark.parametrize("name", rendering.VALUE_SETS)
def test_restricted(name: str) -> None:
    found = list(pods(name))
    assert len(found) == 4
    for pod in found:
        context = pod["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["runAsUser"] == 65532
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
        assert all(set(volume) - {"name"} <= ALLOWED_VOLUMES for volume in pod["volumes"])
        for container in [*pod["containers"], *pod.get("initContainers", [])]:
            assert container["securityContext"] == {
                "readOnlyRootFilesystem": True,
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
            }
            assert not [port for port in container.get("ports", []) if "hostPort" in port]


@pytest.mark.parametrize("name", rendering.VALUE_SETS)
def test_no_token_and_no_links(name: str) -> None:
    objects = manifests(rendering.values_of(name))
    for pod in pods(name):
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
    for account in (o for o in objects if o["kind"] == "ServiceAccount"):
        assert account["automountServiceAccountToken"] is False


@pytest.mark.parametrize("name", rendering.VALUE_SETS)
def test_what_is_written_is_in_memory_and_bounded(name: str) -> None:
    pod = only(manifests(rendering.values_of(name)), "Deployment")["spec"]["template"]["spec"]
    scratch = [volume["emptyDir"] for volume in pod["volumes"] if "emptyDir" in volume]
    assert len(scratch) == 2
    assert all(volume["medium"] == "Memory" and volume["sizeLimit"] for volume in scratch)
    writable = {mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"] if not mount.get("readOnly")}
    assert writable == {"/tmp", "/run/mas-metrics"}


@pytest.mark.parametrize("name", rendering.VALUE_SETS)
def test_memory_is_limited_and_cpu_is_not(name: str) -> None:
    resources = only(manifests(rendering.values_of(name)), "Deployment")["spec"]["template"]["spec"]["containers"][0][
        "resources"
    ]
    assert set(resources["requests"]) == {"cpu", "memory"}
    assert set(resources["limits"]) == {"memory"}


def test_probes_ask_the_named_port_and_mean_different_things() -> None:
    container = only(manifests({}), "Deployment")["spec"]["template"]["spec"]["containers"][0]
    asked = {probe: container[probe]["httpGet"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")}
    assert {probe: get["path"] for probe, get in asked.items()} == {
        "startupProbe": "/livez",
        "readinessProbe": "/readyz",
        "livenessProbe": "/livez",
    }, "only readiness may depend on anything outside the pod: the other two restart it"
    assert {get["port"] for get in asked.values()} == {"http"}
    liveness = container["livenessProbe"]
    readiness = container["readinessProbe"]
    assert (
        liveness["periodSeconds"] * liveness["failureThreshold"]
        > readiness["periodSeconds"] * readiness["failureThreshold"]
    )
