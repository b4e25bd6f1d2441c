"""``python -m service.cohort panels.csv > results.csv``: a table of panels assessed here, without a server."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from service.cohort.conversions import COMMENT, to_csv, to_ndjson
from service.cohort.header import UnusableTable
from service.cohort.progress import Progress
from service.cohort.results import COLUMNS
from service.cohort.table import open_table, text_of, write_rows
from service.cohort.work import Reading, assess_rows

COMMANDS = ("assess", "to-ndjson", "to-csv")
BROKEN, UNUSABLE, STOPPED = 1, 2, 130
MOST_TOLD = 20
WORKER_LOST = "A worker process was ended from outside, perhaps for want of memory: the results stop here.\n"


def main(arguments: Sequence[str]) -> int:
    """Run one of the commands; return 0, also with refused rows (they are in the results), or why it ended early.

    2: the table cannot be used, a file not read or written, or a line is no answer of a batch. 1: a worker process was
    lost. 130: it was interrupted.
    """
    words = list(arguments)
    command = words.pop(0) if words and words[0] in COMMANDS else "assess"
    options = _parser().parse_args(words)
    runs: dict[str, Callable[[argparse.Namespace, BinaryIO], None]] = {
        "assess": _assess,
        "to-ndjson": _to_ndjson,
        "to-csv": _to_csv,
    }
    try:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # whatever the locale
        with _opened(options.table) as stream:
            runs[command](options, stream)
            sys.stdout.flush()
    except (UnusableTable, OSError) as error:
        return _given_up(error)
    except BrokenExecutor:
        sys.stderr.write(WORKER_LOST)
        return BROKEN
    except KeyboardInterrupt:
        return STOPPED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m service.cohort",
        description="Assess a table of panels, one row each, units in the header: ferritin[ug/L]. "
        "With 'to-ndjson' or 'to-csv' as the first word, convert a table for a service's batch, or its answers back.",
    )
    parser.add_argument("table", nargs="?", default="-", help="the file; - or nothing: standard input")
    parser.add_argument("--workers", type=_positive, default=len(os.sched_getaffinity(0)), help="default: every core")
    parser.add_argument(
        "--on-invalid", choices=("reject", "omit"), default="reject", help="omit: a bad value is unknown"
    )
    parser.add_argument("--decimal-comma", action="store_true", help="the table writes 5,4 for 5.4")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number above 0 is needed")
    return int(text)


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as stream:
        yield stream


def _assess(options: argparse.Namespace, stream: BinaryIO) -> None:
    with text_of(stream) as lines:
        header, rows = open_table(lines)
        _tell(header.remarks)
        progress, total = Progress(sys.stderr), _size(stream)
        reading = Reading(header, options.on_invalid, options.decimal_comma)
        sys.stdout.write(write_rows([COLUMNS]))
        done = refused = 0
        for part in assess_rows(reading, rows, options.workers):
            sys.stdout.write(part.text)
            done, refused = done + part.rows, refused + part.refused
            progress.show(done, stream.tell() / total if total else None)
        progress.end(done, refused)


def _to_ndjson(options: argparse.Namespace, stream: BinaryIO) -> None:
    with text_of(stream) as lines:
        header, rows = open_table(lines)
        _tell(header.remarks)
        told = 0
        for row, line in enumerate(to_ndjson(Reading(header, options.on_invalid, options.decimal_comma), rows), 1):
            sys.stdout.buffer.write(line)
            if line.startswith(COMMENT) and told <= MOST_TOLD:  # the service will only say that it is not JSON
                reason = line.removeprefix(COMMENT).decode().strip()
                _tell([f"Row {row}: {reason}" if told < MOST_TOLD else "Further rows cannot be read."])
                told += 1


def _to_csv(options: argparse.Namespace, stream: BinaryIO) -> None:
    for text in to_csv(stream):
        sys.stdout.write(text)


def _tell(remarks: Sequence[str]) -> None:
    for remark in remarks:
        sys.stderr.write(f"{remark}\n")


def _size(stream: BinaryIO) -> int:
    """Return the length of a file, 0 for a pipe or a terminal."""
    return os.fstat(stream.fileno()).st_size if stream.seekable() else 0


def _given_up(error: Exception) -> int:
    if isinstance(error, BrokenPipeError):  # the reader has had enough, as head has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    sys.stderr.write(f"{error if isinstance(error, UnusableTable) else error.__class__.__name__ + ': ' + str(error)}\n")
    return UNUSABLE
