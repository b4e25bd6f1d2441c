"""What can be told of the image without building it: its base is pinned, and only what it copies is sent to the builder."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_both_stages_have_one_base_pinned_to_the_patch() -> None:
    assert re.search(r"^ARG PYTHON_IMAGE=python:3\.\d+\.\d+-slim-[a-z]+$", DOCKERFILE, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["${PYTHON_IMAGE}"] * 2


def test_the_builder_is_sent_what_is_copied_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    copied = re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE)
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == set(copied)
    assert all((ROOT / name).exists() for name in copied)


@pytest.mark.parametrize("builder", ["docker", "/usr/bin/podman", "/usr/bin/buildah"])
def test_no_builder_drops_the_health_check(builder: str) -> None:
    """The usual format of podman and buildah has no place for one."""
    if shutil.which("make") is None:
        pytest.skip("needs make")
    told = subprocess.run(
        ["make", "-n", "image", f"BUILDER={builder}"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert ("--format docker" in told) is (builder != "docker")
