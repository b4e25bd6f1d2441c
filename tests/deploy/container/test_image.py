"""The image holds what runs and nothing else, and runs with no right that it does not need."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.chart.test_alerts_live import MINUTES, firing
from tests.deploy.container.conftest import (
    BASE,
    FIRST_PORT,
    IMAGE,
    LOCKED_DOWN,
    WORKER,
    Run,
    ask,
    build,
    started,
    wait_for,
)
from tests.support import rendering

pytestmark = pytest.mark.container

START_SECONDS = 2.0
OWN_BYTES = 60_000_000
WITH_TRACES = f"{IMAGE}-with-traces"
FROM_BUILDER = {"io.buildah.version"}
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE)


def python(podman: Run, image: str, code: str, user: str = "65532") -> Any:
    """Run code that prints JSON with the image's Python, with neither network nor rights."""
    alone = ["--rm", "--no-healthcheck", "--network", "none", "--cap-drop", "all", "--user", user]
    return json.loads(podman("run", *alone, image, "python3", "-c", code).stdout)


def test_starts_locked_down_and_fast(podman: Run, image: str) -> None:
    """Up to six tries, so that a moment of load does not pass for a slow image."""
    taken: list[float] = []
    while min(taken, default=START_SECONDS) >= START_SECONDS and len(taken) < 6:
        with started(podman, image, "start", FIRST_PORT + 1) as (_, seconds):
            assert ask(FIRST_PORT + 1, "/readyz").status == 200
            taken.append(seconds)
    print(f"\nfrom podman run to the first answer: {', '.join(f'{seconds:.2f} s' for seconds in taken)}")
    assert min(taken) < START_SECONDS


def test_every_process_is_a_plain_user_without_rights(podman: Run, container: tuple[str, int]) -> None:
    pids = podman("top", container[0], "hpid").stdout.split()[1:]
    assert len(pids) >= 2, "a master and at least one worker"
    for pid in pids:
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
        )
        assert status["Uid"].split() == ["65532"] * 4
        assert int(status["NoNewPrivs"]) == 1
        assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}


def test_the_root_cannot_be_written(podman: Run, container: tuple[str, int]) -> None:
    tried = podman("exec", container[0], "python3", "-c", "open('/app/left-behind', 'w')", check=False)
    assert tried.returncode == 1
    assert "Read-only file system" in tried.stderr


def test_the_log_has_no_error(podman: Run, container: tuple[str, int]) -> None:
    logs = podman("logs", container[0])
    assert not re.search(r"\[error\]|\"level\": ?\"error\"|traceback", logs.stdout + logs.stderr, re.IGNORECASE)


def test_the_health_check_tells_alive_from_dead(
    podman: Run, image: str, inspected: dict[str, Any], container: tuple[str, int]
) -> None:
    kind, *command = inspected["Healthcheck"]["Test"]
    assert kind == "CMD"
    assert podman("exec", container[0], *command, check=False).returncode == 0
    assert podman("run", "--rm", "--no-healthcheck", "--network", "none", image, *command, check=False).returncode != 0


def test_a_stop_is_graceful_and_within_the_drain(podman: Run, image: str) -> None:
    with started(podman, image, "stop", FIRST_PORT + 2) as (name, _):
        began = time.monotonic()
        podman("stop", "--time", "30", name)
        assert time.monotonic() - began < 25
        assert podman("inspect", "--format", "{{.State.ExitCode}}", name).stdout.strip() == "0"


def test_no_shell_is_needed(podman: Run, image: str, tmp_path: Path) -> None:
    """Every shell of the base is hidden behind an empty file; the service starts and answers all the same."""
    nothing = tmp_path / "nothing"
    nothing.touch(mode=0o444)
    code = "import json, os; print(json.dumps(sorted({os.path.realpath(f'/bin/{s}') for s in ('sh', 'bash', 'dash')})))"
    hidden = [argument for shell in python(podman, image, code) for argument in ("--volume", f"{nothing}:{shell}:ro")]
    with started(podman, image, "shell", FIRST_PORT + 3, *hidden) as (name, _):
        assert podman("exec", name, "/bin/sh", "-c", "true", check=False).returncode != 0


def test_neither_compiler_nor_installer_is_left(podman: Run, image: str) -> None:
    code = """
import importlib.util, json, pathlib, shutil
programs = [p for p in ("gcc", "cc", "g++", "make", "pip", "pip3", "curl", "wget", "git") if shutil.which(p)]
modules = [m for m in ("pip", "setuptools", "wheel") if importlib.util.find_spec(m)]
left = [str(p) for p in map(pathlib.Path, ("/build", "/root/.cache", "/app/.git", "/app/tests")) if p.exists()]
left += map(str, pathlib.Path("/tmp").iterdir())
print(json.dumps(programs + modules + left))
"""
    assert python(podman, image, code, user="0") == []


def test_only_what_runs_is_shipped(podman: Run, image: str) -> None:
    assert python(podman, image, "import json, os; print(json.dumps(sorted(os.listdir('/app'))))") == [
        "openapi.yaml",
        "service",
        "venv",
    ]


def test_what_is_shipped_can_be_read_by_anyone_and_written_by_no_one_but_root(podman: Run, image: str) -> None:
    code = """
import json, pathlib
found = [(p, p.lstat()) for p in pathlib.Path("/app").rglob("*") if not p.is_symlink()]
print(json.dumps([str(p) for p, s in found if s.st_uid != 0 or s.st_mode & 0o022 or not s.st_mode & 0o004]))
"""
    assert python(podman, image, code, user="0") == []


def test_everything_is_compiled(podman: Run, image: str) -> None:
    code = """
import importlib.util, json, pathlib
sources = [p for p in pathlib.Path("/app").rglob("*.py")]
print(json.dumps([len(sources), [str(p) for p in sources if not pathlib.Path(importlib.util.cache_from_source(p)).exists()]]))
"""
    count, uncompiled = python(podman, image, code)
    assert count > 100
    assert uncompiled == []


def test_the_packages_are_the_pinned_ones(podman: Run, image: str) -> None:
    code = """
import importlib.metadata, json
print(json.dumps({d.name.lower().replace("_", "-").replace(".", "-"): d.version for d in importlib.metadata.distributions(path=[next(p for p in __import__("sys").path if p.startswith("/app/venv"))])}))
"""
    installed = python(podman, image, code)
    pinned = dict(PINNED.findall((rendering.ROOT / "requirements.txt").read_text(encoding="utf-8")))
    print(f"\npackages: {', '.join(f'{name} {version}' for name, version in sorted(installed.items()))}")
    assert {"flask", "gunicorn", "marshmallow", "requests"} <= set(installed)
    assert installed.items() <= {name.lower().replace("_", "-"): version for name, version in pinned.items()}.items()


def test_a_scanner_finds_the_packages_of_the_system(podman: Run, image: str) -> None:
    """Where Debian keeps them, or where bases without its tools do."""
    code = """
import json, pathlib
kept = [pathlib.Path("/var/lib/dpkg/status"), *pathlib.Path("/var/lib/dpkg").glob("status.d/*")]
print(json.dumps(sum(p.read_text().count("Package: ") for p in kept if p.is_file())))
"""
    assert python(podman, image, code) > 10


def test_the_bill_of_materials_has_the_packages_of_the_system(podman: Run, image: str, tmp_path: Path) -> None:
    def read(path: str) -> str:
        return podman(
            "run", "--rm", "--no-healthcheck", "--network", "none", "--entrypoint", "/bin/cat", image, path
        ).stdout

    bill, status, release = (tmp_path / name for name in ("sbom.json", "status", "release"))
    bill.write_text(json.dumps({"bomFormat": "CycloneDX", "components": [{"name": "flask"}]}))
    status.write_text(read("/var/lib/dpkg/status"))
    release.write_text(read("/etc/os-release"))
    script = rendering.ROOT / ".ci" / "system_sbom.py"
    subprocess.run([sys.executable, script, bill, status, release], check=True, capture_output=True)
    components = json.loads(bill.read_text())["components"]
    query = podman(
        *("run", "--rm", "--no-healthcheck", "--network", "none", "--entrypoint", "/usr/bin/dpkg-query", image),
        *("--show", "--showformat", "${Package} ${Version}\\n"),
    ).stdout
    found = {f"{told['name']} {told['version']}" for told in components if told.get("purl", "").startswith("pkg:deb/")}
    assert found == set(query.splitlines())
    assert components[0] == {"name": "flask"}
    assert [told["name"] for told in components if told.get("type") == "operating-system"] == ["debian"]
    assert len({told["bom-ref"] for told in components[1:]}) == len(components) - 1


def test_starts_as_docker_would_start_it(podman: Run, image: str) -> None:
    """A published port, a read-only root, and nothing else: no volume, no setting."""
    name, port = f"mas-published-{WORKER}", FIRST_PORT + 8
    podman("rm", "--force", "--ignore", name)
    rights = ["--read-only", "--read-only-tmpfs=false", "--cap-drop", "all", "--security-opt", "no-new-privileges"]
    podman("run", "--detach", "--no-healthcheck", "--name", name, "--publish", f"127.0.0.1:{port}:8080", *rights, image)
    try:
        wait_for(port, "/readyz")
        panel = {"observations": {"ferritin": "905 ug/L"}, "context": {"condition": "sjia"}}
        assert ask(port, "/v1/assessments", "POST", panel).status == 200
        assert b"mas_assessments_total" in ask(port, "/metrics").body
    finally:
        podman("rm", "--force", "--time", "5", name)


def test_memory_near_the_limit_is_told_and_raises_the_alert(podman: Run, image: str, tmp_path: Path) -> None:
    """Filled is the scratch folder, which counts as memory; the alert fires from what the service then tells."""
    port, limit = FIRST_PORT + 9, 400 << 20
    with started(podman, image, "memory", port, "--memory", "400m", "--tmpfs", "/fill:rw,size=300m,mode=1777") as (
        name,
        _,
    ):
        eventually_above(port, 0)
        before = told(port)
        assert before["mas_container_memory_limit_bytes"] == limit
        assert 0 < before["mas_container_memory_bytes"] < 0.8 * limit
        assert firing(tmp_path, memory_series(before)) == set()
        room = int(0.95 * limit - before["mas_container_memory_bytes"])
        podman(
            "exec",
            name,
            "python3",
            "-c",
            f"f = open('/fill/a', 'wb'); [f.write(bytes(1 << 20)) for _ in range({room >> 20})]",
        )
        eventually_above(port, 0.91 * limit)
        assert firing(tmp_path, memory_series(told(port))) == {"MasMemoryHigh"}


def told(port: int) -> dict[str, float]:
    """Return what the service tells of its container's memory."""
    lines = ask(port, "/metrics").body.decode().splitlines()
    return {line.split()[0]: float(line.split()[1]) for line in lines if line.startswith("mas_container_memory")}


def eventually_above(port: int, wanted: float) -> None:
    """Wait until the memory that is told has risen."""
    until = time.monotonic() + 20
    while told(port).get("mas_container_memory_bytes", 0) <= wanted:
        assert time.monotonic() < until, told(port)
        time.sleep(0.2)


def memory_series(values: dict[str, float]) -> list[dict[str, str]]:
    """Write them as promtool reads series."""
    labels = 'namespace="clinical",job="mas",pod="a"'
    return [{"series": f"{name}{{{labels}}}", "values": f"{value}x{MINUTES}"} for name, value in values.items()]


def test_labels_and_user(inspected: dict[str, Any]) -> None:
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in inspected["Labels"].items()}
    assert labels["version"] == "0.0.0-test"
    assert labels["licenses"] == "Apache-2.0"
    assert (labels["base.name"], labels["base.digest"]) == (BASE, "unknown")  # only a base that is pinned names its own
    told = "title description authors vendor url documentation source version revision created licenses ref.name"
    assert {*told.split(), "base.name", "base.digest"} == {
        name for name in labels if not name.startswith("mas.")
    } - FROM_BUILDER
    assert all(labels.values())
    assert inspected["User"] == "65532:65532"
    assert inspected["Config"]["Cmd"][0] == "gunicorn"


def test_small(podman: Run, inspected: dict[str, Any]) -> None:
    base = json.loads(podman("image", "inspect", BASE).stdout)[0]["Size"]
    print(
        f"\nimage {inspected['Size'] / 1e6:.0f} MB, of which {(inspected['Size'] - base) / 1e6:.0f} MB on top of the base"
    )
    assert inspected["Size"] - base < OWN_BYTES


def test_the_image_that_sends_traces_is_built_by_choice(podman: Run, image: str) -> None:
    """It starts with an address for spans; the usual one says what it lacks."""
    chosen = ["--env", "MAS_TRACES_URL=http://127.0.0.1:9/v1/traces"]
    build(WITH_TRACES, "--build-arg", "REQUIREMENTS=requirements-otel.txt")
    with started(podman, WITH_TRACES, "traces", FIRST_PORT + 4, *chosen):
        assert ask(FIRST_PORT + 4, "/readyz").status == 200
        assert ask(FIRST_PORT + 4, "/v1/criteria").status == 200
    refused = podman("run", "--rm", *LOCKED_DOWN, *chosen, image, check=False)
    assert refused.returncode != 0
    assert "requirements-otel.txt" in refused.stdout + refused.stderr
