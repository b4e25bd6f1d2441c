"""The text of a cell in memory is that which Arrow's own CSV writer puts into a file."""

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import csv as arrow_csv

from service.cohort.intake.arrow import LONGEST_CELL, ROWS_AT_ONCE, first_row, has_content, parts_of, rows_of
from service.cohort.intake.header import UnusableTable

DAY, MINUTE = date(2023, 2, 1), datetime(2023, 2, 1, 8, 30, tzinfo=UTC)
FLOATS = [905.0, 0.1, 2150.5, 1e22, 1e-7, 123456789012.0, float("nan"), float("inf"), -0.0, 5e-324, None]
TYPED: dict[str, tuple[pa.Array, list[str]]] = {
    "null": (pa.nulls(1), [""]),
    "bool": (pa.array([True, False, None]), ["true", "false", ""]),
    "int64": (pa.array([905, -5, None]), ["905", "-5", ""]),
    "uint8": (pa.array([255], pa.uint8()), ["255"]),
    "double": (
        pa.array(FLOATS),
        ["905", "0.1", "2150.5", "1e+22", "1e-7", "1.23456789012e+11", "nan", "inf", "-0", "5e-324", ""],
    ),
    "float": (pa.array([0.1, 1.0], pa.float32()), ["0.1", "1"]),
    "decimal32": (pa.array([Decimal("905.10")], pa.decimal32(8, 2)), ["905.10"]),
    "decimal128": (pa.array([Decimal("905.10"), None], pa.decimal128(10, 2)), ["905.10", ""]),
    "decimal256": (pa.array([Decimal("905.10")], pa.decimal256(50, 20)), ["905.10000000000000000000"]),
    "date32": (pa.array([DAY, None]), ["2023-02-01", ""]),
    "date64": (pa.array([DAY], pa.date64()), ["2023-02-01"]),
    "local": (pa.array([MINUTE], pa.timestamp("s")), ["2023-02-01 08:30:00"]),
    "local with fraction": (pa.array([MINUTE, None], pa.timestamp("us")), ["2023-02-01 08:30:00.000000", ""]),
    "utc": (pa.array([MINUTE], pa.timestamp("s", "UTC")), ["2023-02-01 08:30:00Z"]),
    "zone": (pa.array([MINUTE], pa.timestamp("s", "Europe/Berlin")), ["2023-02-01 09:30:00+0100"]),
    "time": (pa.array([time(8, 30)], pa.time32("s")), ["08:30:00"]),
    "string": (pa.array([' a"b\r\n', "", None]), [' a"b\r\n', "", ""]),
    "large string": (pa.array(["a", None], pa.large_string()), ["a", ""]),
    "dictionary": (pa.array(["a", None, "a"]).dictionary_encode(), ["a", "", "a"]),
    "dictionary of numbers": (pa.array([905, None]).dictionary_encode(), ["905", ""]),
}
REFUSED: dict[str, pa.Array] = {
    "binary": pa.array([b"905"]),
    "fixed_size_binary[3]": pa.array([b"905"], pa.binary(3)),
    "duration[us]": pa.array([timedelta(days=1)]),
    "list<item: int64>": pa.array([[905]]),
    "struct<a: int64>": pa.array([{"a": 905}]),
}


def batch(**columns: Any) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(columns)


def cells(column: pa.Array) -> list[str]:
    return [row[0] for row in rows_of(batch(x=column)) if row is not None]


def written(column: pa.Array) -> list[str]:
    file = io.BytesIO()
    arrow_csv.write_csv(pa.table({"x": column, "y": pa.nulls(len(column))}), file)
    return [row[0] for row in csv.reader(io.StringIO(file.getvalue().decode(), newline=""))][1:]


@pytest.mark.parametrize("name", TYPED)
def test_a_typed_cell_is_read_as_the_text_that_a_file_would_hold(name: str) -> None:
    column, expected = TYPED[name]
    assert cells(column) == written(column) == expected


def test_texts_that_the_writer_of_files_does_not_know_are_read_as_well() -> None:
    assert cells(pa.array(["a", None], pa.string_view())) == ["a", ""]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_cell_of_a_table_is_refused_with_its_type(name: str) -> None:
    with pytest.raises(UnusableTable, match="cast it to text, or drop the column") as refused:
        cells(REFUSED[name])
    assert f"'x' has the Arrow type {name}," in str(refused.value)


def test_a_dictionary_is_read_as_what_it_holds() -> None:
    with pytest.raises(UnusableTable, match="Arrow type binary,"):
        cells(REFUSED["binary"].dictionary_encode())


def test_bytes_that_are_no_text_are_refused() -> None:
    damaged = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff"]).buffers())
    with pytest.raises(UnusableTable, match="'x' holds bytes that are not UTF-8"):
        cells(damaged)


def test_a_cell_that_is_too_long_for_a_file_makes_a_row_that_cannot_be_read() -> None:
    rows = list(rows_of(batch(x=["a" * LONGEST_CELL, "a" * (LONGEST_CELL + 1)], y=["", ""])))
    assert rows == [["a" * LONGEST_CELL, ""], None]
    file = io.StringIO("a" * (LONGEST_CELL + 1))
    with pytest.raises(csv.Error):
        next(csv.reader(file))


def test_a_row_of_blanks_has_no_content() -> None:
    rows = list(rows_of(batch(x=["", " ", "\u00a0", "0"], y=[None, None, float("nan"), None])))
    assert [has_content(row) for row in [*rows, None]] == [False, False, True, True, True]


def test_the_first_row_is_that_of_the_first_batch_that_has_one() -> None:
    assert first_row([batch(x=pa.array([], pa.string())), batch(x=["a", "b"])]) == ["a"]
    assert first_row([]) is None


def test_a_large_batch_is_read_in_parts() -> None:
    parts = list(parts_of([batch(x=range(2 * ROWS_AT_ONCE + 1)), batch(x=[])]))
    assert [part.num_rows for part in parts] == [ROWS_AT_ONCE, ROWS_AT_ONCE, 1]
    assert [part.column(0)[0].as_py() for part in parts] == [0, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE]
