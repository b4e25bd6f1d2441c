"""Runs PySpark and the command on the same tables and prints as JSON where their results differ, and their rates.

``.spark/venv/bin/python -m tests.contract.cohort.spark_job ROWS PARTITIONS:BATCH ...`` in the root of the
project (.ci/spark/setup.sh installs PySpark). The cluster has two workers of one core each; a rate is rows per second
of processor time of the command, or of Spark's Python workers.
"""

from __future__ import annotations

import csv
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyspark
from py4j.protocol import Py4JError
from pyarrow import csv as arrow_csv
from pyarrow import parquet
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from service.cohort.arrow import SPARK_SCHEMA, BatchFunction, assess_batches, with_content

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "howto" / "spark.md"
EXAMPLE, OF_MEMORY = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
MASTER = "local-cluster[2,1,1024]"
WORK = Path(pyspark.__file__).parent / "work"
"""Where the workers of such a cluster keep what their executors print."""
BATCH = "spark.sql.execution.arrow.maxRecordsPerBatch"
ROWS_AT_ONCE = 5_000
RESULTS = {
    "ferritin": (40, 30_000),
    "platelets[10*9/L]": (20, 600),
    "ast[U/L]": (10, 900),
    "triglycerides[mg/dL]": (40, 600),
    "fibrinogen[mg/dL]": (60, 700),
    "esr (mm/h)": (1, 120),
    "crp[mg/L]": (1, 300),
    "wbc[10*9/L]": (1, 40),
    "hemoglobin[g/dL]": (5, 16),
    "ldh[U/L]": (100, 3000),
}
STRANGE = [
    "",
    "",
    None,
    "NA",
    "not done",
    "QNS",
    "ND",
    ">10000",
    "<1",
    "L",
    "high",
    "5.4.3",
    "2,1",
    "Total",
    'a "b"\nc',
]
NAMES = ["id", "collected_at", *RESULTS, "fever", "hepatomegaly", "condition", "medications", "ward"]
UNITS = [None, None, "ng/mL", *[None] * (len(NAMES) - 3)]


def row(draw: random.Random, number: int) -> list[str | None]:
    """A row as registries have them: one cell of fifty is strange, one row of a thousand is blank."""
    if draw.random() < 0.001:
        return [draw.choice(["", " ", None]) for _ in NAMES]

    def cell(usual: Sequence[str | None], *unusual: str) -> str | None:
        return draw.choice(usual) if draw.random() > 0.02 else draw.choice(unusual or STRANGE)

    return [
        f"P-{number}",
        cell(["2023-02-01", "2023-02-01T08:30:00Z", "2023-02-01 08:30", ""], "1/2/2023", "44958"),
        *(cell([str(draw.randint(*RESULTS[name])), None]) for name in RESULTS),
        *(cell(["yes", "no", "true", ""], "perhaps", "n/a") for _ in range(2)),
        cell(["sjia", "jsle", ""], "flu"),
        cell(["", "none", "anakinra; tocilizumab", "methotrexate"], "see note"),
        "3b",
    ]


def write_tables(folder: Path, count: int) -> None:
    """Write one table twice: as a file for the command, and as Parquet for Spark, with the units below the header.

    It is one file of Parquet: Spark reads several in an order of its own.
    """
    draw = random.Random(count)
    schema = pa.schema([(name, pa.string()) for name in NAMES])
    with (
        (folder / "panels.csv").open("w", encoding="utf-8", newline="") as file,
        parquet.ParquetWriter(folder / "panels.parquet", schema) as tables,
    ):
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(NAMES)
        for start in range(0, count, ROWS_AT_ONCE):
            rows = [row(draw, number) for number in range(start, min(start + ROWS_AT_ONCE, count))]
            rows = rows if start else [UNITS, *rows]
            writer.writerows(rows)
            columns = [pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)]
            tables.write_table(pa.table(columns, schema=schema))


def started(folder: Path) -> subprocess.Popen[bytes]:
    """Let the command write the results of a table, in one process, beside all else."""
    order = [sys.executable, "-m", "service.cohort", folder / "panels.csv", "--workers", "1"]
    with (folder / "results.csv").open("wb") as file:
        return subprocess.Popen(order, cwd=ROOT, stdout=file, stderr=subprocess.DEVNULL)


def seconds(command: subprocess.Popen[bytes]) -> float:
    """Wait for the command to end; return the seconds of processor time that it took."""
    _, status, usage = os.wait4(command.pid, 0)
    command.returncode = os.waitstatus_to_exitcode(status)
    assert command.returncode == 0
    return usage.ru_utime + usage.ru_stime


def lines(results: Path) -> Iterator[list[str]]:
    with results.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def rows_of(table: pa.Table) -> Iterator[list[str]]:
    """The rows of results in the order of their numbers, the names of the columns first."""
    yield table.column_names
    ordered = table.take(pc.sort_indices(pc.cast(table.column("row"), pa.int64())))
    for batch in ordered.to_batches(max_chunksize=10_000):
        yield from (list(cells) for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True))


def difference(ours: Iterable[Sequence[str]], expected: Iterable[Sequence[str]]) -> dict[str, int]:
    """How many rows were compared, and how many are not the same text in every cell."""
    pairs = list(map(_same, zip_longest(ours, expected)))
    return {"rows": len(pairs) - 1, "different": pairs.count(False)}


def _same(pair: tuple[Sequence[str] | None, Sequence[str] | None]) -> bool:
    return pair[0] == pair[1]


def numbered(panels: DataFrame) -> DataFrame:
    return panels.mapInArrow(with_content, panels.schema).zipWithIndex()


def assess_cut(spark: SparkSession, folder: Path, partitions: int, batch: int) -> dict[str, Any]:
    """Assess the rows of the table scattered over partitions, in batches of at most so many rows."""
    spark.conf.set(BATCH, batch)
    spent = spark.sparkContext.accumulator(0.0)
    rows = numbered(spark.read.parquet(str(folder / "panels.parquet")))
    assess = assess_batches(rows.columns, rows.first())

    def timed(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        start = time.process_time()
        yield from assess(batches)
        spent.add(time.process_time() - start)

    target, start = folder / f"results-{partitions}-{batch}", time.perf_counter()
    rows.repartition(partitions).mapInArrow(timed, SPARK_SCHEMA).write.parquet(str(target))
    wall = time.perf_counter() - start
    return {"partitions": partitions, "batch": batch, "target": str(target), "spent": spent.value, "wall": wall}


def compare_example(spark: SparkSession, folder: Path) -> dict[str, Any]:
    """Run what the guide shows, in a folder with the table that it reads."""
    spark.conf.set(BATCH, 7)
    write_tables(folder, 40)
    plain = [cells for cells in lines(folder / "panels.csv") if "\n" not in "".join(cells)]
    with (folder / "panels.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(plain)
    seconds(started(folder))
    exec(compile(EXAMPLE, GUIDE.name, "exec"), {})
    return difference(rows_of(parquet.read_table(folder / "results")), lines(folder / "results.csv"))


def compare_typed(spark: SparkSession, folder: Path) -> dict[str, Any]:
    """Let Spark read numbers, dates and instants as such; the command reads the file that Arrow writes of them."""
    minute = datetime(2023, 2, 1, 8, 30, tzinfo=UTC)
    table = pa.table(
        {
            "id": [1, 2, 3],
            "ferritin[ug/L]": [905.0, float("nan"), None],
            "crp[mg/L]": pa.array([Decimal("5.10"), None, Decimal("300.00")], pa.decimal128(10, 2)),
            "platelets[10*9/L]": pa.array([116, None, 5000], pa.int32()),
            "fever": [True, None, False],
            "collected_at": pa.array([minute, None, minute], pa.timestamp("us", "UTC")),
            "ward": [date(2023, 2, 1), None, None],
        }
    )
    arrow_csv.write_csv(table, folder / "panels.csv")
    parquet.write_table(table, folder / "typed.parquet")
    seconds(started(folder))
    rows = numbered(spark.read.parquet(str(folder / "typed.parquet")))
    rows.mapInArrow(assess_batches(rows.columns, rows.first()), SPARK_SCHEMA).write.parquet(str(folder / "results"))
    return difference(rows_of(parquet.read_table(folder / "results")), lines(folder / "results.csv"))


def compare_pandas(folder: Path) -> dict[str, Any]:
    """Assess a data frame of pandas as the guide shows; the command reads the file that pandas writes of it."""
    frame = pd.DataFrame(
        {
            "id": ["A", "B", None],
            "ferritin[ug/L]": [905.5, None, 1e4],
            "platelets[10*9/L]": pd.array([116, None, 300], "Int64"),
            "fibrinogen[g/L]": pd.Categorical(["low", None, "2.1"]),
            "fever": [True, None, False],
            "collected_at": pd.to_datetime(["2023-02-01 08:30", None, "2023-02-02 00:00"]),
        }
    )
    frame.to_csv(folder / "panels.csv", index=False)
    seconds(started(folder))
    names: dict[str, Any] = {"frame": frame}
    exec(compile(OF_MEMORY, GUIDE.name, "exec"), names)
    return difference(rows_of(names["results"]), lines(folder / "results.csv"))


def refusals(spark: SparkSession, folder: Path) -> dict[str, str]:
    """What a run says that is stopped: a row with a cell too many, and a row of units that nobody announced."""
    shutil.rmtree(folder / "results")
    (folder / "panels.csv").write_text("id,fibrinogen[g/L]\nA,2\nB,2,1\n", encoding="utf-8")
    told = {"a cell too many": _stopped(lambda: exec(compile(EXAMPLE, GUIDE.name, "exec"), {}))}
    rows = numbered(spark.createDataFrame(pa.table({"id": ["", "A"], "ferritin": ["ug/L", "905"]})))
    unannounced: BatchFunction = assess_batches(rows.columns)
    told["units"] = _stopped(lambda: rows.mapInArrow(unannounced, SPARK_SCHEMA).collect())
    return told


def _stopped(run: Any) -> str:
    try:
        run()
    except (PySparkException, Py4JError) as error:
        return str(error)
    return ""


def session() -> SparkSession:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    here = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false"}
    builder = SparkSession.builder.master(MASTER)
    for key, value in {
        **here,
        "spark.task.maxFailures": "1",
        "spark.executorEnv.PYTHONPATH": str(ROOT),
        "spark.sql.session.timeZone": "Europe/Berlin",
        "spark.sql.files.maxPartitionBytes": "262144",  # so that even a small file is read in several parts
        "spark.sql.files.openCostInBytes": "0",
    }.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def main(count: int, cuts: Sequence[tuple[int, int]]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folders = {part: Path(name, part) for part in ("cuts", "example", "typed", "pandas")}
        for folder in folders.values():
            folder.mkdir()
        write_tables(folders["cuts"], count)
        command = started(folders["cuts"])
        report: dict[str, Any] = {"pandas": compare_pandas(folders["pandas"])}
        os.chdir(folders["example"])  # which the virtual machine of Java then takes for its own
        spark = session()
        report["master"] = spark.sparkContext.master
        report["example"] = compare_example(spark, folders["example"])
        report["refused"] = refusals(spark, folders["example"])
        report["typed"] = compare_typed(spark, folders["typed"])
        report["cuts"] = [assess_cut(spark, folders["cuts"], *cut) for cut in cuts]
        logs = WORK / str(spark.sparkContext.applicationId)
        spark.stop()
        shutil.rmtree(logs, ignore_errors=True)
        os.chdir(ROOT)
        report["command"] = count / seconds(command)
        for cut in report["cuts"]:
            found = difference(rows_of(parquet.read_table(cut.pop("target"))), lines(folders["cuts"] / "results.csv"))
            cut.update(found, rate=found["rows"] / cut.pop("spent"))
    return report


if __name__ == "__main__":
    wanted, *shapes = sys.argv[1:]
    # the example prints as well, so the report is the last line
    print(json.dumps(main(int(wanted), [tuple(map(int, shape.split(":"))) for shape in shapes])))  # type: ignore[misc]
