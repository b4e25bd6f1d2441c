"""Reads Arrow record batches row by row: the text of a cell is that which Arrow's own CSV writer writes for it.

So a binary float has the fewest digits that give it again, a null is an empty cell, an instant has its offset, and a
timestamp without a zone is a local time. What has no text of its own (lists, bytes, durations) is refused.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from service.cohort.intake.header import UnusableTable
from service.cohort.intake.table import Row
from service.cohort.safe_text import bounded, visible

ROWS_AT_ONCE = 1000
LONGEST_CELL = csv.field_size_limit()
_WITH_TEXT = (
    *(pa.types.is_null, pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal),
    *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
    *(pa.types.is_date, pa.types.is_timestamp, pa.types.is_time),
)
NO_TEXT = "Column '{}' has the Arrow type {}, which is no cell of a table: cast it to text, or drop the column."
NOT_UTF_8 = "Column '{}' holds bytes that are not UTF-8 text: decode them before."


def parts_of(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the batches in parts of at most a thousand rows, so that few texts are held at once."""
    for batch in batches:
        yield from (batch.slice(start, ROWS_AT_ONCE) for start in range(0, batch.num_rows, ROWS_AT_ONCE))


def rows_of(batch: pa.RecordBatch) -> Iterator[Row]:
    """Yield the cells of each row, None where one is longer than a cell of a CSV table may be.

    Raises UnusableTable for a column whose type has no text, or whose texts are not UTF-8.
    """
    columns = [_texts(name, column) for name, column in zip(batch.schema.names, batch.columns, strict=True)]
    for cells in zip(*columns, strict=True):
        yield list(cells) if all(len(cell) <= LONGEST_CELL for cell in cells) else None


def has_content(cells: Row) -> bool:
    """Return whether a row counts as one of the table; a row of blanks does not."""
    return cells is None or any(cell.strip() for cell in cells)


def first_row(batches: Iterable[pa.RecordBatch]) -> Row:
    """Return the first row, None if there is none that can be read."""
    return next(chain.from_iterable(map(rows_of, batches)), None)


def _texts(name: str, column: pa.Array) -> list[str]:
    held = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not any(is_of(held) for is_of in _WITH_TEXT):
        raise UnusableTable(NO_TEXT.format(visible(bounded(name)), held))
    try:
        return [text or "" for text in pc.cast(column, pa.large_string()).to_pylist()]
    except UnicodeDecodeError:
        raise UnusableTable(NOT_UTF_8.format(visible(bounded(name)))) from None
