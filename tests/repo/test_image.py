"""What can be told of the image without building it: its base is pinned, and only what it copies is sent to the builder."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from service.web import docs

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_both_stages_have_one_base_pinned_to_the_patch() -> None:
    assert re.search(r"^ARG PYTHON_IMAGE=python:3\.\d+\.\d+-slim-[a-z]+$", DOCKERFILE, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["${PYTHON_IMAGE}"] * 2


def test_the_builder_is_sent_what_is_copied_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    copied = set(re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE)) - {"${REQUIREMENTS}"}
    copied |= {"requirements.txt", "requirements-otel.txt"}
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == copied
    assert all((ROOT / name).exists() for name in copied)


def test_the_bill_of_materials_has_the_javascript_that_is_served(tmp_path: Path) -> None:
    """It comes inside a Python package, which needs it; of that, what nobody is served is left out of the image."""
    bill = tmp_path / "sbom.json"
    packages = [{"bom-ref": f"{name}==1", "name": name} for name in ("Flask", "flask-swagger-ui")]
    needs = [{"ref": "Flask==1"}, {"ref": "flask-swagger-ui==1", "dependsOn": ["Flask==1"]}]
    bill.write_text(json.dumps({"bomFormat": "CycloneDX", "components": packages, "dependencies": needs}))
    subprocess.run([sys.executable, ROOT / ".ci" / "carried_sbom.py", bill, docs.VIEWER], check=True)
    found = json.loads(bill.read_text())
    script = (docs.VIEWER / "swagger-ui-bundle.js").read_text(encoding="utf-8")
    version = re.findall(r'PACKAGE_VERSION:"([^"]+)"', script)[0]
    carried = f"pkg:npm/swagger-ui-dist@{version}"
    assert [part["bom-ref"] for part in found["components"]] == ["Flask==1", "flask-swagger-ui==1", carried]
    assert found["dependencies"] == [needs[0], needs[1] | {"dependsOn": ["Flask==1", carried]}, {"ref": carried}]
    left_out = {name for name in ("swagger-ui.js", "swagger-ui-standalone-preset.js") if f"dist/{name} " in DOCKERFILE}
    assert len(left_out) == 2
    assert not left_out & docs.FILES.keys()


def told(*variables: str) -> str:
    """Return what `make image` would run."""
    if shutil.which("make") is None:
        pytest.skip("needs make")
    command = ["make", "-n", "image", *variables]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("builder", ["docker", "/usr/bin/podman", "/usr/bin/buildah"])
def test_no_builder_drops_the_health_check(builder: str) -> None:
    """The usual format of podman and buildah has no place for one."""
    assert ("--format docker" in told(f"BUILDER={builder}")) is (builder != "docker")


def test_a_base_that_is_pinned_by_its_digest_is_labelled_with_it() -> None:
    digest = f"sha256:{'0' * 64}"
    assert f" --build-arg BASE_DIGEST={digest} " in told(f"PYTHON_IMAGE=registry.example:5000/python:3.11@{digest}")
    assert "BASE_DIGEST" not in told() + told("PYTHON_IMAGE=python:3.11")
    assert 'image.base.digest="${BASE_DIGEST}"' in DOCKERFILE


def test_what_sends_traces_is_in_the_image_only_where_it_is_chosen() -> None:
    assert re.search(r"^ARG REQUIREMENTS=requirements\.txt$", DOCKERFILE, re.MULTILINE)
    assert "REQUIREMENTS" not in told()
    assert "--build-arg REQUIREMENTS=requirements-otel.txt" in told("REQUIREMENTS=requirements-otel.txt")


def test_the_packages_for_traces_are_the_others_and_a_few_more() -> None:
    """One image is the other and what sends traces, in the same versions."""

    def pinned(name: str) -> set[str]:
        return set(re.findall(r"^[a-z][\w.\-\[\]]*==[\w.]+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))

    more = pinned("requirements-otel.txt") - pinned("requirements.txt")
    assert pinned("requirements.txt") < pinned("requirements-otel.txt")
    names = {package.split("==")[0].split("[")[0] for package in more}
    assert {name for name in names if not name.startswith("opentelemetry-")} == {
        "googleapis-common-protos",
        "protobuf",
        "typing-extensions",
    }
