"""``python -m service.cohort panels.csv > results.csv``: a table of panels assessed here, without a server."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, tzinfo
from functools import partial
from typing import BinaryIO, TextIO
from zoneinfo import ZoneInfo

from service.cohort.bulk.command import from_fhir
from service.cohort.command_line import code_map, encoding, opened, shown
from service.cohort.conversions import COMMENT, to_csv, to_ndjson
from service.cohort.endings import code_of
from service.cohort.intake.header import UnusableTable
from service.cohort.intake.table import UTF_8, Row, open_table, text_of
from service.cohort.report import command as report
from service.cohort.results import header_row, write_rows
from service.cohort.work import Reading, assess_rows

MOST_TOLD = 20
LOCAL_TIMES = "Times without an offset are read as those of {} (--timezone)."
UNKNOWN_IS_NOT_NORMAL = (
    "An empty cell counts as unknown, never as normal; the column summary says what an answer lacks."
)


def main(arguments: Sequence[str]) -> int:
    """Run the command that the first word names, by default ``assess``; return its exit code (``endings.code_of``).

    That of a table is 0 also with refused rows: they are in the results.
    """
    words = list(arguments)
    command = words.pop(0) if words and words[0] in COMMANDS else "assess"
    return COMMANDS[command](words)


def _with_table(run: Callable[[argparse.Namespace, BinaryIO], None], arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)

    def work() -> None:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # whatever the locale
        with opened(options.table) as stream:
            run(options, stream)
            sys.stdout.flush()

    return code_of(work, UnusableTable)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m service.cohort",
        description="Assess a table of panels, one row each, units in the header: ferritin[ug/L]. "
        "With 'to-ndjson' or 'to-csv' as the first word, convert a table for a service's batch, or its answers back. "
        "Another command: 'from-fhir FOLDER' judges the patients of a FHIR Bulk Data export (from-fhir --help).",
        epilog="Exit codes: 0 every row has its row in the results; 2 the table or an option cannot be "
        "used; 1 a worker process was lost; 130 interrupted. docs/scale.md says what a table may look like.",
    )
    parser.add_argument("table", nargs="?", default="-", help="the file; - or nothing: standard input")
    parser.add_argument("--workers", type=_positive, default=len(os.sched_getaffinity(0)), help="default: every core")
    parser.add_argument(
        "--on-invalid", choices=("reject", "omit"), default="reject", help="omit: a bad value is unknown"
    )
    parser.add_argument("--decimal-comma", action="store_true", help="the table writes 5,4 for 5.4")
    parser.add_argument(
        "--ignore-columns",
        action="append",
        default=[],
        metavar="NAME,...",
        help="columns to leave out; one that is not known stops the run otherwise (also more than once)",
    )
    parser.add_argument(
        "--keep-columns",
        action="append",
        default=[],
        metavar="NAME,...",
        help="columns that the results repeat, such as who had MAS; one that is not known is no input then",
    )
    parser.add_argument("--encoding", type=encoding, default=UTF_8, help="such as cp1252; default: UTF-8, or its mark")
    parser.add_argument(
        "--timezone",
        type=_zone,
        default=UTC,
        metavar="NAME",
        help="of times without an offset, such as Europe/Berlin; default: UTC",
    )
    parser.add_argument(
        "--code-map",
        type=code_map,
        default=os.environ.get("MAS_CODE_MAP_FILE", ""),
        metavar="FILE",
        help="a site's file of codes, of which the names of drugs are read; default: MAS_CODE_MAP_FILE",
    )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number above 0 is needed")
    return int(text)


def _zone(name: str) -> tzinfo:
    try:
        return UTC if name.upper() == "UTC" else ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise argparse.ArgumentTypeError("a name such as Europe/Berlin is needed") from None


def _assess(options: argparse.Namespace, stream: BinaryIO) -> None:
    with text_of(stream, options.encoding) as text:
        reading, rows = _read(options, text)
        sys.stdout.write(write_rows([header_row(name for _, name in reading.header.kept)]))
        count = refused = 0
        uses_zone = False
        for part in shown(assess_rows(reading, rows, options.workers), stream):
            sys.stdout.write(part.text)
            count, refused = count + part.rows, refused + part.refused
            uses_zone = uses_zone or part.uses_zone
        _tell(_summary(reading, count, refused, uses_zone=uses_zone))


def _read(options: argparse.Namespace, text: TextIO) -> tuple[Reading, Iterator[Row]]:
    """Return how to read the table, and its rows; what is odd about its header is told."""
    header, rows = open_table(text, options.ignore_columns, options.keep_columns)
    _tell(header.remarks)
    return Reading(header, options.on_invalid, options.decimal_comma, options.timezone, options.code_map), rows


def _summary(reading: Reading, count: int, refused: int, *, uses_zone: bool) -> Iterator[str]:
    if uses_zone:
        yield LOCAL_TIMES.format(reading.zone)
    why = "; the column problems says why" if refused else ""
    yield f"{count} {'row' if count == 1 else 'rows'}, {refused} refused{why}. {UNKNOWN_IS_NOT_NORMAL}"


def _to_ndjson(options: argparse.Namespace, stream: BinaryIO) -> None:
    with text_of(stream, options.encoding) as text:
        reading, rows = _read(options, text)
        told, uses_zone = 0, False
        for row, (cells, line) in enumerate(to_ndjson(reading, rows), 1):
            sys.stdout.buffer.write(line)
            uses_zone = uses_zone or reading.uses_zone(cells)
            if line.startswith(COMMENT) and told <= MOST_TOLD:  # the service will only say that it is not JSON
                reason = line.removeprefix(COMMENT).decode().strip()
                _tell([f"Row {row}: {reason}" if told < MOST_TOLD else "Further rows cannot be read."])
                told += 1
        if uses_zone:
            _tell([LOCAL_TIMES.format(reading.zone)])


def _to_csv(options: argparse.Namespace, stream: BinaryIO) -> None:
    for text in to_csv(stream):
        sys.stdout.write(text)


def _tell(remarks: Iterable[str]) -> None:
    for remark in remarks:
        sys.stderr.write(f"{remark}\n")


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "assess": partial(_with_table, _assess),
    "to-ndjson": partial(_with_table, _to_ndjson),
    "to-csv": partial(_with_table, _to_csv),
    "from-fhir": from_fhir,
    "report": report.main,
}
"""Each command takes the words behind its name and returns the exit code."""
