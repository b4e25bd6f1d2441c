"""Assesses the rows of a table, over several processes if asked, in order and with a bounded number of rows in hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import cache, partial
from itertools import islice
from typing import Any

from service.api.problems import InvalidRequest, invalid_detail, problem_document
from service.api.request.panel import read_panel_request
from service.api.response.assessment import summarised_result
from service.api.response.brief_document import scored_document
from service.clinical.assessment.assess import assess
from service.clinical.measurement.analytes import ANALYTES
from service.clinical.therapies.drug_names import FORMULARY, Formulary
from service.cohort.intake.faults import as_of_a_table
from service.cohort.intake.header import Header
from service.cohort.intake.rows import (
    UnusableRow,
    absent_cells,
    document_of,
    has_local_time,
    identity,
    kept_cells,
    without_result,
)
from service.cohort.intake.table import Row
from service.cohort.processes import in_order
from service.cohort.results import STATUS, result_row, write_rows
from service.ehr.terminology.code_file import load_codes

ROWS_AT_ONCE = 200
UNREADABLE = (
    "The row cannot be read as CSV: in it or a row before it a quotation mark is open or stray, or a cell is far too "
    "long. Within a cell in quotation marks each of them is written twice."
)


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a table: its header, what to do with a bad value, whether numbers have a decimal comma, and the zone.

    The zone is that of times without an offset. ``code_map`` is the file of the site, whose names of drugs are read.
    """

    header: Header
    on_invalid: str = "reject"
    decimal_comma: bool = False
    zone: tzinfo = UTC
    code_map: str = ""

    def document(self, cells: Row, *, absent_as_text: bool = False) -> dict[str, Any]:
        """Return the request that a row stands for; raises UnusableRow.

        ``absent_as_text`` keeps the texts which say that a result failed or is elsewhere, for a service to read.
        """
        if cells is None:
            raise UnusableRow(UNREADABLE)
        comma, zone = self.decimal_comma, self.zone
        document = document_of(self.header, cells, decimal_comma=comma, on_invalid=self.on_invalid, zone=zone)
        for name, cell in absent_cells(self.header, cells) if absent_as_text else ():
            document.setdefault("observations" if name in ANALYTES else "findings", {})[name] = cell
        return document

    def uses_zone(self, cells: Row) -> bool:
        """Return whether the row has a time that counts in the zone."""
        return cells is not None and has_local_time(self.header, cells)


@dataclass(frozen=True, slots=True)
class Done:
    """Rows that are finished: their text as CSV, how many there are and were refused, and whether any uses the zone."""

    text: str
    rows: int
    refused: int
    uses_zone: bool


def assess_rows(reading: Reading, rows: Iterable[Row], workers: int) -> Iterator[Done]:
    """Yield the results in the order of the rows, a few hundred at a time."""
    return in_order(partial(_assess_chunk, reading), _chunks(rows), workers)


def result_of(reading: Reading, number: int, cells: Row) -> list[str]:
    """Return the row of results for one row of the table; ``number`` counts from 1."""
    kept = kept_cells(reading.header, cells)
    return result_row(number, identity(reading.header, cells or ()), _answer(reading, cells), kept)


@cache
def _formulary(code_map: str) -> Formulary:
    return load_codes(code_map).formulary if code_map else FORMULARY


def _chunks(rows: Iterable[Row]) -> Iterator[tuple[int, list[Row]]]:
    numbered, start = iter(rows), 1
    while chunk := list(islice(numbered, ROWS_AT_ONCE)):
        yield start, chunk
        start += len(chunk)


def _assess_chunk(reading: Reading, numbered: tuple[int, list[Row]]) -> Done:
    start, chunk = numbered
    results = [result_of(reading, number, cells) for number, cells in enumerate(chunk, start)]
    refused = sum(result[STATUS] != "200" for result in results)
    return Done(write_rows(results), len(chunk), refused, any(map(reading.uses_zone, chunk)))


def _answer(reading: Reading, cells: Row) -> dict[str, Any]:
    try:
        document = reading.document(cells)
    except UnusableRow as error:
        return {"status": 400, "problem": problem_document(400, str(error), "")}
    try:
        asked = read_panel_request(document, without_result(reading.header, cells or ()))
    except InvalidRequest as error:
        entries = as_of_a_table(error.entries, document)
        return {"status": 422, "problem": problem_document(422, invalid_detail(entries), "", entries)}
    assessment = assess(asked.panel, asked.criteria, brief=True, read_drug=_formulary(reading.code_map).read)
    omitted = as_of_a_table(asked.omitted, document)
    return {"status": 200, "assessment": scored_document(assessment, omitted, summarised_result)}
