"""The values are closed, documented, and every set of them is sound."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.chart import rendering

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


@pytest.mark.parametrize("path", [path for path, _ in owned_objects(SCHEMA)], ids=".".join)
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


@pytest.mark.parametrize(
    "values",
    [
        {"replicaCount": "2"},
        {"replicaCount": 0},
        {"config": {"logLevel": "loud"}},
        {"config": {"publicUrl": "https://mas.example.org/"}},
        {"config": {"corsOrigins": ["*"]}},
        {"auth": {"mode": "basic"}},
        {"auth": {"jwt": {"jwksUrl": "http://keys.example.org"}}},
        {"image": {"digest": "sha256:beef"}},
        {"publicPaths": []},
        {"publicPaths": [{"path": "//metrics", "type": "Exact"}]},
        {"publicPaths": [{"path": "/v1/../metrics", "type": "Exact"}]},
        {"publicPaths": [{"path": "/%6detrics", "type": "Exact"}]},
        {"publicPaths": [{"path": "/v1", "type": "ImplementationSpecific"}]},
        {"podLabels": {"app.kubernetes.io/name": "other"}},
        {"commonLabels": {"app.kubernetes.io/instance": "other"}},
        {"monitoring": {"prometheusRule": {"errorBudget": 0}}},
    ],
    ids=str,
)
def test_a_wrong_value_is_refused(values: dict[str, Any]) -> None:
    helm = rendering.module("helm_python")
    with helm.Chart.load(rendering.CHART) as chart, pytest.raises(helm.HelmValuesError):
        chart.validate_schema(values)


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
    assert set(defaults) == set(schema["properties"]) - {"global"}
    assert schema["additionalProperties"] is False


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
        leaves = [
            name for name, child in schema["properties"].items() if "properties" not in child and name != "global"
        ]
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


def test_the_changes_of_the_chart_are_typed() -> None:
    chart = yaml.safe_load((rendering.CHART / "Chart.yaml").read_text(encoding="utf-8"))
    changes = yaml.safe_load(chart["annotations"]["artifacthub.io/changes"])
    assert {change["kind"] for change in changes} <= {"added", "changed", "deprecated", "removed", "fixed", "security"}
    assert all(change["description"] for change in changes)
