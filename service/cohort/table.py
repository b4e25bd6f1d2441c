"""Reads a CSV table row by row in whatever form spreadsheets save it, and writes one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import BinaryIO, TextIO

from service.cohort.header import Header, UnusableTable, read_header

SEPARATORS = ",;\t"
LONGEST_HEADER = 100_000
NOT_UTF_8 = "The table is not UTF-8 text: save it as 'CSV UTF-8'; unpack it first if it is compressed."
Row = list[str] | None
"""The cells of one row, None where the row cannot be read as CSV."""


def text_of(stream: BinaryIO) -> TextIO:
    """Return the stream as text: UTF-8 with or without a byte order mark; a byte that is not UTF-8 spoils its cell."""
    return io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")


def open_table(lines: TextIO) -> tuple[Header, Iterator[Row]]:
    """Return the header and the rows to come; raises UnusableTable. Rows without any content are passed over."""
    first = _header_text(lines)
    if not first.strip():
        raise UnusableTable("The table is empty: the first line must name the columns.")
    if "\x00" in first or "\N{REPLACEMENT CHARACTER}" in first:
        raise UnusableTable(NOT_UTF_8)
    separator = max(SEPARATORS, key=first.count)
    header = read_header(next(csv.reader([first], delimiter=separator)))
    return header, _rows(lines, separator)


def _header_text(lines: TextIO) -> str:
    """Return the first row: more than one line where a quoted cell has a line break in it."""
    text = ""
    while more := lines.readline(LONGEST_HEADER):
        text += more
        if len(text) >= LONGEST_HEADER:
            break
        if text.count('"') % 2 == 0:
            return text
    if text:
        raise UnusableTable("The header cannot be read as CSV: a quotation mark is open, or it is far too long.")
    return text


def write_rows(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV text."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _rows(lines: TextIO, separator: str) -> Iterator[Row]:
    """Yield the rows; of the lines that a stray quotation mark runs together, each is a row that cannot be read."""
    reader = csv.reader(lines, delimiter=separator, strict=True)  # else such lines would pass for one cell
    while True:
        before = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield from repeat(None, reader.line_num - before)
            continue
        if any(cell.strip() for cell in cells):
            yield cells
