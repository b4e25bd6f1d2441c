"""``python -m service.cohort report results.csv --label MAS -o report.html``: a report on a table of results."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from service.cohort.command_line import encoding, formed, opened, shown
from service.cohort.endings import code_of
from service.cohort.intake.header import UnusableTable
from service.cohort.intake.table import UTF_8, Row, text_of
from service.cohort.report.source import open_results
from service.cohort.report.tally import Counting, Tally
from service.server.setting_forms import whole

EXTRA = ("numpy", "scipy")
NEEDS = (
    "The report needs packages that the service does not: pip install --require-hashes --no-deps -r "
    "requirements-report.txt"
)
SAME_FILE = "The report would replace the table that it is made of: give -o another name."
ROWS_AT_ONCE = 5_000
MOST_TOLD = 10
SMALLEST, GREATEST = 5, 1_000
"""Of a least cell: below five the rounded counts would often leave one value alone for a hidden one."""


def main(arguments: Sequence[str]) -> int:
    """Write the report; return 0, or why there is none (``endings.code_of``)."""
    options = _parser().parse_args(arguments)
    return code_of(lambda: _report(options), UnusableTable)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m service.cohort report",
        description="Write one page of HTML on a table of results: categories, verdicts, what was missing, agreement; "
        "and how they stand against a label, if a column of the table holds one.",
        epilog="Exit codes: 0 the page is written; 2 the table, a column or a file cannot be used, or a package is "
        "missing; 130 interrupted. docs/howto/report.md says how to read it.",
    )
    parser.add_argument("table", nargs="?", default="-", help="results.csv; - or nothing: standard input")
    parser.add_argument("--label", default="", metavar="COLUMN", help="column that says who had MAS: yes/no, 1/0, ...")
    parser.add_argument("-o", "--output", default="-", metavar="FILE", help="default: standard output")
    parser.add_argument(
        "--small-cells",
        type=formed(whole(SMALLEST, GREATEST)),
        default=0,
        metavar="N",
        help="withhold counts below N and round the others to a multiple of N; default: show every count",
    )
    parser.add_argument(
        "--encoding", type=encoding, default=UTF_8, help="of the table, such as cp1252; default: UTF-8, or its mark"
    )
    return parser


def _report(options: argparse.Namespace) -> None:
    page = _page()
    if options.output != "-" and options.table != "-" and _is_same(options.output, options.table):
        raise UnusableTable(SAME_FILE)
    with opened(options.table) as stream, text_of(stream, options.encoding) as text:
        columns, rows = open_results(text, options.label)
        counting = Counting(columns)
        for some in shown(_some(rows), stream):
            for cells in some:
                counting.add(cells)
        tally = counting.finish()
    written = page.page(tally, options.small_cells, columns.label_name, datetime.now(UTC).date())
    if options.output == "-":
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # whatever the locale
        sys.stdout.write(written)
    else:
        Path(options.output).write_text(written, encoding="utf-8")
    sys.stderr.writelines(f"{remark}\n" for remark in _remarks(tally))


def _page() -> Any:
    """Return the module that needs the packages of the extra; raises UnusableTable where one is not installed."""
    try:
        return import_module("service.cohort.report.page")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in EXTRA:
            raise UnusableTable(NEEDS) from None
        raise


def _is_same(output: str, table: str) -> bool:
    return Path(output).exists() and Path(output).samefile(table)


def _some(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Yield the rows, some thousands at a time."""
    while some := list(islice(rows, ROWS_AT_ONCE)):
        yield some


def _remarks(tally: Tally) -> Iterator[str]:
    """Yield what whoever ran it should know: which labels are none, and how many rows stand in no figure."""
    if tally.unclear_rows:
        named = ", ".join(map(str, tally.unclear_rows[:MOST_TOLD]))
        more = " and further ones" if len(tally.unclear_rows) > MOST_TOLD else ""
        yield f"The label of row {named}{more} is neither yes nor no; such rows are counted apart."
    yield f"{tally.rows} rows, {tally.refused} refused, {tally.unreadable} that are no results."
