"""The alerts fire when they should, keep still when they should, and each leads to its paragraph of the runbook."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.chart import rendering
from tests.chart.rendering import manifests, only

pytestmark = pytest.mark.chart

UNIT_TESTS = Path(__file__).with_name("alerts_test.yml")
VALUES = {
    "fullnameOverride": "mas",
    "autoscaling": {"enabled": True},
    "monitoring": {"prometheusRule": {"enabled": True}},
}


def rule_groups() -> dict[str, Any]:
    """Return the rendered rules as Prometheus reads them."""
    return dict(only(manifests(VALUES), "PrometheusRule")["spec"])


def rules() -> dict[str, dict[str, Any]]:
    """Return the rendered rules by name."""
    return {rule["alert"]: rule for group in rule_groups()["groups"] for rule in group["rules"]}


def expectations(unit_tests: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every expectation of the unit tests."""
    return [case for test in unit_tests["tests"] for case in test["alert_rule_test"]]


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run promtool and capture what it says."""
    return subprocess.run([rendering.program("promtool"), *arguments], check=False, capture_output=True, text=True)


def test_prometheus_takes_the_rules(tmp_path: Path) -> None:
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump(rule_groups()), encoding="utf-8")
    checked = promtool("check", "rules", "--lint=all", "--lint-fatal", path)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_alerts_fire_and_keep_still(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rule_groups()), encoding="utf-8")
    unit_tests = yaml.safe_load(UNIT_TESTS.read_text(encoding="utf-8"))
    for case in expectations(unit_tests):
        rule = rules()[case["alertname"]]
        for alert in case["exp_alerts"]:
            alert["exp_labels"] = rule["labels"]
            alert["exp_annotations"] = {**rule["annotations"], **alert.get("exp_annotations", {})}
    (tmp_path / "tests.yml").write_text(yaml.safe_dump(unit_tests), encoding="utf-8")
    tested = promtool("test", "rules", tmp_path / "tests.yml")
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_is_seen_firing_and_keeping_still() -> None:
    cases = expectations(yaml.safe_load(UNIT_TESTS.read_text(encoding="utf-8")))
    assert {case["alertname"] for case in cases if case["exp_alerts"]} == set(rules())
    assert {case["alertname"] for case in cases if not case["exp_alerts"]} == set(rules())


def test_every_alert_has_its_paragraph_and_no_paragraph_is_left_over() -> None:
    runbook = (rendering.ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^## (\w+)$", runbook, re.MULTILINE))
    assert headings == set(rules())
    for name, rule in rules().items():
        assert rule["annotations"]["runbook_url"] == f"docs/runbook.md#{name.lower()}"


def test_every_alert_but_the_clusters_own_asks_for_this_release_only() -> None:
    for rule in rules().values():
        selectors = re.findall(r"\{[^}]*\}", rule["expr"])
        assert selectors
        assert all('namespace="clinical"' in selector for selector in selectors)
        assert all(re.search('(job|horizontalpodautoscaler)="mas"|pod=~"mas-', selector) for selector in selectors)


def test_without_an_autoscaler_there_is_no_alert_about_it() -> None:
    values = {**VALUES, "autoscaling": {"enabled": False}}
    text = yaml.safe_dump(only(manifests(values), "PrometheusRule"))
    assert "horizontalpodautoscaler" not in text
