"""Spark's workers assess the rows of a table as the command does, however the rows are scattered (.ci/spark/setup.sh)."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / ".spark" / "venv" / "bin" / "python"
ROWS = 20_000
CUTS = {"3:10000": (3, 10_000), "8:999": (8, 999), "200:50": (200, 50)}
pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.xdist_group("spark")]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """What one run tells; skipped where PySpark is not installed, which in CI is a failure."""
    if not PYTHON.exists():
        missing = "PySpark is not installed: bash .ci/spark/setup.sh"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    order = [PYTHON, "-m", "tests.contract.cohort.spark_job", str(ROWS), *CUTS]
    done = subprocess.run(order, cwd=ROOT, capture_output=True, check=False, timeout=1200)
    assert done.returncode == 0, done.stderr.decode()[-5000:]
    return dict(json.loads(done.stdout.decode().splitlines()[-1]))


def test_rows_scattered_over_any_partitions_and_batches_are_those_of_the_command(report: dict[str, Any]) -> None:
    assert report["master"] == "local-cluster[2,1,1024]"
    assert [(cut["partitions"], cut["batch"]) for cut in report["cuts"]] == list(CUTS.values())
    assert {cut["different"] for cut in report["cuts"]} == {0}
    (rows,) = {cut["rows"] for cut in report["cuts"]}
    assert ROWS * 0.99 < rows < ROWS  # blank rows are none


@pytest.mark.parametrize(("kind", "rows"), [("example", 40), ("typed", 3), ("pandas", 3)])
def test_other_tables_have_the_rows_of_the_command_too(report: dict[str, Any], kind: str, rows: int) -> None:
    """The guide's own example on a CSV table, columns with types, and a data frame of pandas."""
    assert report[kind] == {"rows": rows, "different": 0}


def test_a_run_stops_with_the_reason_where_a_table_cannot_be_told(report: dict[str, Any]) -> None:
    assert "MALFORMED" in report["refused"]["a cell too many"].upper()
    assert "Name it: assess_batches(rows.columns, rows.first())" in report["refused"]["units"]
