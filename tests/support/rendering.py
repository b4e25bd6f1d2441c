"""Renders the chart with the real Helm engine; a missing tool skips on a laptop and fails in continuous integration."""

from __future__ import annotations

import functools
import importlib
import json
import os
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "helm"
VALUE_SETS = {path.name.removesuffix("-values.yaml"): path for path in sorted((CHART / "ci").glob("*-values.yaml"))}

Manifest = dict[str, Any]


def missing(what: str) -> None:
    """Skip the test, or fail it where everything has to be there."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, and CI is set", pytrace=False)
    pytest.skip(f"needs {what}")


def module(name: str) -> ModuleType:
    """Import a package of requirements-chart.txt."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        missing(f"the Python package {name} (requirements-chart.txt)")
        raise


def program(name: str) -> str:
    """Find a program of .ci/container-tools."""
    path = shutil.which(name)
    if path is None:
        missing(f"the program {name} (.ci/container-tools)")
    return str(path)


def values_of(name: str) -> Manifest:
    """Read one of the chart's value sets."""
    return yaml.safe_load(VALUE_SETS[name].read_text(encoding="utf-8")) or {}


class Loader(yaml.CSafeLoader):
    """Takes no key that stands twice in one mapping: readers differ in which of the two they believe."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"a key stands twice in {node.start_mark}"
        return super().construct_mapping(node, deep)


def render(values: Manifest, release: str = "mas") -> dict[str, str]:
    """Render the chart into `{template: text}`; raises helm_python.HelmError."""
    with module("helm_python").Chart.load(CHART) as chart:
        rendered = chart.render(values, name=release, namespace="clinical")
    return {name.split("/templates/")[1]: text for name, text in rendered.items()}


@functools.cache
def _rendered(values: str, release: str) -> dict[str, str]:
    return render(json.loads(values), release)


def files(values: Manifest, release: str = "mas") -> dict[str, str]:
    """Render the chart, or remember what the same values gave before."""
    return dict(_rendered(json.dumps(values), release))


def manifests(values: Manifest, release: str = "mas") -> list[Manifest]:
    """Render the chart into its Kubernetes objects; they are the caller's own."""
    texts = (text for name, text in files(values, release).items() if name.endswith(".yaml"))
    return [document for text in texts for document in yaml.load_all(text, Loader) if document]


def only(objects: list[Manifest], kind: str) -> Manifest:
    """Return the one object of a kind that is not part of a helm test; ConfigMaps: the settings."""
    found = [o for o in objects if o["kind"] == kind and "helm.sh/hook" not in o["metadata"].get("annotations", {})]
    if kind == "ConfigMap":
        found = [o for o in found if "MAS_AUTH_MODE" in o["data"]]
    assert len(found) == 1, f"{len(found)} objects of kind {kind}"
    return found[0]


def kinds(objects: list[Manifest]) -> set[str]:
    """Return the kinds of all objects but the helm tests'."""
    return {o["kind"] for o in objects if "helm.sh/hook" not in o["metadata"].get("annotations", {})}
