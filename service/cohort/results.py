"""Turns an answer into a row of the table of results: the same columns whether it was reckoned here or by a service."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.rules import Linear, Ratio, Sum
from service.clinical.measurement.fault import accepted_text
from service.cohort.intake.header import UnusableTable
from service.cohort.safe_text import bounded, safe

SCORED = tuple(key for key, criteria in CATALOGUE.items() if isinstance(criteria.rule, Sum | Linear | Ratio))
NUMBERS = ("row", *(f"{key}.{end}" for key in SCORED for end in ("min", "max")))
"""Columns of numbers, which may begin with a minus sign."""
COLUMNS = (
    *("row", "id", "status", "category", "primary", "summary"),
    *(f"{key}{ending}" for key in CATALOGUE for ending in ("", ".implied")),
    *NUMBERS[1:],
    *("missing", "decisive", "cautions", "warnings", "problems"),
)
STATUS = COLUMNS.index("status")
TAKEN = (
    "The results have a column '{}' of their own, so the one of the table cannot be kept under this name. Rename it."
)


def header_row(kept: Iterable[str] = ()) -> list[str]:
    """Return the names of the columns; ``kept`` are those of the table that follow. Raises UnusableTable."""
    names = [safe(bounded(name)) for name in kept]
    taken = next((name for name in names if name in COLUMNS), "")
    if taken:
        raise UnusableTable(TAKEN.format(taken))
    return [*COLUMNS, *names]


def result_row(number: int, identity: str, answer: Mapping[str, Any], kept: Iterable[str] = ()) -> list[str]:
    """Return the cells for one answer ``{status, assessment}`` or ``{status, problem}``; ``number`` counts from 1.

    ``kept`` are cells of the table that follow.
    """
    cells = dict.fromkeys(COLUMNS, "")
    cells |= {"row": str(number), "id": bounded(identity), "status": str(answer["status"])}
    if "assessment" in answer:
        cells |= _assessed(answer["assessment"])
    else:
        cells["problems"] = "; ".join(_faults(answer["problem"]))
    own = [cells[column] if column in NUMBERS else safe(cells[column]) for column in COLUMNS]
    return [*own, *(safe(bounded(cell)) for cell in kept)]


def write_rows(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as CSV text."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _assessed(assessment: Mapping[str, Any]) -> dict[str, str]:
    classification = assessment["classification"]
    cells = {key: classification.get(key) or "" for key in ("category", "primary", "summary")}
    for result in assessment["criteria"]:
        cells |= {result["id"]: result["verdict"], f"{result['id']}.implied": result["verdict_implied"]}
        if "score" in result:
            cells |= {f"{result['id']}.{end}": _written(result["score"][end]) for end in ("min", "max")}
    results = assessment["criteria"]
    cells["missing"] = ";".join(dict.fromkeys(name for result in results for name in result.get("missing", ())))
    turning = [(result["id"], ",".join(result.get("decisive", ()))) for result in results]
    cells["decisive"] = ";".join(f"{key}:{names}" for key, names in turning if names)
    cells["cautions"] = ";".join(caution["code"] for caution in assessment.get("cautions", ()))
    warnings = assessment.get("warnings", ())
    omitted = [warning for warning in warnings if warning["message"].startswith("Left out")]
    others = [warning for warning in warnings if warning not in omitted]
    cells["warnings"] = "; ".join(f"{warning['pointer']} {warning['code']}" for warning in others)
    cells["problems"] = "; ".join(f"{fault['pointer']} {fault['code']}: {fault['message']}" for fault in omitted)
    return {key: text for key, text in cells.items() if key in COLUMNS}


def _written(number: Decimal | None) -> str:
    """Write an end of a score; an open one stays empty."""
    return "" if number is None else f"{number:f}"


def _faults(problem: Mapping[str, Any]) -> Iterable[str]:
    faults = problem.get("errors") or ()
    if not faults:
        return [problem["detail"]]
    return [f"{fault['pointer']} {fault['code']}: {fault['detail']}{accepted_text(fault)}".strip() for fault in faults]
