"""Builds the image once for all container tests, and starts and stops what they need."""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support import rendering

HERE = Path(__file__).resolve().parent
BASE = os.environ.get("PYTHON_IMAGE", "localhost/python:bookworm")
IMAGE = "localhost/mas-risk-service:container-tests"
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
FIRST_PORT = 18080 + int(WORKER.removeprefix("gw")) % 2 * 10  # two test processes side by side, ten ports each
ENVIRONMENT = {**os.environ, "CONTAINERS_CONF": str(HERE / "containers.conf")}

Run = Callable[..., subprocess.CompletedProcess[str]]


def run(*command: str, check: bool = True, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    """Run buildah or podman; the assertion shows what it said when it fails."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=timeout, env=ENVIRONMENT)
    assert not check or done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="session")
def podman() -> Run:
    """Return a function that runs podman, once everything that it needs is found."""
    for program in ("podman", "buildah", "runc"):
        rendering.program(program)
    if os.geteuid() != 0:
        rendering.missing("root")
    if run("podman", "image", "exists", BASE, check=False).returncode != 0:
        rendering.missing(f"the base image {BASE} (.ci/container-tools)")
    return lambda *arguments, **options: run("podman", *arguments, **options)


@pytest.fixture(scope="session")
def image(podman: Run, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Build the image with buildah, once for all test processes of a run: the folder above theirs is shared."""
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    with (shared / "image-built").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        if not lock.read():
            build()
            lock.write("built")
    return IMAGE


def build(image: str = IMAGE, *arguments: str) -> None:
    """Build the image; the machine's own authorities are lent to the build, not put into the image."""
    lent = ["--secret", f"id=ca,src={AUTHORITIES}"] if AUTHORITIES.exists() else []
    run(
        *("buildah", "bud", "--isolation", "chroot", "--format", "docker", *lent),
        *(
            "--build-arg",
            f"PYTHON_IMAGE={BASE}",
            "--build-arg",
            "VERSION=0.0.0-test",
            "--tag",
            image,
            *arguments,
            str(rendering.ROOT),
        ),
    )


@pytest.fixture(scope="session")
def inspected(podman: Run, image: str) -> dict[str, Any]:
    """Return what the image says of itself."""
    return dict(json.loads(podman("image", "inspect", image).stdout)[0])


class Answer:
    """One HTTP answer: status, headers (lower-case names) and body."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()


def ask(port: int, path: str, method: str = "GET", body: object = None) -> Answer:
    """Ask a server on this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {"Content-Type": "application/json", "Connection": "close"})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def wait_for(port: int, path: str, seconds: float = 20) -> float:
    """Return how many seconds a path took to answer 200; fails when it does not."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            if ask(port, path).status == 200:
                return time.monotonic() - began
        except OSError:
            pass
        time.sleep(0.02)
    raise AssertionError(f"{path} on port {port} did not answer 200 within {seconds} s")


LOCKED_DOWN = [
    *("--network", "host", "--read-only", "--read-only-tmpfs=false", "--tmpfs", "/tmp:rw,size=64m,mode=1777"),
    *("--cap-drop", "all", "--security-opt", "no-new-privileges", "--no-healthcheck"),
]


@pytest.fixture(scope="module")
def container(podman: Run, image: str) -> Iterator[tuple[str, int]]:
    """Run the image locked down; yields its name and its port."""
    with started(podman, image, "locked", FIRST_PORT) as (name, _):
        yield name, FIRST_PORT


@contextmanager
def started(podman: Run, image: str, name: str, port: int, *options: str) -> Iterator[tuple[str, float]]:
    """Run the image locked down; yields the container's name and the seconds from `podman run` to the first 200."""
    full = f"mas-{name}-{WORKER}"
    podman("rm", "--force", "--ignore", full)
    began = time.monotonic()
    podman("run", "--detach", "--name", full, *LOCKED_DOWN, *options, "--env", f"PORT={port}", image)
    try:
        wait_for(port, "/livez")
        yield full, time.monotonic() - began
    finally:
        podman("rm", "--force", "--time", "5", full)
