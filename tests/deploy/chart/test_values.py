"""The values are closed, documented, and every set of them is sound."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.support import rendering

pytestmark = pytest.mark.chart

DEFAULTS = yaml.safe_load((rendering.CHART / "values.yaml").read_text(encoding="utf-8"))
SCHEMA = rendering.yaml.safe_load((rendering.CHART / "values.schema.json").read_text(encoding="utf-8"))


def owned_objects(
    schema: dict[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield every object of the schema that names its own properties."""
    if "properties" in schema:
        yield path, schema
        for name, child in schema["properties"].items():
            yield from owned_objects(child, (*path, name))


@pytest.mark.parametrize("name", rendering.VALUE_SETS)
def test_lint_is_strictly_clean(name: str) -> None:
    report = rendering.module("helm_python").lint(
        rendering.CHART, rendering.values_of(name), strict=True, kube_version="v1.30.0"
    )
    assert (report["messages"], report["errors"]) == ([], [])


@pytest.mark.parametrize("path", [path for path, _ in owned_objects(SCHEMA) if path != ("global",)], ids=".".join)
def test_a_typo_is_refused_at_every_level(path: tuple[str, ...]) -> None:
    values: dict[str, Any] = {"typo": 1}
    for name in reversed(path):
        values = {name: values}
    helm = rendering.module("helm_python")
    with helm.Chart.load(rendering.CHART) as chart, pytest.raises(helm.HelmValuesError, match="typo"):
        chart.validate_schema(values)


def test_a_typo_fails_lint_too() -> None:
    report = rendering.module("helm_python").lint(rendering.CHART, {"replicaCuont": 3}, strict=True)
    assert any("replicaCuont" in message["error"] for message in report["messages"])


WRONG = [
    ({"replicaCount": "2"}, "/replicaCount"),
    ({"replicaCount": 0}, "/replicaCount"),
    ({"config": {"workers": 1.5}}, "/config/workers"),
    ({"config": {"workers": None}}, "missing property 'workers'"),
    ({"config": None}, "missing property 'config'"),
    ({"probes": {"startup": None}}, "missing property 'startup'"),
    ({"drain": {"gracefulSeconds": None}}, "missing property 'gracefulSeconds'"),
    ({"publicPaths": None}, "missing property 'publicPaths'"),
    ({"config": {"logLevel": "loud"}}, "/config/logLevel"),
    ({"config": {"publicUrl": "https://mas.example.org/"}}, "/config/publicUrl"),
    ({"config": {"publicUrl": "https://user:word@mas.example.org"}}, "/config/publicUrl"),
    ({"config": {"corsOrigins": ["*"]}}, "/config/corsOrigins/0"),
    ({"config": {"corsOrigins": ["https://portal.example.org/page"]}}, "/config/corsOrigins/0"),
    ({"config": {"fhirFetchServers": ["http://fhir.example.org"]}}, "/config/fhirFetchServers/0"),
    ({"config": {"fhirFetchServers": ["https://user:word@fhir.example.org"]}}, "/config/fhirFetchServers/0"),
    ({"auth": {"mode": "basic"}}, "/auth/mode"),
    ({"auth": {"apiKeys": ["laboratory:0a1b"]}}, "apiKeys"),
    ({"auth": {"apiKeysSecret": "laboratory:0a1b"}}, "/auth/apiKeysSecret"),
    ({"auth": {"jwt": {"jwksSecret": '{"keys": []}'}}}, "/auth/jwt/jwksSecret"),
    ({"auth": {"jwt": {"jwksUrl": "http://keys.example.org"}}}, "/auth/jwt/jwksUrl"),
    ({"auth": {"jwt": {"jwksUrl": "https://user:word@keys.example.org"}}}, "/auth/jwt/jwksUrl"),
    ({"auth": {"jwt": {"jwksUrl": "https://keys.example.org/jwks?key=word"}}}, "/auth/jwt/jwksUrl"),
    ({"auth": {"jwt": {"audience": " "}}}, "/auth/jwt/audience"),
    ({"image": {"digest": "sha256:beef"}}, "/image/digest"),
    ({"image": {"registry": "https://registry.example.org"}}, "/image/registry"),
    ({"image": {"registry": "registry.example.org/"}}, "/image/registry"),
    ({"image": {"repository": "mas-risk-service:1.0.0"}}, "/image/repository"),
    ({"image": {"tag": ".."}}, "/image/tag"),
    ({"image": {"tag": 1.0}}, "/image/tag"),
    ({"imagePullSecrets": [{}]}, "/imagePullSecrets/0"),
    ({"imagePullSecrets": ["pull"]}, "/imagePullSecrets/0"),
    ({"service": {"type": "LoadBalancer"}}, "type"),
    ({"service": {"trafficDistribution": "PreferNear"}}, "/service/trafficDistribution"),
    ({"publicPaths": []}, "/publicPaths"),
    ({"publicPaths": [{"path": "//metrics", "type": "Exact"}]}, "/publicPaths/0/path"),
    ({"publicPaths": [{"path": "/v1/../metrics", "type": "Exact"}]}, "/publicPaths/0/path"),
    ({"publicPaths": [{"path": "/%6detrics", "type": "Exact"}]}, "/publicPaths/0/path"),
    ({"publicPaths": [{"path": "/v1", "type": "ImplementationSpecific"}]}, "/publicPaths/0/type"),
    ({"ingress": {"hosts": ["https://mas.example.org"]}}, "/ingress/hosts/0"),
    ({"ingress": {"hosts": ["mas.example.org", "mas.example.org"]}}, "/ingress/hosts"),
    ({"ingress": {"tls": [{"secretNam": "mas-tls"}]}}, "secretNam"),
    ({"httpRoute": {"parentRefs": [{"nmae": "gateway"}]}}, "nmae"),
    ({"networkPolicy": {"from": [{}]}}, "/networkPolicy/from/0"),
    ({"networkPolicy": {"metricsFrom": [{"namespaceSelectr": {}}]}}, "namespaceSelectr"),
    ({"networkPolicy": {"egress": [{"ports": [{"port": 443}]}]}}, "missing property 'to'"),
    ({"networkPolicy": {"egress": [{"to": []}]}}, "/networkPolicy/egress/0/to"),
    ({"podLabels": {"app.kubernetes.io/name": "other"}}, "app.kubernetes.io/name"),
    ({"podLabels": {"team": "rheumatology IT"}}, "/podLabels/team"),
    ({"commonLabels": {"app.kubernetes.io/instance": "other"}}, "app.kubernetes.io/instance"),
    ({"commonLabels": {"the team": "it"}}, "the team"),
    ({"resources": {"limits": {"memroy": "1Gi"}}}, "memroy"),
    ({"resources": {"limits": {"memory": "1 gigabyte"}}}, "/resources/limits/memory"),
    ({"volumes": {"tmpSize": "64MB"}}, "/volumes/tmpSize"),
    ({"volumes": {"tmpSize": "0Mi"}}, "/volumes/tmpSize"),
    ({"securityContext": {"readOnlyRootFileSystem": True}}, "readOnlyRootFileSystem"),
    ({"podSecurityContext": {"runAsUsr": 1000}}, "runAsUsr"),
    ({"probes": {"liveness": {"perodSeconds": 3}}}, "perodSeconds"),
    ({"tolerations": [{"keyy": "clinical"}]}, "keyy"),
    ({"extraEnv": [{"name": "TZ", "vlaue": "UTC"}]}, "vlaue"),
    ({"extraEnv": [{"name": "LEVEL", "value": 3}]}, "/extraEnv/0/value"),
    ({"extraEnv": [{"name": "A B", "value": "x"}]}, "/extraEnv/0/name"),
    ({"extraVolumes": [{"emptyDir": {}}]}, "missing property 'name'"),
    ({"extraVolumeMounts": [{"name": "site", "path": "/site"}]}, "/extraVolumeMounts/0"),
    ({"global": {"imageRegistry": "https://registry.example.org"}}, "/global/imageRegistry"),
    ({"global": {"imagePullSecrets": [{"nmae": "pull"}]}}, "/global/imagePullSecrets/0"),
    ({"nameOverride": "Mas"}, "/nameOverride"),
    ({"commonAnnotations": {"owner": 3}}, "/commonAnnotations/owner"),
    ({"extraEnvFrom": [{"secretRef": {"nmae": "site"}}]}, "/extraEnvFrom/0"),
    ({"extraEnvFrom": [{"prefix": "A_"}]}, "/extraEnvFrom/0"),
    ({"initContainers": [{"name": "wait"}]}, "missing property 'image'"),
    ({"extraContainers": [{"name": "A B", "image": "a"}]}, "/extraContainers/0/name"),
    ({"topologySpreadConstraints": [{"topologyKey": "zone"}]}, "/topologySpreadConstraints/0"),
    ({"dnsPolicy": "Host"}, "/dnsPolicy"),
    ({"dnsConfig": {"nameserver": ["10.0.0.10"]}}, "nameserver"),
    ({"autoscaling": {"behavior": {"scaleup": {}}}}, "scaleup"),
    ({"extraObjects": [{"kind": "ConfigMap"}]}, "/extraObjects/0"),
    ({"helmTests": {"resources": {"limits": {"cpus": 1}}}}, "cpus"),
    ({"monitoring": {"prometheusRule": {"alerts": {"MasSlow": {"enabled": "no"}}}}}, "/MasSlow/enabled"),
    ({"monitoring": {"prometheusRule": {"alerts": {"MasSlow": {"sevrity": "page"}}}}}, "sevrity"),
    ({"monitoring": {"prometheusRule": {"alerts": {"MasSluggish": {"enabled": False}}}}}, "MasSluggish"),
    ({"monitoring": {"prometheusRule": {"errorBudget": 0}}}, "errorBudget"),
    ({"monitoring": {"prometheusRule": {"p99Seconds": 10}}}, "p99Seconds"),
    ({"monitoring": {"prometheusRule": {"runbookUrl": "*runbook"}}}, "runbookUrl"),
    ({"monitoring": {"dashboard": {"namespace": "grafana.example"}}}, "/monitoring/dashboard/namespace"),
]


@pytest.mark.parametrize(("values", "told"), WRONG, ids=str)
def test_a_wrong_value_is_refused_by_name(values: dict[str, Any], told: str) -> None:
    helm = rendering.module("helm_python")
    with helm.Chart.load(rendering.CHART) as chart, pytest.raises(helm.HelmValuesError) as refusal:
        chart.validate_schema(values)
    assert told in str(refusal.value)


def test_a_parent_chart_may_pass_its_globals() -> None:
    with rendering.module("helm_python").Chart.load(rendering.CHART) as chart:
        chart.validate_schema({"global": {"site": "north"}})


@pytest.mark.parametrize(
    ("path", "schema"), list(owned_objects(SCHEMA)), ids=lambda part: ".".join(part) if isinstance(part, tuple) else ""
)
def test_schema_and_defaults_have_the_same_keys(path: tuple[str, ...], schema: dict[str, Any]) -> None:
    """Read together with the typo test: every key has a default to be found, and no default is unknown."""
    defaults = DEFAULTS
    for name in path:
        defaults = defaults[name]
    assert set(defaults) == set(schema["properties"])
    assert path == ("global",) or schema["additionalProperties"] is False


def test_every_value_is_documented_and_the_table_is_current() -> None:
    check = subprocess.run(
        [sys.executable, rendering.ROOT / ".ci" / "chart_docs.py", "--check"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (check.returncode, check.stderr) == (0, "")
    readme = (rendering.CHART / "README.md").read_text(encoding="utf-8")
    for path, schema in owned_objects(SCHEMA):
        leaves = [name for name, child in schema["properties"].items() if "properties" not in child]
        assert [leaf for leaf in leaves if f"| `{'.'.join((*path, leaf))}` |" not in readme] in (
            [],
            ["requests", "limits"],
        )


def test_the_outdated_table_is_noticed(tmp_path: Any) -> None:
    for name in ("values.yaml", "README.md"):
        target = tmp_path / "helm" / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(
            (rendering.CHART / name).read_text(encoding="utf-8").replace("replicaCount: 2", "replicaCount: 3"),
            encoding="utf-8",
        )
    script = tmp_path / ".ci" / "chart_docs.py"
    script.parent.mkdir()
    script.write_text((rendering.ROOT / ".ci" / "chart_docs.py").read_text(encoding="utf-8"), encoding="utf-8")
    assert subprocess.run([sys.executable, script, "--check"], check=False, capture_output=True).returncode == 1


def test_chart_and_service_have_one_version() -> None:
    from service import __version__

    chart = yaml.safe_load((rendering.CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert chart["appVersion"] == __version__


def test_the_chart_names_the_image_that_it_runs() -> None:
    chart = yaml.safe_load((rendering.CHART / "Chart.yaml").read_text(encoding="utf-8"))
    (named,) = yaml.safe_load(chart["annotations"]["artifacthub.io/images"])
    pod = rendering.only(rendering.manifests({}), "Deployment")["spec"]["template"]["spec"]
    assert named["image"] == pod["containers"][0]["image"]


def test_the_changes_of_the_chart_are_typed() -> None:
    chart = yaml.safe_load((rendering.CHART / "Chart.yaml").read_text(encoding="utf-8"))
    changes = yaml.safe_load(chart["annotations"]["artifacthub.io/changes"])
    assert {change["kind"] for change in changes} <= {"added", "changed", "deprecated", "removed", "fixed", "security"}
    assert all(change["description"] for change in changes)
