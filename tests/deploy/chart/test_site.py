"""What a site adds or renames: names, registries, annotations, containers, objects; ours stay as safe as they were."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import rendering
from tests.support.rendering import Manifest, manifests, only

pytestmark = pytest.mark.chart

ALERTS = {"monitoring": {"prometheusRule": {"enabled": True}}}


def pod_of(values: Manifest) -> Manifest:
    """Return the spec of the Deployment's pod."""
    return dict(only(manifests(values), "Deployment")["spec"]["template"]["spec"])


def is_check(document: Manifest) -> bool:
    """Whether an object belongs to helm test."""
    return "helm.sh/hook" in document["metadata"].get("annotations", {})


def alerts(values: Manifest) -> dict[str, str]:
    """Return the severity of each rendered alert."""
    groups = only(manifests(values), "PrometheusRule")["spec"]["groups"]
    return {rule["alert"]: rule["labels"]["severity"] for group in groups for rule in group["rules"]}


def test_a_name_of_the_sites_own_reaches_names_and_selectors() -> None:
    objects = manifests({"nameOverride": "risk"})
    assert only(objects, "Deployment")["metadata"]["name"] == "mas-risk"
    selector = {"app.kubernetes.io/name": "risk", "app.kubernetes.io/instance": "mas"}
    assert only(objects, "Service")["spec"]["selector"] == selector
    assert only(objects, "Deployment")["spec"]["selector"]["matchLabels"] == selector
    assert not [o for o in objects if o["kind"] == "Pod" and selector.items() <= o["metadata"]["labels"].items()]


def test_the_whole_name_wins_over_the_part() -> None:
    assert (
        only(manifests({"nameOverride": "risk", "fullnameOverride": "score"}), "Service")["metadata"]["name"] == "score"
    )


@pytest.mark.parametrize(
    ("shared", "own", "wanted"),
    [
        ("", "", "mas-risk-service:2.0.0"),
        ("", "own.example.org", "own.example.org/mas-risk-service:2.0.0"),
        ("shared.example.org/x", "", "shared.example.org/x/mas-risk-service:2.0.0"),
        ("shared.example.org", "own.example.org", "shared.example.org/mas-risk-service:2.0.0"),
    ],
)
def test_the_registry_of_a_parent_chart_wins(shared: str, own: str, wanted: str) -> None:
    objects = manifests({"global": {"imageRegistry": shared}, "image": {"registry": own}})
    pods = [only(objects, "Deployment")["spec"]["template"], *(o for o in objects if o["kind"] == "Pod")]
    assert {pod["spec"]["containers"][0]["image"] for pod in pods} == {wanted}


def test_pull_secrets_of_both_charts_reach_every_pod_once() -> None:
    values = {"global": {"imagePullSecrets": ["site", {"name": "pull"}]}, "imagePullSecrets": [{"name": "pull"}]}
    objects = manifests(values)
    pods = [only(objects, "Deployment")["spec"]["template"], *(o for o in objects if o["kind"] == "Pod")]
    assert [pod["spec"]["imagePullSecrets"] for pod in pods] == [[{"name": "site"}, {"name": "pull"}]] * 4
    assert "imagePullSecrets" not in pod_of({})


def test_common_labels_and_annotations_are_on_every_object() -> None:
    values = rendering.values_of("everything")
    values["extraObjects"] = []
    for document in manifests(values):
        assert document["metadata"]["labels"]["team"] == "rheumatology-it"
        assert document["metadata"]["annotations"]["example.org/contact"] == "rheumatology-it"


def test_an_objects_own_annotation_wins() -> None:
    values = {
        "commonAnnotations": {"owner": "all", "other": "kept"},
        "deploymentAnnotations": {"owner": "deployment"},
        "serviceAccount": {"annotations": {"owner": "account"}},
        "service": {"annotations": {"owner": "service"}},
    }
    objects = manifests(values)
    found = {o["kind"]: o["metadata"]["annotations"] for o in objects if not is_check(o)}
    assert found["Deployment"]["owner"] == "deployment"
    assert found["ServiceAccount"] == {"owner": "account", "other": "kept"}
    assert found["Service"] == {"owner": "service", "other": "kept"}
    assert found["NetworkPolicy"] == {"owner": "all", "other": "kept"}


def test_common_annotations_restart_no_pod() -> None:
    pod = only(manifests({"commonAnnotations": {"owner": "all"}}), "Deployment")["spec"]["template"]
    assert "owner" not in pod["metadata"]["annotations"]


def test_a_source_of_variables_cannot_outdo_a_setting() -> None:
    values = {"extraEnvFrom": [{"secretRef": {"name": "site"}}, {"configMapRef": {"name": "more"}, "prefix": "A_"}]}
    sources = pod_of(values)["containers"][0]["envFrom"]
    assert sources[:2] == values["extraEnvFrom"]
    assert sources[2:] == [{"configMapRef": {"name": "mas-mas-risk-service"}}]


@pytest.mark.parametrize(("value", "place"), [("initContainers", "initContainers"), ("extraContainers", "containers")])
def test_a_container_of_the_sites_is_held_to_our_rules_unless_it_says_otherwise(value: str, place: str) -> None:
    bare = {"name": "a", "image": "a", "command": ["true"]}
    own = {"name": "b", "image": "b", "securityContext": {"readOnlyRootFilesystem": False}}
    added = pod_of({value: [bare, own]})[place][-2:]
    ours = pod_of({})["containers"][0]["securityContext"]
    assert added == [{**bare, "securityContext": ours}, own]


def test_the_service_stays_the_first_container() -> None:
    assert pod_of(rendering.values_of("everything"))["containers"][0]["name"] == "mas-risk-service"


def test_constraints_replace_the_built_in_ones_and_find_the_pods() -> None:
    bare = {"topologyKey": "rack", "maxSkew": 2, "whenUnsatisfiable": "DoNotSchedule"}
    own = {**bare, "labelSelector": {"matchLabels": {"team": "x"}}}
    built_in = pod_of({})["topologySpreadConstraints"]
    assert [constraint["topologyKey"] for constraint in built_in] == [
        "topology.kubernetes.io/zone",
        "kubernetes.io/hostname",
    ]
    added = pod_of({"topologySpreadConstraints": [bare, own]})["topologySpreadConstraints"]
    assert added == [{**bare, "labelSelector": built_in[0]["labelSelector"]}, own]


def test_names_are_resolved_as_the_site_says() -> None:
    config = {"nameservers": ["10.0.0.10"], "options": [{"name": "ndots", "value": "2"}]}
    pod = pod_of({"dnsPolicy": "None", "dnsConfig": config})
    assert (pod["dnsPolicy"], pod["dnsConfig"]) == ("None", config)
    assert not {"dnsPolicy", "dnsConfig"} & set(pod_of({}))


def test_the_autoscaler_behaves_as_the_site_says() -> None:
    def behavior(values: Manifest) -> Any:
        scaled = {"autoscaling": {"enabled": True, **values}}
        return only(manifests(scaled), "HorizontalPodAutoscaler")["spec"]["behavior"]

    assert behavior({})["scaleDown"]["stabilizationWindowSeconds"] == 300
    slower = behavior({"behavior": {"scaleDown": {"stabilizationWindowSeconds": 900}}})
    assert slower["scaleDown"]["stabilizationWindowSeconds"] == 900
    assert slower["scaleUp"] == behavior({})["scaleUp"]


def test_further_objects_may_be_text_or_yaml_and_hold_templates() -> None:
    as_yaml = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "{{ .Release.Name }}-a"}}
    as_text = "apiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Release.Name }}-b}"
    added = [o for o in manifests({"extraObjects": [as_yaml, as_text]}) if o["kind"] == "Secret"]
    assert [o["metadata"]["name"] for o in added] == ["mas-a", "mas-b"]


def test_series_can_be_dropped_after_the_scrape() -> None:
    dropped = [{"sourceLabels": ["__name__"], "regex": "mas_verdicts_total", "action": "drop"}]
    values = {"monitoring": {"serviceMonitor": {"enabled": True, "metricRelabelings": dropped}}}
    (endpoint,) = only(manifests(values), "ServiceMonitor")["spec"]["endpoints"]
    assert endpoint["metricRelabelings"] == dropped


def test_every_alert_can_be_switched_off_and_given_another_severity() -> None:
    values = {**ALERTS, "autoscaling": {"enabled": True}}
    for name in alerts(values):
        rule = {"enabled": True, "alerts": {name: {"enabled": False}}}
        assert set(alerts(values)) - set(alerts({**values, "monitoring": {"prometheusRule": rule}})) == {name}
        rule = {"enabled": True, "alerts": {name: {"severity": "off"}}}
        assert alerts({**values, "monitoring": {"prometheusRule": rule}}) == {**alerts(values), name: "off"}


def test_every_alert_has_its_switch() -> None:
    from tests.deploy.chart.test_values import DEFAULTS

    assert set(alerts({**ALERTS, "autoscaling": {"enabled": True}})) == set(
        DEFAULTS["monitoring"]["prometheusRule"]["alerts"]
    )


def test_the_pods_of_helm_test_are_bounded_and_nobody_may_call_them() -> None:
    objects = [o for o in manifests({}) if is_check(o)]
    pods = [o for o in objects if o["kind"] == "Pod"]
    for pod in pods:
        limits = pod["spec"]["containers"][0]["resources"]["limits"]
        assert set(limits) == {"cpu", "memory"}
    (policy,) = [o for o in objects if o["kind"] == "NetworkPolicy"]
    assert (policy["spec"]["policyTypes"], policy["spec"]["ingress"]) == (["Ingress"], [])
    selector = policy["spec"]["podSelector"]["matchLabels"].items()
    assert all(selector <= pod["metadata"]["labels"].items() for pod in pods)
    assert not selector <= only(manifests({}), "Deployment")["spec"]["template"]["metadata"]["labels"].items()


def test_the_default_request_fits_the_workers() -> None:
    """Half a core at least for each, or the autoscaler would count a worker that idles as one that is full."""
    from tests.deploy.chart.test_values import DEFAULTS

    assert float(DEFAULTS["resources"]["requests"]["cpu"]) >= DEFAULTS["config"]["workers"] / 2
