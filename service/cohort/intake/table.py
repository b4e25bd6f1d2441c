"""Reads a CSV table row by row in whatever form spreadsheets save it."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, repeat
from typing import BinaryIO, TextIO

from service.cohort.intake.header import Header, UnusableTable, names_an_input, read_header, with_units

SEPARATORS = ",;\t|"
LONGEST_HEADER = 100_000
MOST_TITLES = 20
UTF_8 = "utf-8"
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""The byte order marks that say how a text is written; that of UTF-32 begins with one of UTF-16."""
_BAD_BYTE = re.compile("[\ud800-\udfff]")
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?[\s,;]*', re.IGNORECASE)
NOT_THIS_TEXT = (
    "Line {} is not {} text: save the table as 'CSV UTF-8', or name its encoding, such as --encoding cp1252 (Excel on "
    "Windows) or mac_roman (on a Mac); unpack it first if it is compressed."
)
DAMAGED = (
    "The table is not UTF-8 text, or a program has lost letters of its header: save it as 'CSV UTF-8', or name its "
    "encoding with --encoding; unpack it first if it is compressed."
)
EMPTY_TABLE = "The table is empty: the first line must name the columns."
OPEN_QUOTE = "The header cannot be read as CSV: a quotation mark is open, or it is far too long."
Row = list[str] | None
"""The cells of one row, None where the row cannot be read as CSV."""


class Lines:
    """The lines of a text, counted, so that a byte that does not belong into it can be named."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._number = 0
        self._encoding = "UTF-8" if (text.encoding or UTF_8).startswith(UTF_8) else text.encoding

    def __iter__(self) -> Iterator[str]:
        """Yield the lines to come; raises UnusableTable at one that is not text in the encoding."""
        while line := self.take():
            yield line

    def take(self, most: int = -1) -> str:
        """Return the next line, up to ``most`` characters of it; "" at the end. Raises UnusableTable."""
        self._number += 1
        try:
            line = self._text.readline(most)
        except UnicodeError:
            raise UnusableTable(NOT_THIS_TEXT.format(self._number, self._encoding)) from None
        if not line.isascii() and _BAD_BYTE.search(line):
            raise UnusableTable(NOT_THIS_TEXT.format(self._number, self._encoding))
        return line


def text_of(stream: BinaryIO, encoding: str = UTF_8) -> TextIO:
    """Return the stream as text; a byte order mark at its start goes before the encoding that was named.

    A byte that does not belong becomes a lone surrogate, which Lines refuse: so its line is known, and no two names
    become one.
    """
    start = stream.peek(len(codecs.BOM_UTF32_LE)) if isinstance(stream, io.BufferedReader) else b""
    marked = next((name for mark, name in MARKS.items() if start.startswith(mark)), encoding)
    return io.TextIOWrapper(stream, encoding=marked, errors="surrogateescape", newline="")


def open_table(text: TextIO, ignored: Collection[str] = (), kept: Collection[str] = ()) -> tuple[Header, Iterator[Row]]:
    """Return the header and the rows to come; raises UnusableTable. Rows without any content are passed over.

    A file is looked through first, so that nothing is answered of one with a line that cannot be read.
    """
    if text.seekable():
        for _ in Lines(text):
            pass
        text.seek(0)
    lines = Lines(text)
    cells, separator, titles = _header_cells(lines)
    header = read_header(cells, ignored, kept)
    rows = _rows(lines, separator)
    first = list(islice(rows, 1))
    united = with_units(header, first[0]) if first and first[0] else None
    header, rest = (header, chain(first, rows)) if united is None else (united, rows)
    return _with_titles(header, titles), rest


def header_of(names: Sequence[str], ignored: Collection[str] = ()) -> Header:
    """Return the header of a table whose columns have their names apart, as in memory; raises UnusableTable."""
    line = io.StringIO(newline="")
    csv.writer(line).writerow(names)
    line.seek(0)
    _header_text(Lines(line))  # refuses the names that a file would be refused for: damaged, or far too long
    return read_header(names, ignored)


def open_cells(text: TextIO) -> tuple[list[str], Iterator[Row]]:
    """Return the cells of the header and the rows to come of any table; raises UnusableTable, also in its midst."""
    lines = Lines(text)
    cells, separator, _ = _header_cells(lines)
    return cells, _rows(lines, separator)


def _with_titles(header: Header, titles: int) -> Header:
    if not titles:
        return header
    told = f"{titles} {'line' if titles == 1 else 'lines'} above the header: a title, passed over."
    return replace(header, notes=(told, *header.notes))


def _header_cells(lines: Lines) -> tuple[list[str], str, int]:
    """Return the cells of the header, the separator, and how many lines of title stand above it."""
    announced, above = "", list[list[str]]()
    while len(above) <= MOST_TITLES and (text := _header_text(lines)):
        said = _SEPARATOR_LINE.fullmatch(text.strip(" \r\n"))
        if said and not announced:
            announced = said[1]
        elif text.strip():
            separator = announced or max(SEPARATORS, key=lambda sign: _rank(_cells(text, sign)))
            cells = _cells(text, separator)
            if not _is_title(cells):
                return cells, separator, len(above)
            above.append(cells)
    if above:  # one column whose name is not known: its reader says so
        return above[0], SEPARATORS[0], 0
    raise UnusableTable(EMPTY_TABLE)


def _cells(text: str, separator: str) -> list[str]:
    return next(csv.reader([text], delimiter=separator))


def _rank(cells: Sequence[str]) -> tuple[int, int]:
    """Return how well a separator divides a header: by the columns that it makes known, then by their number."""
    return names_an_input(cells), len(cells)


def _is_title(cells: Sequence[str]) -> bool:
    return sum(bool(cell.strip()) for cell in cells) <= 1 and not names_an_input(cells)


def _header_text(lines: Lines) -> str:
    """Return one row at the top: more than one line where a quoted cell has a line break in it; "" at the end."""
    text = ""
    while more := lines.take(LONGEST_HEADER):
        text += more
        if "\x00" in text or "\N{REPLACEMENT CHARACTER}" in text:
            raise UnusableTable(DAMAGED)
        if len(text) >= LONGEST_HEADER:
            break
        if text.count('"') % 2 == 0:
            return text
    if text:
        raise UnusableTable(OPEN_QUOTE)
    return text


def _rows(lines: Lines, separator: str) -> Iterator[Row]:
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
