"""The alerts fire when they should, keep still when they should, and each leads to its paragraph of the runbook."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.ehr.counting import UNKNOWN_REASONS
from tests.support import rendering
from tests.support.rendering import manifests, only

pytestmark = pytest.mark.chart

UNIT_TESTS = {path.stem: path for path in sorted(Path(__file__).parent.glob("alerts_*test.yml"))}
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


def unit_tests(name: str) -> dict[str, Any]:
    """Read one file of unit tests."""
    return dict(yaml.safe_load(UNIT_TESTS[name].read_text(encoding="utf-8")))


def expectations(tests: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every expectation of one file of unit tests."""
    return [case for test in tests["tests"] for case in test["alert_rule_test"]]


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run promtool and capture what it says."""
    return subprocess.run([rendering.program("promtool"), *arguments], check=False, capture_output=True, text=True)


def test_prometheus_takes_the_rules(tmp_path: Path) -> None:
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump(rule_groups()), encoding="utf-8")
    checked = promtool("check", "rules", "--lint=all", "--lint-fatal", path)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("name", UNIT_TESTS)
def test_the_alerts_fire_and_keep_still(name: str, tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rule_groups()), encoding="utf-8")
    tests = unit_tests(name)
    known = rules()
    for case in expectations(tests):
        rule = known[case["alertname"]]
        for alert in case["exp_alerts"]:
            alert["exp_labels"] = rule["labels"]
            alert["exp_annotations"] = {**rule["annotations"], **alert.get("exp_annotations", {})}
    (tmp_path / "tests.yml").write_text(yaml.safe_dump(tests), encoding="utf-8")
    tested = promtool("test", "rules", tmp_path / "tests.yml")
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_is_seen_firing_and_keeping_still() -> None:
    cases = [case for name in UNIT_TESTS for case in expectations(unit_tests(name))]
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


def test_unusable_inputs_are_told_by_reasons_that_exist() -> None:
    (words,) = set(re.findall(r'reason=~"\|([^"]*)"', rules()["MasRejectionsJump"]["expr"]))
    assert set(words.split("|")) <= set(UNKNOWN_REASONS)


def test_an_autoscaler_of_one_size_is_always_at_its_most_and_no_news() -> None:
    values = {**VALUES, "autoscaling": {"enabled": True, "minReplicas": 6}}
    assert "MasAtMostPods" not in yaml.safe_dump(only(manifests(values), "PrometheusRule"))


def test_without_an_autoscaler_there_is_no_alert_about_it() -> None:
    values = {**VALUES, "autoscaling": {"enabled": False}}
    text = yaml.safe_dump(only(manifests(values), "PrometheusRule"))
    assert "horizontalpodautoscaler" not in text
