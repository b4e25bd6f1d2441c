"""Turns a row of a table into the request for one assessment; what is wrong with a cell is left to the one reader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from service.clinical.measurement.analytes import ANALYTES, FINDINGS
from service.clinical.measurement.reading import WORDS
from service.cohort.header import AGES, COLLECTED_AT, CONDITION, CONFOUNDERS, ID, MEDICATIONS, Column, Header

PRESENCE = {"true": True, "yes": True, "y": True, "1": True, "false": False, "no": False, "n": False, "0": False}
SPELT_OUT = {"low": "L", "decreased": "L", "high": "H", "increased": "H", "normal": "N"}
MISSING = ("", "na", "n/a", "nan", "null")
"""What statistics programs and databases write where there is nothing."""
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"([<>≤≥]?=?\s*\d+),(\d+)", re.ASCII)
_UNIT_INSIDE = re.compile(r"[<>≤≥]?=?\s*[\d.,]+(?![eE][+-]?\d+\Z)\s*[^\d\s.,].*", re.ASCII)
THOUSANDS = 3
"""How many digits stand between two signs that set thousands apart."""
LONGEST_NUMBER = 32
TOO_MANY_CELLS = "The row has more cells than the header; a cell with the separator in it (5,4) needs quotation marks."


class UnusableRow(ValueError):
    """A row whose cells cannot be told apart."""


def document_of(header: Header, cells: Sequence[str], *, decimal_comma: bool, on_invalid: str) -> dict[str, Any]:
    """Return the request that a row stands for; raises UnusableRow. Empty cells are unknown.

    A cell more than the header has is never passed over, even an empty one: a decimal comma may have shifted the rest.
    """
    if len(cells) > header.width:
        raise UnusableRow(TOO_MANY_CELLS)
    document: dict[str, Any] = {"options": {"on_invalid": on_invalid}}
    for column in header.columns:
        cell = cells[column.place].strip() if column.place < len(cells) else ""
        if cell.casefold() not in MISSING:
            _put(document, column, _point(cell) if decimal_comma else cell)
    return document


def identity(header: Header, cells: Sequence[str]) -> str:
    """Return what the row calls itself, "" if it does not."""
    place = next((one.place for one in header.columns if one.name == ID), -1)
    return cells[place].strip() if 0 <= place < len(cells) else ""


def _put(document: dict[str, Any], column: Column, cell: str) -> None:
    name = column.name
    if name in ANALYTES:
        document.setdefault("observations", {})[name] = _observation(cell, column.unit)
    elif name in FINDINGS:
        document.setdefault("findings", {})[name] = PRESENCE.get(cell.casefold(), cell)
    elif name in AGES:
        document.setdefault("patient", {})[AGES[name]] = _number(cell)
    elif name == COLLECTED_AT:
        document[name] = cell
    elif name == CONDITION:
        document.setdefault("context", {})[name] = cell
    elif name == MEDICATIONS:
        document.setdefault("context", {})[name] = [{"name": one} for one in _listed(cell)]
    elif name == CONFOUNDERS:
        document.setdefault("context", {})[name] = _listed(cell)


def _observation(cell: str, unit: str) -> Any:
    word = SPELT_OUT.get(cell.casefold(), cell.upper())
    if word in WORDS:
        return {"interpretation": word}
    return cell if _UNIT_INSIDE.fullmatch(cell) else f"{cell} {unit}".strip()


def _number(cell: str) -> Any:
    """Return a plain number as a number; anything else stays a text, which the reader refuses with a reason."""
    return Decimal(cell) if _PLAIN_NUMBER.fullmatch(cell) and len(cell) <= LONGEST_NUMBER else cell


def _listed(cell: str) -> list[str]:
    return [one.strip() for one in cell.split(";") if one.strip()]


def _point(cell: str) -> str:
    """Write an announced decimal comma as a point, which after 12,500 must not look as if it set thousands apart."""
    match = _DECIMAL_COMMA.match(cell)
    if match is None:
        return cell
    idle_zero = "0" if len(match[2]) == THOUSANDS else ""
    return f"{match[1]}.{match[2]}{idle_zero}{cell[match.end() :]}"
