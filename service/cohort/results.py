"""Turns an answer into a row of the table of results: the same columns whether it was reckoned here or by a service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.rules import Linear, Ratio, Sum
from service.clinical.measurement.fault import accepted_text

SCORED = tuple(key for key, one in CATALOGUE.items() if isinstance(one.rule, Sum | Linear | Ratio))
COLUMNS = (
    *("row", "id", "status", "category", "primary"),
    *(f"{key}{ending}" for key in CATALOGUE for ending in ("", ".implied")),
    *(f"{key}.{end}" for key in SCORED for end in ("min", "max")),
    *("cautions", "warnings", "problems"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def result_row(number: int, identity: str, answer: Mapping[str, Any]) -> list[str]:
    """Return the cells for one answer ``{status, assessment}`` or ``{status, problem}``; ``number`` counts from 1."""
    cells = dict.fromkeys(COLUMNS, "")
    cells |= {"row": str(number), "id": safe(identity), "status": str(answer["status"])}
    if "assessment" in answer:
        cells |= _assessed(answer["assessment"])
    else:
        cells["problems"] = "; ".join(_faults(answer["problem"]))
    return [cells[column] for column in COLUMNS]


def safe(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _assessed(assessment: Mapping[str, Any]) -> dict[str, str]:
    classification = assessment["classification"]
    cells = {"category": classification["category"], "primary": classification["primary"] or ""}
    for one in assessment["criteria"]:
        cells |= {one["id"]: one["verdict"], f"{one['id']}.implied": one["verdict_implied"]}
        if "score" in one:
            cells |= {f"{one['id']}.{end}": _written(one["score"][end]) for end in ("min", "max")}
    cells["cautions"] = ";".join(one["code"] for one in assessment.get("cautions", ()))
    warnings = assessment.get("warnings", ())
    omitted = [one for one in warnings if one["message"].startswith("Left out")]
    cells["warnings"] = "; ".join(f"{one['pointer']} {one['code']}" for one in warnings if one not in omitted)
    cells["problems"] = "; ".join(f"{one['pointer']} {one['code']}: {one['message']}" for one in omitted)
    return {key: text for key, text in cells.items() if key in COLUMNS}


def _written(number: Decimal | None) -> str:
    """Write an end of a score; an open one stays empty."""
    return "" if number is None else f"{number:f}"


def _faults(problem: Mapping[str, Any]) -> Iterable[str]:
    faults = problem.get("errors") or ()
    if not faults:
        return [problem["detail"]]
    return [f"{one['pointer']} {one['code']}: {one['detail']}{accepted_text(one)}".strip() for one in faults]
