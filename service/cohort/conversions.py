"""The two small steps around a running service: a table to NDJSON for the batch, and its answers back to a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from service.cohort.intake.header import UnusableTable
from service.cohort.intake.rows import UnusableRow
from service.cohort.intake.table import Row
from service.cohort.results import COLUMNS, STATUS, result_row, write_rows
from service.cohort.work import Reading
from service.server.messages.strict_json import NotJson, dumps, loads

COMMENT = b"# "
"""How the line for a row that cannot be read begins; the reason follows."""
NO_ANSWER = "This line is not an answer of the batch."
NOTHING = "No line came, so nothing was answered: see what the sender of the batch says."
INCOMPLETE = "Not every line is an answer of the batch: see the rows without a status."


class Unanswered(UnusableTable):
    """Answers that are none, or not all of them; those that came have been written."""


def to_ndjson(reading: Reading, rows: Iterable[Row]) -> Iterator[tuple[Row, bytes]]:
    """Yield each row with its line.

    A row that cannot be read becomes a line that the service refuses, so that the count holds.
    """
    for cells in rows:
        try:
            yield cells, dumps(reading.document(cells, absent_as_text=True)) + b"\n"
        except UnusableRow as error:
            yield cells, COMMENT + str(error).encode() + b"\n"


def to_csv(lines: Iterable[bytes]) -> Iterator[str]:
    """Yield the table of results, header first, from the answers of a batch; the row is the index and one.

    Raises Unanswered in the end if a line was no answer, or there was none.
    """
    yield write_rows([COLUMNS])
    number, complete = 0, True
    for number, line in enumerate(filter(bytes.strip, lines), 1):
        row = _row(number, line)
        complete = complete and bool(row[STATUS])
        yield write_rows([row])
    if not (number and complete):
        raise Unanswered(INCOMPLETE if number else NOTHING)


def _row(number: int, line: bytes) -> list[str]:
    """Return the row of an answer, or of what to say of a line that is none (cut off, or a problem of the request)."""
    found: Any = None
    try:
        found = loads(line)
        return result_row(int(found["index"]) + 1, "", {**found, "status": int(found["status"])})
    except (NotJson, LookupError, TypeError, ValueError, AttributeError):
        detail = found.get("detail") if isinstance(found, dict) else None
        return result_row(number, "", {"status": "", "problem": {"detail": str(detail or NO_ANSWER)}})
