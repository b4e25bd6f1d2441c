"""Clients made by the generators of others compile, call the running service, and read its answer and its refusal."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.api.openapi import PATH
from tests.contract.clients.generators import BIN, EXPECTED, GENERATORS, TOOLS, Generator, made, node, run
from tests.support.live import SERVICE, Live

pytestmark = [pytest.mark.clients, pytest.mark.xdist_group("generators")]


@pytest.fixture(autouse=True, scope="module")
def tools() -> None:
    """Skip where the tools are not installed; in CI that is a failure."""
    if not (TOOLS / "node_modules").is_dir() or not BIN.is_dir():
        missing = "the generators are not installed: bash .ci/clients/setup.sh"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Live(tmp_path_factory.mktemp("service"), SERVICE) as live:
        yield f"http://127.0.0.1:{live.port}"


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda generator: generator.name)
def test_a_generated_client_reads_an_answer_and_a_refusal(generator: Generator, address: str, tmp_path: Path) -> None:
    assert made(generator, tmp_path, address) == EXPECTED


@pytest.mark.parametrize(
    "command",
    [
        [node("redocly"), "lint", "--config", TOOLS / "redocly.yaml", "--max-problems=1"],
        [node("spectral"), "lint", "--ruleset", TOOLS / "spectral.yaml", "--fail-severity=hint"],
    ],
    ids=["redocly", "spectral"],
)
def test_a_linter_finds_nothing(command: list[str | Path]) -> None:
    said = run("lints", [*command, PATH], PATH.parent)
    assert "warning" not in said.lower().replace("deprecation warning", "")
