"""A scanner of Kubernetes objects finds nothing in any value set but what the objects give a reason for."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import rendering
from tests.support.rendering import Manifest, manifests

pytestmark = pytest.mark.chart

CHECKOV = rendering.ROOT / ".checkov" / "venv" / "bin" / "checkov"
ACCEPTED = {"CKV_K8S_8", "CKV_K8S_9", "CKV_K8S_11", "CKV_K8S_15", "CKV_K8S_43"}


def scanned(folder: Path, values: Manifest) -> dict[str, Any]:
    """Scan what the chart renders."""
    if not CHECKOV.exists():
        rendering.missing("checkov (.ci/checkov/setup.sh)")
    path = folder / "objects.yaml"
    path.write_text(yaml.safe_dump_all(manifests(values)), encoding="utf-8")
    command = [CHECKOV, "--file", path, "--framework", "kubernetes", "--output", "json", "--skip-download"]
    return dict(json.loads(subprocess.run(command, check=False, capture_output=True, text=True).stdout))


@pytest.mark.parametrize("name", rendering.VALUE_SETS)
def test_the_scanner_finds_nothing_that_has_no_reason(name: str, tmp_path: Path) -> None:
    values = rendering.values_of(name)
    values["networkPolicy"] = {**values.get("networkPolicy", {}), "enabled": True}  # the minimal set leaves it out
    results = scanned(tmp_path, values)["results"]
    assert [(found["check_id"], found["resource"]) for found in results["failed_checks"]] == []
    assert len(results["passed_checks"]) > 100
    reasons = {found["check_id"]: found["check_result"]["suppress_comment"] for found in results["skipped_checks"]}
    assert set(reasons) <= ACCEPTED
    assert all(reasons.values())


def test_the_scanner_would_find_what_a_site_weakens(tmp_path: Path) -> None:
    values = {"securityContext": {"privileged": True, "readOnlyRootFilesystem": False}}
    found = {found["check_id"] for found in scanned(tmp_path, values)["results"]["failed_checks"]}
    assert {"CKV_K8S_16", "CKV_K8S_22"} <= found


@pytest.mark.parametrize("name", rendering.VALUE_SETS)
def test_reasons_are_short_enough_for_podman(name: str) -> None:
    """It plays these pods in tests/deploy/container, and takes no annotation of more than 63 characters."""
    annotations = [o["metadata"].get("annotations", {}) for o in manifests(rendering.values_of(name))]
    reasons = [text for told in annotations for key, text in told.items() if key.startswith("checkov.io/")]
    assert reasons
    assert [text for text in reasons if len(text) > 63] == []
