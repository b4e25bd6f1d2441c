"""What the chart renders is valid for the oldest and the newest Kubernetes, and each switch switches what it says."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.support import rendering
from tests.support.custom_resources import CUSTOM_RESOURCES
from tests.support.rendering import kinds, manifests, only

pytestmark = pytest.mark.chart

ALWAYS = {"ConfigMap", "Deployment", "Service"}
HIGHLY_AVAILABLE = ALWAYS | {
    "ServiceAccount",
    "NetworkPolicy",
    "PodDisruptionBudget",
    "HorizontalPodAutoscaler",
    "ServiceMonitor",
    "PrometheusRule",
}
EXPECTED_KINDS = {
    "default": ALWAYS | {"ServiceAccount", "NetworkPolicy", "PodDisruptionBudget"},
    "minimal": ALWAYS,
    "ha": HIGHLY_AVAILABLE,
    "everything": HIGHLY_AVAILABLE | {"Ingress", "HTTPRoute"},
}
# What a 1.29 cluster lacks; a guard refuses it there.
NEWER_THAN_THE_FLOOR = {"service": {"trafficDistribution": ""}, "drain": {"sleep": "exec"}}
ROUTE_AUTH = {"auth": {"enforcedUpstream": True}}
INGRESS = {"ingress": {"enabled": True, "hosts": ["mas.example.org"]}, **ROUTE_AUTH}


def oldest_and_newest() -> list[str]:
    """The chart's own floor, and the newest version whose schemas are at hand."""
    floor = yaml.safe_load((rendering.CHART / "Chart.yaml").read_text(encoding="utf-8"))["kubeVersion"]
    return [re.sub(r"^>=(\d+\.\d+).*", r"\1", floor), "newest"]


@pytest.mark.parametrize("version", oldest_and_newest())
@pytest.mark.parametrize("name", rendering.VALUE_SETS)
def test_valid_for_kubernetes(name: str, version: str) -> None:
    import jsonschema  # takes a second to load

    kubernetes = rendering.module("kubernetes_validate")
    values = rendering.values_of(name)
    wanted = kubernetes.utils.major_minor(kubernetes.latest_version())
    if version != "newest":
        wanted = version
        for section, replaced in NEWER_THAN_THE_FLOOR.items():
            values[section] = {**values.get(section, {}), **replaced}
    for document in manifests(values):
        if document["kind"] in CUSTOM_RESOURCES:
            jsonschema.validate(document, CUSTOM_RESOURCES[document["kind"]])
        else:
            assert kubernetes.validate(document, wanted, strict=True) == wanted


@pytest.mark.parametrize("name", rendering.VALUE_SETS)
def test_value_set_renders_its_kinds(name: str) -> None:
    assert kinds(manifests(rendering.values_of(name))) == EXPECTED_KINDS[name]


@pytest.mark.parametrize("name", rendering.VALUE_SETS)
def test_same_values_same_bytes(name: str) -> None:
    assert rendering.render(rendering.values_of(name)) == rendering.render(rendering.values_of(name))


@pytest.mark.parametrize("name", rendering.VALUE_SETS)
def test_no_secret_and_no_privilege_is_ever_made(name: str) -> None:
    assert not {"Secret", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"} & {
        o["kind"] for o in manifests(rendering.values_of(name))
    }


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"serviceAccount": {"create": False}}, "ServiceAccount"),
        ({"networkPolicy": {"enabled": False}}, "NetworkPolicy"),
        ({"podDisruptionBudget": {"enabled": False}}, "PodDisruptionBudget"),
        ({"replicaCount": 1}, "PodDisruptionBudget"),
        ({"autoscaling": {"enabled": True, "minReplicas": 1}}, "PodDisruptionBudget"),
    ],
    ids=str,
)
def test_switched_off(values: dict[str, Any], kind: str) -> None:
    assert kinds(manifests({})) - kinds(manifests(values)) == {kind}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"autoscaling": {"enabled": True}}, "HorizontalPodAutoscaler"),
        (INGRESS, "Ingress"),
        (
            {
                "httpRoute": {"enabled": True, "parentRefs": [{"name": "g"}], "hostnames": ["mas.example.org"]},
                **ROUTE_AUTH,
            },
            "HTTPRoute",
        ),
        ({"monitoring": {"serviceMonitor": {"enabled": True}}}, "ServiceMonitor"),
        ({"monitoring": {"prometheusRule": {"enabled": True}}}, "PrometheusRule"),
    ],
    ids=str,
)
def test_switched_on(values: dict[str, Any], kind: str) -> None:
    assert kinds(manifests(values)) - kinds(manifests({})) == {kind}


def test_budget_follows_the_autoscaler_and_not_the_count() -> None:
    values = {"replicaCount": 1, "autoscaling": {"enabled": True, "minReplicas": 2}}
    assert "PodDisruptionBudget" in kinds(manifests(values))


def test_the_autoscaler_owns_the_number_of_pods() -> None:
    assert only(manifests({}), "Deployment")["spec"]["replicas"] == 2
    assert "replicas" not in only(manifests({"autoscaling": {"enabled": True}}), "Deployment")["spec"]


@pytest.mark.parametrize("name", rendering.VALUE_SETS)
def test_selectors_survive_an_upgrade(name: str) -> None:
    """A selector may hold the name and the release only: labels that change would orphan pods."""
    objects = manifests(rendering.values_of(name))
    selector = only(objects, "Deployment")["spec"]["selector"]["matchLabels"]
    assert selector == {"app.kubernetes.io/name": "mas-risk-service", "app.kubernetes.io/instance": "mas"}
    assert only(objects, "Service")["spec"]["selector"] == selector
    assert selector.items() <= only(objects, "Deployment")["spec"]["template"]["metadata"]["labels"].items()


@pytest.mark.parametrize("name", rendering.VALUE_SETS)
def test_test_pods_get_no_requests(name: str) -> None:
    objects = manifests(rendering.values_of(name))
    selector = only(objects, "Service")["spec"]["selector"].items()
    pods = [o for o in objects if o["kind"] == "Pod"]
    assert len(pods) == 3
    assert not [pod for pod in pods if selector <= pod["metadata"]["labels"].items()]


def test_the_image_is_named_as_the_values_say() -> None:
    def image(**values: str) -> str:
        return str(
            only(manifests({"image": values}), "Deployment")["spec"]["template"]["spec"]["containers"][0]["image"]
        )

    assert image() == "mas-risk-service:2.0.0"
    assert image(registry="registry.example.org", tag="1.2.3") == "registry.example.org/mas-risk-service:1.2.3"
    digest = f"sha256:{'a' * 64}"
    assert image(repository="clinical/mas", tag="1.2.3", digest=digest) == f"clinical/mas@{digest}"


def test_a_changed_setting_restarts_the_pods() -> None:
    def checksum(values: dict[str, Any]) -> str:
        return str(
            only(manifests(values), "Deployment")["spec"]["template"]["metadata"]["annotations"]["checksum/config"]
        )

    sums = [
        checksum({}),
        checksum({"config": {"connections": 90}}),
        checksum({"config": {"codeMap": "a = 1"}}),
        checksum({"config": {"codeMap": "a = 2"}}),
    ]
    assert len(set(sums)) == len(sums)
    assert checksum({"replicaCount": 5}) == checksum({})


@pytest.mark.parametrize(
    "text", ['  [[code]]\n  system = "a"\n', '\t[[code]]\r\nsystem = "a"', "[[code]]\n\n\n# {{ not a template }}\n\n"]
)
def test_a_code_map_arrives_as_it_was_written(text: str) -> None:
    """However it is indented: a map read with --set-file must not depend on the template's own layout."""
    (code_map,) = [o for o in manifests({"config": {"codeMap": text}}) if o["metadata"]["name"].endswith("-code-map")]
    assert code_map["data"] == {"code-map.toml": text}


def test_the_version_label_is_one_whatever_the_tag() -> None:
    for tag, label in (("_1.2_", "1.2"), (f"{'a' * 62}.b", "a" * 62), ("", "2.0.0")):
        labels = only(manifests({"image": {"tag": tag}}), "Deployment")["metadata"]["labels"]
        assert labels["app.kubernetes.io/version"] == label


def test_test_pods_run_where_the_service_does() -> None:
    placed = {"nodeSelector": {"pool": "clinical"}, "tolerations": [{"key": "clinical", "operator": "Exists"}]}
    pods = [o for o in manifests(placed) if o["kind"] == "Pod"]
    assert [{key: pod["spec"][key] for key in placed} for pod in pods] == [placed] * 3


def test_settings_reach_the_environment() -> None:
    objects = manifests(rendering.values_of("everything"))
    settings = only(objects, "ConfigMap")["data"]
    assert settings["MAS_MAX_BODY_BYTES"] == "8388608"
    assert settings["MAS_CORS_ORIGINS"] == "https://ehr.example.org,https://portal.example.org"
    assert settings["MAS_JWT_JWKS_URL"] == "https://ehr.example.org/jwks.json"
    container = only(objects, "Deployment")["spec"]["template"]["spec"]["containers"][0]
    assert container["envFrom"][-1] == {"configMapRef": {"name": "mas"}}, "of two sources the last wins"
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert settings["PROMETHEUS_MULTIPROC_DIR"] == mounts["metrics"]
    assert settings["MAS_CODE_MAP_FILE"] == f"{mounts['code-map']}/code-map.toml"
    assert settings["MAS_CA_FILE"] == f"{mounts['ca']}/ca.crt"


@pytest.mark.parametrize(
    ("auth", "variable", "volume"),
    [
        ({"mode": "api_key", "apiKeysSecret": "site-keys"}, "MAS_API_KEYS_FILE", "api-keys"),
        (
            {"mode": "jwt", "jwt": {"issuers": ["i"], "audience": "a", "jwksSecret": "site-keys"}},
            "MAS_JWT_JWKS_FILE",
            "jwks",
        ),
    ],
)
def test_a_secret_is_mounted_by_name(auth: dict[str, Any], variable: str, volume: str) -> None:
    objects = manifests({"auth": auth})
    pod = only(objects, "Deployment")["spec"]["template"]["spec"]
    secret = next(v["secret"] for v in pod["volumes"] if v["name"] == volume)
    mount = next(m for m in pod["containers"][0]["volumeMounts"] if m["name"] == volume)
    assert secret["secretName"] == "site-keys"
    assert secret["defaultMode"] == 0o440
    assert only(objects, "ConfigMap")["data"][variable] == f"{mount['mountPath']}/{secret['items'][0]['path']}"
    assert mount["readOnly"] is True


@pytest.mark.parametrize(("sleep", "hook"), [("native", {"sleep": {"seconds": 12}}), ("exec", None)])
def test_the_pod_waits_before_it_stops(sleep: str, hook: dict[str, Any] | None) -> None:
    pod = only(manifests({"drain": {"sleep": sleep, "preStopSeconds": 12}}), "Deployment")["spec"]["template"]["spec"]
    found = pod["containers"][0]["lifecycle"]["preStop"]
    assert found == (hook or {"exec": {"command": ["python3", "-c", "import time; time.sleep(12)"]}})
    assert pod["terminationGracePeriodSeconds"] == 45


def test_dashboard_goes_where_grafana_looks() -> None:
    values = {"monitoring": {"dashboard": {"enabled": True, "namespace": "grafana"}}}
    (dashboard,) = [o for o in manifests(values) if o["metadata"]["name"].endswith("-dashboard")]
    assert dashboard["metadata"]["namespace"] == "grafana"
    assert dashboard["metadata"]["name"] == "mas-mas-risk-service-clinical-dashboard", "others share that namespace"
    assert dashboard["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert dashboard["data"]["mas-risk-service.json"] == (
        rendering.CHART / "dashboards" / "mas-risk-service.json"
    ).read_text(encoding="utf-8")


def test_annotations_for_a_prometheus_without_the_operator() -> None:
    pod = only(manifests({"monitoring": {"annotations": True}}), "Deployment")["spec"]["template"]["metadata"][
        "annotations"
    ]
    assert (pod["prometheus.io/scrape"], pod["prometheus.io/port"], pod["prometheus.io/path"]) == (
        "true",
        "8080",
        "/metrics",
    )
    assert (
        "prometheus.io/scrape" not in only(manifests({}), "Deployment")["spec"]["template"]["metadata"]["annotations"]
    )


@pytest.mark.parametrize("release", ["mas", "mas-risk-service", "a" * 53])
def test_names_fit_kubernetes(release: str) -> None:
    names = [o["metadata"]["name"] for o in manifests(rendering.values_of("ha"), release)]
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name) and len(name) <= 63 for name in names)
