"""Assesses tables in memory (Arrow), batch by batch on as many machines as hold them: the same rows as the command.

What the command finds out once for a whole table is found out once here too, by ``assess_batches``, from the names of
the columns and the first row. The rows then depend on nothing but themselves and their index, in whatever batches they
come. docs/howto/spark.md has the example. The package pyarrow is an extra (requirements-arrow.txt).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from service.cohort.intake.arrow import first_row, has_content, parts_of, rows_of
from service.cohort.intake.header import Header, UnusableTable, with_units
from service.cohort.intake.table import Row, header_of
from service.cohort.results import COLUMNS
from service.cohort.work import Reading, result_of
from service.ehr.terminology.code_file import load_codes

INDEX = "index"
"""The name that Spark's ``zipWithIndex`` gives to the column with the place of a row in the whole table, from 0."""
SCHEMA = pa.schema([(name, pa.string()) for name in COLUMNS])
"""The columns of results: all are text, and none is ever null."""
SPARK_SCHEMA = ", ".join(f"`{name}` string" for name in COLUMNS)
"""The same as Spark takes it."""
NO_INDEX = "No column alone is called '{}': number the rows of the whole table from 0, as zipWithIndex does."
OTHER_COLUMNS = "These rows have other columns, or in another order, than those that were named."
BAD_INDEX = "A row has no index: the column must hold whole numbers from 0 on, one for each row of the whole table."
NO_CONTENT = (
    "The row with the index {} has nothing in it. The command does not count such rows: pass the table through "
    "with_content before its rows are numbered."
)
OTHER_FIRST = (
    "The row with the index 0 gives other units than the first row that was named, or only one of the two is a row of "
    "units. Name it: assess_batches(rows.columns, rows.first())."
)
OTHER_CODES = "The file of codes differs from the one that was named, or is not there: every machine needs the same."


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the command: what to do with a bad value, and how the table is written.

    ``zone`` is that of times without an offset. ``code_map`` is a site's file of codes, the same on every machine.
    """

    on_invalid: Literal["reject", "omit"] = "reject"
    decimal_comma: bool = False
    ignore_columns: tuple[str, ...] = ()
    zone: tzinfo = UTC
    code_map: str = field(default_factory=lambda: os.environ.get("MAS_CODE_MAP_FILE", ""))


@dataclass(frozen=True)
class BatchFunction:
    """All that is decided for a whole table. It may be sent to other processes; calling it assesses a part of the rows.

    ``named`` is the header by the names alone, that of ``reading`` has the units of a first row of units as well.
    """

    columns: tuple[str, ...]
    index: str
    named: Header
    reading: Reading
    codes: str

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the command would tell about the header, such as which column is left out."""
        return self.reading.header.remarks

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield the results of each batch in the order of its rows; a row that is refused has its row too.

        Raises UnusableTable where the rows are not those that were announced, or cannot all be told: other columns, an
        index that is missing, a row without content, a row of units that was not announced, another file of codes.
        """
        if _digest(self.reading.code_map) != self.codes:
            raise UnusableTable(OTHER_CODES)
        for batch in parts_of(batches):
            if tuple(batch.schema.names) != self.columns:
                raise UnusableTable(OTHER_COLUMNS)
            yield _as_batch(self._results(batch))

    def _results(self, batch: pa.RecordBatch) -> Iterator[list[str]]:
        index = batch.column(self.index)
        if not pa.types.is_integer(index.type) or index.null_count or pc.min(index).as_py() < 0:
            raise UnusableTable(BAD_INDEX)
        above = self.reading.header != self.named
        for place, cells in zip(index.to_pylist(), rows_of(batch.drop_columns([self.index])), strict=True):
            if not has_content(cells):
                raise UnusableTable(NO_CONTENT.format(place))
            if place == 0 and _with_units(self.named, cells) != self.reading.header:
                raise UnusableTable(OTHER_FIRST)
            if place >= above:
                yield result_of(self.reading, place + 1 - above, cells)


def assess_batches(
    columns: Sequence[str], first: Sequence[object] | None = None, options: Options | None = None, index: str = INDEX
) -> BatchFunction:
    """Return the function that assesses batches of a table, as ``mapInArrow`` takes it.

    ``columns`` are the names of its columns, one of them that of the index. ``first`` is the first row of the whole
    table with all its cells (None if there is none), which may hold the units.

    Raises UnusableTable for a header that the command refuses, and BadData for a wrong file of codes.
    """
    if list(columns).count(index) != 1:
        raise UnusableTable(NO_INDEX.format(index))
    how = options or Options()
    load_codes(how.code_map)  # a wrong one stops here, before any machine is at work
    named = header_of([name for name in columns if name != index], how.ignore_columns)
    cells = [
        "" if cell is None else str(cell)
        for name, cell in zip(columns, first or [None] * len(columns), strict=True)
        if name != index
    ]
    reading = Reading(_with_units(named, cells), how.on_invalid, how.decimal_comma, how.zone, how.code_map)
    return BatchFunction(tuple(columns), index, named, reading, _digest(how.code_map))


def assess_table(table: pa.Table, options: Options | None = None) -> pa.Table:
    """Return the results of a table that one process holds; its rows are counted from 1 as the command counts them.

    Raises UnusableTable and BadData as ``assess_batches`` does.
    """
    index = INDEX
    while index in table.column_names:
        index += "_"
    kept = pa.Table.from_batches(with_content(table.to_batches()), table.schema)
    numbered = kept.append_column(index, pa.array(range(kept.num_rows), pa.int64()))
    function = assess_batches(numbered.column_names, first_row(numbered.to_batches()), options, index)
    return pa.Table.from_batches(function(numbered.to_batches()), SCHEMA)


def with_content(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the batches without the rows that have nothing in them: the command passes over these and counts on."""
    for batch in parts_of(batches):
        yield batch.filter(pa.array(map(has_content, rows_of(batch)), pa.bool_()))


def _with_units(named: Header, cells: Row) -> Header:
    """Return the header with the units of the row below it, if it is a row of units."""
    return (with_units(named, cells) if cells else None) or named


def _digest(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest() if path and Path(path).is_file() else ""


def _as_batch(rows: Iterable[Sequence[str]]) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    return pa.RecordBatch.from_arrays([pa.array(cells, pa.string()) for cells in columns], schema=SCHEMA)
