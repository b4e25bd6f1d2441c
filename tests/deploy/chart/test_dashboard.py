"""The dashboard and the alerts ask only for metrics and labels that exist, in PromQL that Prometheus can read."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.chart.test_alerts import rules
from tests.support import rendering

pytestmark = pytest.mark.chart

EXPOSED = tomllib.loads(Path(__file__).with_name("exposed_metrics.toml").read_text(encoding="utf-8"))
FROM_PROMETHEUS = {"up", "scrape_duration_seconds", "scrape_samples_scraped", "ALERTS"}
FROM_KUBERNETES = {
    "kube_pod_container_status_restarts_total",
    "kube_horizontalpodautoscaler_status_current_replicas",
    "kube_horizontalpodautoscaler_spec_max_replicas",
}
TARGET_LABELS = {"namespace", "job", "pod"}
ALERT_LABELS = {"namespace", "service", "alertname", "severity"}
SELECTOR = re.compile(r"([A-Za-z_]*)\{([^}]*)\}")
NAMED = re.compile(r'__name__=~"([^"]*)",?')
GROUPING = re.compile(r"\bby \(([^)]*)\)")
DASHBOARD = json.loads((rendering.CHART / "dashboards" / "mas-risk-service.json").read_text(encoding="utf-8"))


def panels() -> list[dict[str, Any]]:
    """Return the panels that draw something."""
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def panel_queries() -> list[str]:
    """Return the query of every panel, one for each line it draws."""
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def asked(query: str) -> list[tuple[str, set[str]]]:
    """Return each metric of a query with the labels it is selected by; of several at once, those that one of them has."""
    found = []
    for name, labels in SELECTOR.findall(query):
        selected_by = set(re.findall(r"(\w+)\s*(?:=|!)", NAMED.sub("", labels)))
        if name:
            found.append((name, selected_by))
            continue
        pattern = NAMED.findall(labels)[0]
        several = [metric for metric in EXPOSED if re.fullmatch(pattern, metric)]
        had = set(TARGET_LABELS).union(*(EXPOSED[metric]["labels"] for metric in several))
        assert several
        assert selected_by <= had
        found += [(metric, selected_by & {*EXPOSED[metric]["labels"], *TARGET_LABELS}) for metric in several]
    return found


def concrete_query(query: str, job: str = "mas", interval: str = "5m") -> str:
    """Return a query as Grafana sends it."""
    chosen = {"$__rate_interval": interval, "$namespace": "clinical", "$job": job, "$budget": "0.001"}
    for variable, value in chosen.items():
        query = query.replace(variable, value)
    return query


@pytest.mark.parametrize("query", panel_queries())
def test_panels_ask_for_what_exists(query: str) -> None:
    assert asked(query)
    known = set(TARGET_LABELS)
    for metric, labels in asked(query):
        assert metric in set(EXPOSED) | FROM_PROMETHEUS | FROM_KUBERNETES
        known |= ALERT_LABELS if metric == "ALERTS" else set(EXPOSED.get(metric, {"labels": []})["labels"])
        assert labels <= known
    for group in GROUPING.findall(query):
        assert {label.strip() for label in group.split(",")} <= known


def test_alerts_ask_for_what_the_service_exposes() -> None:
    for rule in rules().values():
        for metric, labels in asked(rule["expr"]):
            assert labels <= {*EXPOSED.get(metric, {"labels": labels})["labels"], *TARGET_LABELS}


def test_what_callers_suffer_is_not_hidden_among_probes_and_scrapes() -> None:
    """A panel a minute fails: beside the probes of two pods that is one request in forty."""
    queries = [*panel_queries(), *(rule["expr"] for rule in rules().values())]
    counted = [labels for query in queries for name, labels in SELECTOR.findall(query) if name.startswith("http_")]
    about_probes = [labels for labels in counted if 'route="/readyz"' in labels]
    assert len(about_probes) == 5
    rest = [labels for labels in counted if labels not in about_probes]
    assert [
        labels for labels in rest if '/livez|/readyz|/metrics"' not in labels and 'method="POST"' not in labels
    ] == []


def test_alerts_ask_for_nothing_else() -> None:
    metrics = {metric for rule in rules().values() for metric, _ in asked(rule["expr"])}
    assert metrics <= set(EXPOSED) | FROM_PROMETHEUS | FROM_KUBERNETES


def test_every_metric_of_the_service_is_drawn() -> None:
    drawn = {metric for query in panel_queries() for metric, _ in asked(query)}
    assert set(EXPOSED) <= drawn


def test_prometheus_can_read_every_query(tmp_path: Path) -> None:
    concrete = [concrete_query(query) for query in panel_queries()]
    groups = {
        "groups": [
            {"name": "panels", "rules": [{"record": f"panel:{i}", "expr": query} for i, query in enumerate(concrete)]}
        ]
    }
    path = tmp_path / "panels.yml"
    path.write_text(yaml.safe_dump(groups), encoding="utf-8")
    checked = subprocess.run(
        [rendering.program("promtool"), "check", "rules", path], check=False, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_panels_have_a_place_and_a_name_of_their_own() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    titles = [panel["title"] for panel in panels()]
    assert len(titles) == len(set(titles))
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        own = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not own & cells
        cells |= own


def test_the_data_source_is_chosen_by_the_reader() -> None:
    assert {variable["name"] for variable in DASHBOARD["templating"]["list"]} == {
        "datasource",
        "namespace",
        "job",
        "budget",
    }
    assert all(panel["datasource"]["uid"] == "${datasource}" for panel in panels())


def test_the_dashboard_leads_to_the_sites_runbook_and_knows_its_budget() -> None:
    rule = {"runbookUrl": "https://docs.example.org/runbook.html", "errorBudget": 0.005}
    values = {"monitoring": {"dashboard": {"enabled": True}, "prometheusRule": rule}}
    (document,) = [o for o in rendering.manifests(values) if o["metadata"]["name"].endswith("-dashboard")]
    dashboard = json.loads(document["data"]["mas-risk-service.json"])
    assert [link["url"] for link in dashboard["links"]] == [rule["runbookUrl"]]
    (budget,) = [variable for variable in dashboard["templating"]["list"] if variable["name"] == "budget"]
    assert budget["query"] == "0.005"


def test_what_the_runbook_sends_its_readers_to_is_on_the_dashboard() -> None:
    runbook = (rendering.ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    named = {
        title for line in re.findall(r"Dashboard, (\*[^:?]*)", runbook) for title in re.findall(r"\*([^*]+)\*", line)
    }
    titles = {panel["title"] for panel in panels()}
    assert {{"by route": "Requests by route"}.get(title, title) for title in named} <= titles
