"""Turns a row of a table into the request for one assessment; what is wrong with a cell is left to the one reader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, tzinfo
from decimal import Decimal
from typing import Any

from service.api.error_messages import no_result
from service.api.problems import Entry
from service.clinical.measurement.analytes import ANALYTES, FINDINGS, Analyte
from service.clinical.measurement.fault import Fault
from service.clinical.measurement.laboratory_text import read_text
from service.clinical.measurement.no_result import NO_RESULT, Absence
from service.clinical.measurement.reading import WORDS
from service.clinical.panel.panel import CONDITIONS
from service.cohort.intake.header import AGES, COLLECTED_AT, CONDITION, CONFOUNDERS, ID, MEDICATIONS, Column, Header
from service.cohort.intake.times import is_local, with_offset
from service.cohort.intake.words import (
    CELLS,
    EMPTY,
    NOT_AVAILABLE,
    PRESENCE,
    SPELT_OUT,
    UNKNOWN,
    folded_cell,
    unguarded,
)

_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"([<>≤≥]?=?\s*\d+),(\d+)", re.ASCII)
_BETWEEN_DRUGS = re.compile(r"[;|\n\r]|,(?!\s*\d)")
THOUSANDS = 3
"""The number of digits between two signs that set thousands apart."""
LONGEST_NUMBER = 32
UNNAMED_DRUG = "unknown"
"""The name of a drug that is given but not named: it may be any."""
TOO_MANY_CELLS = "The row has more cells than the header; a cell with the separator in it (5,4) needs quotation marks."
NO_NAME = "The row has a cell in column {}, which has no name in the header: give the column a name, or remove it."
NO_PATIENT = "The row looks like a total or an average below the patients, by its first cell. Remove it from the table."


class UnusableRow(ValueError):
    """A row whose cells cannot be told apart, or that is no panel."""


def document_of(
    header: Header, cells: Sequence[str], *, decimal_comma: bool, on_invalid: str, zone: tzinfo = UTC
) -> dict[str, Any]:
    """Return the request that a row stands for; raises UnusableRow. Empty cells are unknown.

    A cell more than the header has is never passed over, even an empty one: a decimal comma may have shifted the rest.
    """
    _refuse_unusable(header, cells)
    document: dict[str, Any] = {"options": {"on_invalid": on_invalid}}
    for column in header.columns:
        cell = _cell(cells, column.place)
        if not _is_empty(column.name, cell):
            _put(document, column, _point(cell) if decimal_comma else cell)
    if COLLECTED_AT in document:
        document[COLLECTED_AT] = with_offset(document[COLLECTED_AT], zone)
    return document


def without_result(header: Header, cells: Sequence[str]) -> list[Entry]:
    """Return a fault for each cell which says that its result failed, is elsewhere or is still to come."""
    return [
        no_result(("observations" if name in ANALYTES else "findings", name), "invalid_value", absence)
        for name, cell in absent_cells(header, cells)
        if (absence := _absence(name, cell))
    ]


def absent_cells(header: Header, cells: Sequence[str]) -> list[tuple[str, str]]:
    """Return each input with its cell which says that its result failed, is elsewhere or is still to come."""
    named = ((column.name, _cell(cells, column.place)) for column in header.columns)
    return [(name, cell) for name, cell in named if _absence(name, cell)]


def _absence(name: str, cell: str) -> Absence | None:
    """Return what a cell says of a result that is not nothing and yet is not in it."""
    if cell[:1].isdecimal() or (name not in ANALYTES and name not in FINDINGS) or folded_cell(cell) in EMPTY:
        return None
    absence = NO_RESULT.said(cell)
    return None if absence is Absence.NOTHING else absence


def identity(header: Header, cells: Sequence[str]) -> str:
    """Return what the row calls itself, "" if it does not."""
    return _of(ID, header, cells)


def kept_cells(header: Header, cells: Sequence[str] | None) -> list[str]:
    """Return the cells that the results repeat, "" of a row whose cells cannot be told apart."""
    told_apart = cells if cells is not None and len(cells) <= header.width else ()
    return [_cell(told_apart, place) for place, _ in header.kept]


def has_local_time(header: Header, cells: Sequence[str]) -> bool:
    """Return whether the row has a time without an offset."""
    return is_local(_of(COLLECTED_AT, header, cells))


def _of(name: str, header: Header, cells: Sequence[str]) -> str:
    place = next((column.place for column in header.columns if column.name == name), len(cells))
    return _cell(cells, place)


def _cell(cells: Sequence[str], place: int) -> str:
    return unguarded(cells[place]) if place < len(cells) else ""


def _refuse_unusable(header: Header, cells: Sequence[str]) -> None:
    if len(cells) > header.width:
        raise UnusableRow(TOO_MANY_CELLS)
    for place in header.unnamed:
        if folded_cell(_cell(cells, place)) not in EMPTY:
            raise UnusableRow(NO_NAME.format(place + 1))
    if folded_cell(next((cell for cell in cells if cell.strip()), "")).rstrip(": ") in CELLS["total"]:
        raise UnusableRow(NO_PATIENT)


def _is_empty(name: str, cell: str) -> bool:
    """Return whether a cell says nothing: of drugs, that they are not known is not the same as none."""
    if cell[:1].isdecimal() and "#" not in cell:
        return False
    folded = folded_cell(cell)
    if name in ANALYTES or name in FINDINGS:
        return folded in UNKNOWN or NO_RESULT.said(cell) is not None
    return folded in (EMPTY if name == MEDICATIONS else UNKNOWN)


def _put(document: dict[str, Any], column: Column, cell: str) -> None:
    name = column.name
    if name in ANALYTES:
        document.setdefault("observations", {})[name] = _observation(ANALYTES[name], cell, column.unit)
    elif name in FINDINGS:
        document.setdefault("findings", {})[name] = PRESENCE.get(folded_cell(cell), cell)
    elif name in AGES:
        document.setdefault("patient", {})[AGES[name]] = _number(cell)
    elif name == COLLECTED_AT:
        document[name] = cell
    elif name == CONDITION:
        document.setdefault("context", {})[name] = _condition(cell)
    elif name == MEDICATIONS:
        document.setdefault("context", {}).setdefault(name, []).extend(_drugs(cell))
    elif name == CONFOUNDERS:
        document.setdefault("context", {})[name] = [_word(part) for part in _listed(cell)]


def _observation(analyte: Analyte, cell: str, unit: str) -> Any:
    """Return a result: a word, or a text with a unit, its own or that of the header."""
    if _PLAIN_NUMBER.fullmatch(cell):  # what most are
        return f"{cell} {unit}".rstrip()
    folded = folded_cell(cell)
    word = SPELT_OUT.get(folded, folded.upper())
    if word in WORDS:
        return {"interpretation": word}
    return f"{cell} {unit}" if unit and _lacks_unit(analyte, cell) else cell


def _lacks_unit(analyte: Analyte, cell: str) -> bool:
    """Return whether a result needs the header's unit: its own may end with a figure, as in ``95 K/mm3``."""
    try:
        own = read_text(analyte, cell).unit
    except Fault:
        own = cell
    return not own or (analyte.table.find(own) is None and own.removesuffix(".")[-1:].isdecimal())


def _number(cell: str) -> Any:
    """Return a plain number as a number; anything else stays a text, which the reader refuses with a reason."""
    return Decimal(cell) if _PLAIN_NUMBER.fullmatch(cell) and len(cell) <= LONGEST_NUMBER else cell


def _condition(cell: str) -> str:
    return _word(cell) if _word(cell) in CONDITIONS else cell


def _word(text: str) -> str:
    """Return a word as the contract writes it: ``Suspected sJIA`` is ``suspected_sjia``."""
    return folded_cell(text).replace(" ", "_")


def _drugs(cell: str) -> list[dict[str, str]]:
    """Return the drugs of a cell, none for a word that says so; one that is not named may be any."""
    names = [name for name in _listed(cell) if folded_cell(name) not in CELLS["no_drug"] | EMPTY]
    unnamed = CELLS["some_drug"] | NOT_AVAILABLE
    return [{"name": UNNAMED_DRUG if folded_cell(name) in unnamed else name} for name in names]


def _listed(cell: str) -> list[str]:
    return [part.strip() for part in _BETWEEN_DRUGS.split(cell) if part.strip()]


def _point(cell: str) -> str:
    """Write an announced decimal comma as a point, which after 12,500 must not look as if it set thousands apart."""
    match = _DECIMAL_COMMA.match(cell)
    if match is None:
        return cell
    idle_zero = "0" if len(match[2]) == THOUSANDS else ""
    return f"{match[1]}.{match[2]}{idle_zero}{cell[match.end() :]}"
