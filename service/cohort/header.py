"""Reads the header of a table: which column is which input, in which unit, and what is odd about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from service.clinical.measurement.analytes import AGE, AGE_AT_ONSET, ANALYTES, FINDINGS

_COLUMN = re.compile(r"\s*([^\[\]]*?)\s*(?:\[(.*)\])?\s*", re.DOTALL)
ID, COLLECTED_AT, CONDITION, MEDICATIONS, CONFOUNDERS = "id", "collected_at", "condition", "medications", "confounders"
AGES = {f"patient.{key}": key for key in (AGE, AGE_AT_ONSET)}
PLAIN = (ID, COLLECTED_AT, CONDITION, MEDICATIONS, CONFOUNDERS)
KNOWN = (*ANALYTES, *FINDINGS, *AGES, *PLAIN)
OTHERWISE = {
    "age_years": "patient.age_years",
    "age_at_onset_years": "patient.age_at_onset_years",
    "medication": MEDICATIONS,
    "drugs": MEDICATIONS,
    "confounder": CONFOUNDERS,
}
"""Other names of columns; one of drugs that was left out would count as none given."""
PREFIXES = ("observations.", "findings.", "context.")


class UnusableTable(ValueError):
    """A table of which no row can be read; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is used: its place, the input it holds, and the unit from the header ("" if none)."""

    place: int
    name: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The columns that are used, how many there are in all, and remarks for the sender."""

    columns: tuple[Column, ...]
    width: int
    remarks: tuple[str, ...]


def read_header(cells: Sequence[str]) -> Header:
    """Return the header; raises UnusableTable if a name stands twice or none is an observation or finding."""
    columns: list[Column] = []
    remarks: list[str] = []
    for place, cell in enumerate(cells):
        name, unit = _parts(cell)
        if name not in KNOWN:
            remarks.append(_unknown(place, name))
            continue
        if any(name == one.name for one in columns):
            raise UnusableTable(f"The header names '{name}' twice; keep one of the columns.")
        remarks += _about_unit(name, unit)
        columns.append(Column(place, name, unit))
    if not any(one.name in ANALYTES or one.name in FINDINGS for one in columns):
        raise UnusableTable(
            "The header names no observation and no finding. Write for example: id,ferritin[ug/L],fever"
        )
    return Header(tuple(columns), len(cells), tuple(remarks))


def _parts(cell: str) -> tuple[str, str]:
    match = _COLUMN.fullmatch(cell)
    if match is None:
        return cell.strip(), ""
    name = match[1].casefold()
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return OTHERWISE.get(name, name), (match[2] or "").strip()


def _unknown(place: int, name: str) -> str:
    close = get_close_matches(name[:64], KNOWN, n=1, cutoff=0.6)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return f"Column {place + 1} is not known here and is left out.{hint}"


def _about_unit(name: str, unit: str) -> list[str]:
    if name not in ANALYTES:
        return [f"Column '{name}' takes no unit; the one in the header is left out."] if unit else []
    accepted = ", ".join(ANALYTES[name].table.units)
    if not unit:
        return [f"Column '{name}' has no unit: numbers alone will be refused. Write {name}[unit], one of: {accepted}."]
    found = ANALYTES[name].table.find(unit)
    if found is None:
        return [f"The unit of column '{name}' is not accepted, its numbers will be refused. Accepted: {accepted}."]
    if not found.comparable:
        to = ANALYTES[name].canonical
        return [f"The numbers of column '{name}' stay unknown: {found.code} has no fixed factor to {to}."]
    return []
