"""The chart's own output, run as a real pod: podman plays the rendered objects, and a real Prometheus watches."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import time
import tomllib
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.deploy.chart.test_dashboard import concrete_query, panel_queries
from tests.deploy.container.conftest import FIRST_PORT, IMAGE, WORKER, Run, ask, started, wait_for
from tests.support import rendering
from tests.support.rendering import Manifest, manifests, only

pytestmark = pytest.mark.container

PORT = FIRST_PORT + 5
PROMETHEUS_PORT = FIRST_PORT + 6
NAME = f"mas-pod-{WORKER}"
POD = f"{NAME}-pod-0"
CODE_MAP = """
[[results]]
system = "https://hospital.example/laboratory"
code = "FERR"
observation = "ferritin"
"""
VALUES: Manifest = {
    "fullnameOverride": NAME,
    "replicaCount": 1,
    "image": {"repository": IMAGE.split(":")[0], "tag": IMAGE.split(":")[1], "pullPolicy": "Never"},
    "config": {"codeMap": CODE_MAP},
    "monitoring": {"prometheusRule": {"enabled": True}},
}
EXPOSED = tomllib.loads((Path(__file__).parents[1] / "chart" / "exposed_metrics.toml").read_text(encoding="utf-8"))


def for_the_host_network(objects: list[Manifest]) -> str:
    """Write the objects as YAML for podman, which lends them the host's network.

    Changed are only the port number, the declaration of ports, which podman refuses there, and the names of volumes,
    which podman shares between all pods of the machine.
    """
    copies = json.loads(json.dumps(objects))
    for document in copies:
        pod = document["spec"]["template"]["spec"] if document["kind"] == "Deployment" else document.get("spec", {})
        for container in pod.get("containers", []):
            container.pop("ports", None)
        for volume in [*pod.get("volumes", []), *(m for c in pod.get("containers", []) for m in c["volumeMounts"])]:
            volume["name"] = f"{NAME}-{volume['name']}"
    return (
        yaml.safe_dump_all(copies).replace("8080", str(PORT)).replace(f"http://{NAME}:80", f"http://127.0.0.1:{PORT}")
    )


@pytest.fixture(scope="module")
def pod(podman: Run, image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Manifest]]:
    """Play the rendered Deployment and its two ConfigMaps; yields the rendered objects."""
    objects = manifests(VALUES)
    code_map = next(o for o in objects if o["metadata"]["name"] == f"{NAME}-code-map")
    played = [only(objects, "ConfigMap"), code_map, only(objects, "Deployment")]
    path = tmp_path_factory.mktemp("pod") / "pod.yaml"
    path.write_text(for_the_host_network(played), encoding="utf-8")
    podman("pod", "rm", "--force", "--ignore", POD)
    podman("volume", "rm", "--force", f"{NAME}-code-map")  # or the pod would be given the map of an earlier run
    podman("kube", "play", "--network", "host", str(path))
    try:
        wait_for(PORT, "/readyz")
        yield objects
    finally:
        podman("kube", "down", str(path))


def test_the_pod_answers_its_own_probes(pod: list[Manifest]) -> None:
    container = only(pod, "Deployment")["spec"]["template"]["spec"]["containers"][0]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert ask(PORT, container[probe]["httpGet"]["path"]).status == 200


SERVED = [
    "/",
    "/docs",
    "/openapi.yaml",
    "/openapi.json",
    "/v1/criteria",
    "/v1/analytes",
    "/fhir/metadata",
    "/cds-services",
]


def routed(path: str) -> bool:
    """Whether an Ingress or HTTPRoute with the default values would send a path here."""
    rules = yaml.safe_load((rendering.CHART / "values.yaml").read_text(encoding="utf-8"))["publicPaths"]
    return any(path == r["path"] or (r["type"] == "Prefix" and path.startswith(f"{r['path']}/")) for r in rules)


@pytest.mark.parametrize("path", SERVED)
def test_what_is_public_is_routed_and_served(pod: list[Manifest], path: str) -> None:
    assert routed(path)
    assert ask(PORT, path).status == 200


@pytest.mark.parametrize("page", ["/", "/docs"])
def test_the_files_of_a_page_are_routed_with_it(pod: list[Manifest], page: str) -> None:
    html = ask(PORT, page).body.decode()
    links = {
        urllib.parse.urljoin(page, link).split("#")[0] for link in re.findall(r'(?:src|href)="([^"#:][^":]*)"', html)
    }
    assert [link for link in sorted(links) if not routed(link) or ask(PORT, link).status != 200] == []


def test_the_pod_has_the_rights_that_the_chart_gives(podman: Run, pod: list[Manifest]) -> None:
    described = json.loads(podman("inspect", f"{POD}-mas-risk-service").stdout)[0]
    assert described["HostConfig"]["ReadonlyRootfs"] is True
    assert described["Config"]["User"] == "65532:65532"
    status = Path(f"/proc/{described['State']['Pid']}/status").read_text(encoding="utf-8")
    assert re.search(r"^CapEff:\s+0+$", status, re.MULTILINE)
    assert re.search(r"^CapBnd:\s+0+$", status, re.MULTILINE)
    assert re.search(r"^NoNewPrivs:\s+1$", status, re.MULTILINE)
    assert re.search(r"^Uid:\s+65532\s", status, re.MULTILINE)


def test_the_pod_has_the_settings_that_the_chart_gives(podman: Run, pod: list[Manifest]) -> None:
    described = json.loads(podman("inspect", f"{POD}-mas-risk-service").stdout)[0]
    environment = dict(variable.split("=", 1) for variable in described["Config"]["Env"])
    assert {**only(pod, "ConfigMap")["data"], "PORT": str(PORT)}.items() <= environment.items()


def test_only_the_two_scratch_folders_can_be_written(podman: Run, pod: list[Manifest]) -> None:
    code = """
import json, os
def writable(path):
    try:
        with open(f"{path}/written", "w") as file: file.write("x")
        os.unlink(f"{path}/written")
        return True
    except OSError:
        return False
print(json.dumps([p for p in ("/", "/app", "/app/service", "/etc", "/tmp", "/run", "/run/mas-metrics", "/var", "/var/tmp") if writable(p)]))
"""
    found = json.loads(podman("exec", f"{POD}-mas-risk-service", "python3", "-c", code).stdout)
    assert found == ["/tmp", "/run/mas-metrics"]


def test_the_pod_reads_the_code_map_that_the_chart_mounts(pod: list[Manifest]) -> None:
    assert b"https://hospital.example/laboratory|FERR" in ask(PORT, "/cds-services").body


def play_check(podman: Run, case: str, auth_mode: str, folder: Path) -> tuple[int, str]:
    """Play one rendered helm-test pod to its end; returns its exit code and what it said."""
    objects = manifests(VALUES)
    script = next(o for o in objects if o["kind"] == "ConfigMap" and o["metadata"]["name"] == f"{NAME}-check")
    check = next(o for o in objects if o["kind"] == "Pod" and o["metadata"]["name"] == f"{NAME}-{case}")
    check["spec"]["containers"][0]["args"][2] = auth_mode
    path = folder / "check.yaml"
    path.write_text(for_the_host_network([script, check]), encoding="utf-8")
    podman("kube", "play", "--network", "host", str(path))
    try:
        code = int(podman("wait", f"{NAME}-{case}-check").stdout)
        logs = podman("logs", f"{NAME}-{case}-check")
        return code, logs.stdout + logs.stderr
    finally:
        podman("kube", "down", str(path))
        podman("volume", "rm", "--force", f"{NAME}-check")  # or the next test would be given this script again


@pytest.mark.parametrize("case", ["ready", "worked-case", "bad-case"])
def test_the_helm_tests_pass(podman: Run, pod: list[Manifest], case: str, tmp_path: Path) -> None:
    assert play_check(podman, case, "none", tmp_path) == (0, f"{case}: right\n")


@pytest.mark.parametrize("case", ["worked-case", "bad-case"])
def test_the_helm_tests_can_fail(podman: Run, pod: list[Manifest], case: str, tmp_path: Path) -> None:
    """Told that credentials are demanded, they must not be content with a service that answers anybody."""
    code, said = play_check(podman, case, "api_key", tmp_path)
    assert code == 1
    assert "status without credentials: wanted 401" in said


@pytest.fixture(scope="module")
def guarded(podman: Run, image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the image with API keys, the file mounted where the chart mounts the Secret; yields its address."""
    keys = tmp_path_factory.mktemp("keys") / "api-keys"
    keys.write_text(f"laboratory:{hashlib.sha256(b'a long random key').hexdigest()}\n", encoding="utf-8")
    settings = only(manifests({"auth": {"mode": "api_key", "apiKeysSecret": "keys"}}), "ConfigMap")["data"]
    file = settings["MAS_API_KEYS_FILE"]
    options = ["--volume", f"{keys}:{file}:ro", "--env", "MAS_AUTH_MODE=api_key", "--env", f"MAS_API_KEYS_FILE={file}"]
    with started(podman, image, "keys", FIRST_PORT + 7, *options):
        yield f"http://127.0.0.1:{FIRST_PORT + 7}"


@pytest.mark.parametrize("case", ["ready", "worked-case", "bad-case"])
def test_the_helm_tests_pass_with_api_keys_too(guarded: str, case: str) -> None:
    command = [sys.executable, rendering.CHART / "files" / "check.py", guarded, case, "api_key"]
    checked = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (checked.returncode, checked.stdout) == (0, f"{case}: right\n"), checked.stderr


@pytest.fixture(scope="module")
def prometheus(pod: list[Manifest], tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let a real Prometheus scrape the pod once a second, with the chart's alerts, labelled as a ServiceMonitor would."""
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "rules.yml").write_text(yaml.safe_dump(only(pod, "PrometheusRule")["spec"]), encoding="utf-8")
    target = {"targets": [f"127.0.0.1:{PORT}"], "labels": {"namespace": "clinical", "pod": POD}}
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yml"],
        "scrape_configs": [{"job_name": NAME, "metrics_path": "/metrics", "static_configs": [target]}],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    command = [
        rendering.program("prometheus"),
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{PROMETHEUS_PORT}",
    ]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            wait_for(PROMETHEUS_PORT, "/-/ready")
            yield
        finally:
            server.terminate()


def query(expression: str) -> list[dict[str, Any]]:
    """Ask Prometheus."""
    url = f"http://127.0.0.1:{PROMETHEUS_PORT}/api/v1/query?{urllib.parse.urlencode({'query': expression})}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return list(json.load(answer)["data"]["result"])


def total(expression: str) -> float:
    """Return the sum of a query's values now; 0 when there is none."""
    return sum(float(found["value"][1]) for found in query(expression))


def eventually(expression: str, wanted: float, seconds: float = 20) -> None:
    """Wait until the sum of a query's values is the one wanted."""
    began = time.monotonic()
    while (now := total(expression)) != wanted:
        assert time.monotonic() - began < seconds, f"{expression} stays at {now}, wanted {wanted}"
        time.sleep(0.5)


def test_prometheus_scrapes_the_pod(prometheus: None) -> None:
    series = f'namespace="clinical",job="{NAME}"'
    counted = f'http_request_duration_seconds_count{{{series},route="/v1/criteria",status="200"}}'
    eventually(f"up{{{series}}}", 1)
    before = total(counted)
    for _ in range(7):
        assert ask(PORT, "/v1/criteria").status == 200
    eventually(counted, before + 7)
    assert 0 < total(f"scrape_duration_seconds{{{series}}}") < 1


def test_prometheus_evaluates_every_alert_and_none_fires(prometheus: None) -> None:
    eventually(f'up{{job="{NAME}"}}', 1)
    time.sleep(3)
    with urllib.request.urlopen(f"http://127.0.0.1:{PROMETHEUS_PORT}/api/v1/rules", timeout=10) as answer:
        found = [rule for group in json.load(answer)["data"]["groups"] for rule in group["rules"]]
    assert len(found) >= 9
    assert {(rule["name"], rule["health"]) for rule in found if rule["health"] != "ok"} == set()
    assert [rule["name"] for rule in found if rule["state"] == "firing"] == []


@pytest.mark.parametrize("expression", panel_queries())
def test_prometheus_answers_every_panel(prometheus: None, expression: str) -> None:
    assert isinstance(query(concrete_query(expression, NAME, "1m")), list)


def test_live_metrics_are_the_listed_ones(pod: list[Manifest]) -> None:
    panel = {
        "observations": {"ferritin": "905 ug/L", "esr": None},
        "findings": {"fever": True},
        "context": {"condition": "sjia"},
    }
    assert ask(PORT, "/v1/assessments", "POST", panel).status == 200
    assert ask(PORT, "/v1/assessments", "POST", {"observations": {"ferritin": 905}}).status == 422
    text = ask(PORT, "/metrics").body.decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    assert samples
    for sample in samples:
        assert sample.name in EXPOSED, f"{sample.name} is not in exposed_metrics.toml"
        assert set(sample.labels) == set(EXPOSED[sample.name]["labels"])
    counted_by_now = {
        "mas_build_info",
        "mas_assessments_total",
        "mas_verdicts_total",
        "mas_unknown_inputs_total",
        "mas_rejected_inputs_total",
    }
    assert counted_by_now <= {sample.name for sample in samples}


def test_promtool_finds_no_fault_with_the_metrics(pod: list[Manifest]) -> None:
    text = ask(PORT, "/metrics").body
    checked = subprocess.run(
        [rendering.program("promtool"), "check", "metrics"], input=text, check=False, capture_output=True
    )
    assert checked.returncode == 0, checked.stderr.decode()
