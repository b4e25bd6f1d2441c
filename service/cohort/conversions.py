"""The two small steps around a running service: a table to NDJSON for the batch, and its answers back to a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from service.cohort.results import COLUMNS, result_row
from service.cohort.rows import UnusableRow
from service.cohort.table import Row, write_rows
from service.cohort.work import Reading
from service.server.strict_json import NotJson, dumps, loads

NO_ANSWER = "This line is not an answer of the batch."


def to_ndjson(reading: Reading, rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield one line per row; a row that cannot be read becomes a line that the service refuses, so the count holds."""
    for cells in rows:
        try:
            yield dumps(reading.document(cells)) + b"\n"
        except UnusableRow as error:
            yield b"# " + str(error).encode() + b"\n"


def to_csv(lines: Iterable[bytes]) -> Iterator[str]:
    """Yield the table of results, header first, from the answers of a batch; the row is the index and one."""
    yield write_rows([COLUMNS])
    for number, line in enumerate((one for one in lines if one.strip()), 1):
        yield write_rows([_row(number, line)])


def _row(number: int, line: bytes) -> list[str]:
    """Return the row of an answer, or of what to say of a line that is none (cut off, or a problem of the request)."""
    found: Any = None
    try:
        found = loads(line)
        return result_row(int(found["index"]) + 1, "", {**found, "status": int(found["status"])})
    except (NotJson, LookupError, TypeError, ValueError):
        detail = found.get("detail") if isinstance(found, dict) else None
        return result_row(number, "", {"status": "", "problem": {"detail": str(detail or NO_ANSWER)}})
