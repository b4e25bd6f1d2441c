"""Reads the header of a table: which column is which input, in which unit, and what is odd about it.

A column that is not known may hold the drug or the finding that forbids an answer, so it stops the run. It does not if
its name says that it is no input, or if the caller leaves it out by name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from service.api.error_messages import unknown_field
from service.clinical.measurement.analytes import AGE, AGE_AT_ONSET, ANALYTES, FINDINGS
from service.clinical.measurement.limits import LONGEST_QUANTITY
from service.clinical.measurement.units import Unit
from service.cohort.intake.words import COLUMNS, EMPTY, folded_cell, folded_name, unguarded
from service.cohort.safe_text import bounded, visible

ID, COLLECTED_AT, CONDITION, MEDICATIONS, CONFOUNDERS = "id", "collected_at", "condition", "medications", "confounders"
AGES = {f"patient.{key}": key for key in (AGE, AGE_AT_ONSET)}
PLAIN = (ID, COLLECTED_AT, CONDITION, MEDICATIONS, CONFOUNDERS)
KNOWN = (*ANALYTES, *FINDINGS, *AGES, *PLAIN)
LONGEST_HEADING, LONGEST_SHOWN, MOST_TOLD, MOST_COUNTED = 200, 64, 20, 500
_BRACKETS = re.compile(r"([^\[\]]*)\[(.*)\]", re.DOTALL)
_ADDITION = re.compile(r"([^\[\](]+)[\[(](.*)[\])]", re.DOTALL)
_SEPARATOR = re.compile(r"[\s_.,:;(/-]")
_FIGURES = re.compile(r"\d+")
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad"))
_AROUND_UNIT = " \t\r\n_.,:;-"
_AFTER_NAME = " ?:*"
NO_INPUT = "The header names no observation and no finding. Write for example: id,ferritin[ug/L],fever"
LONG_TABLE = (
    "This looks like a table with one result in each row (a column for the test and one for its value). One row for "
    "each panel is needed, with a column for each test, such as id,collected_at,ferritin[ug/L],platelets[10*9/L],fever."
)
NAMES_OF_ROWS = "Column 1 has no name in the header: it is taken for the names or numbers of the rows."
NEVER_UNASKED = (
    "A column that may hold drugs, findings or results is never left out unasked. Rename it, or leave it out with {}"
)


class UnusableTable(ValueError):
    """A table of which no row can be read; the message says what to change."""


class Column(NamedTuple):
    """One column that is used: its place, the input it holds, and the unit from the header ("" if none)."""

    place: int
    name: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The columns that are used, how many there are in all, where those without a name are, and notes on the rest.

    ``kept`` are the places and names of those that the results repeat.
    """

    columns: tuple[Column, ...]
    width: int
    unnamed: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    kept: tuple[tuple[int, str], ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """The notes for the sender, before the first row."""
        about_units = (_about_unit(column.name, column.unit) for column in self.columns)
        return (*self.notes, *(remark for remark in about_units if remark))


def read_header(cells: Sequence[str], ignored: Collection[str] = (), kept: Collection[str] = ()) -> Header:
    """Return the header; ``ignored`` are names of columns to leave out, ``kept`` those that the results repeat.

    A column that is kept and is an input counts as one all the same.

    Raises UnusableTable if a column is not known, or an input has two columns. It also does if a name to ignore is not
    there, or if no column is an observation or finding.
    """
    names = [_tidy(cell) for cell in cells]
    left_out, repeated = _places(names, ignored, "--ignore-columns"), _places(names, kept, "--keep-columns")
    used = [(place, name) for place, name in enumerate(names) if name and place not in left_out]
    columns = [_column(place, name) for place, name in used]
    no_input = [at for at, column in zip(used, columns, strict=True) if column is None and at[0] not in repeated]
    unknown = [at for at in no_input if not _is_no_input(at[1])]
    found = [column for column in columns if column is not None]
    unnamed = [place for place, name in enumerate(names) if not name]
    rows_are_named = unnamed[:1] == [0]  # as pandas and R write the names of rows
    if rows_are_named:
        unnamed = unnamed[1:]
        found = found if ID in [column.name for column in found] else [Column(0, ID), *found]
    if unknown and not any(column.name in ANALYTES for column in found) and _is_long(names):
        raise UnusableTable(LONG_TABLE)
    if unknown:
        raise UnusableTable(_stopped(unknown if found else [at for at in unknown if _is_likely_name(at[1])]))
    _refuse_two_of_one(found, names)
    if not any(column.name in ANALYTES or column.name in FINDINGS for column in found):
        raise UnusableTable(NO_INPUT)
    notes = [NAMES_OF_ROWS] if rows_are_named else []
    notes += [f"{_told(place, names[place])} is left out, as asked." for place in left_out]
    notes += [f"{_told(*at)} is no input and is left out." for at in no_input]
    notes += [_kept(place, names[place], [column.place for column in found]) for place in repeated]
    notes += [_read_as(column, names[column.place]) for column in found if _is_other_name(column, names[column.place])]
    repeats = tuple((place, names[place]) for place in repeated)
    return Header(tuple(found), len(cells), tuple(unnamed), tuple(notes), repeats)


def names_an_input(cells: Sequence[str]) -> int:
    """Return how many cells name an input as a column does; of very many the first are looked at."""
    return sum(_column(0, name) is not None for name in map(_tidy, cells[:MOST_COUNTED]) if name)


def with_units(header: Header, cells: Sequence[str]) -> Header | None:
    """Return the header with the units that the row below it gives, None if the row is anything else than units.

    Raises UnusableTable where the header has another unit.
    """
    units = {place: cell.strip() for place, cell in enumerate(cells) if folded_cell(cell.strip()) not in EMPTY}
    named = {column.place: column for column in header.columns}
    tests = {place for place in units if place in named and named[place].name in ANALYTES}
    if not tests or not all(_unit_of(named[place].name, units[place]) for place in tests):
        return None
    if not all(place in tests or _heads_units(named.get(place), units[place]) for place in units):
        return None
    columns = tuple(
        _with_unit(column, units[column.place]) if column.place in tests else column for column in header.columns
    )
    return replace(header, columns=columns, notes=(*header.notes, "The row below the header is read as the units."))


def _tidy(cell: str) -> str:
    """Return a name without blanks around it and without signs that nobody sees."""
    return " ".join(unguarded(cell.translate(_INVISIBLE)).split()) if len(cell) <= LONGEST_HEADING else cell


def _places(names: Sequence[str], wished: Collection[str], option: str) -> list[int]:
    """Return the places of the columns that an option names, one by one or in lists; a name may have a comma in it.

    Raises UnusableTable for a name that no column has.
    """
    known = set(map(folded_name, names))
    parts = (part for text in wished for part in ([text] if folded_name(_tidy(text)) in known else text.split(",")))
    wanted = {folded_name(name): name for name in map(_tidy, parts) if name}
    missing = [name for key, name in wanted.items() if key not in known]
    if missing:
        shown = ", ".join(f"'{_shown(name)}'" for name in missing)
        raise UnusableTable(f"No column is called {shown}, as {option} says.")
    return [place for place, name in enumerate(names) if name and folded_name(name) in wanted]


def _column(place: int, text: str) -> Column | None:
    """Return the column that a name with or without its unit means, None if it is not known."""
    if len(text) > LONGEST_HEADING:
        return None
    brackets = _BRACKETS.fullmatch(text)
    if brackets:
        name = _input(brackets[1])
        return Column(place, name, brackets[2].strip()) if name else None
    name = _input(text)
    return Column(place, name) if name else _beside_unit(place, text)


def _beside_unit(place: int, text: str) -> Column | None:
    """Return the column of a name such as ``Ferritin (ug/L)`` or ``ferritin_ug_L``: the rest is a unit of the test."""
    for name, rest in _divisions(text):
        for unit in (rest, rest.replace("_", "/"), rest.replace(".", "/")):
            if _unit_of(name, unit):
                return Column(place, name, unit)
    return None


def _divisions(text: str) -> Iterator[tuple[str, str]]:
    """Yield each test that a text may begin with, and what follows it."""
    for match in _SEPARATOR.finditer(text):
        name = _input(text[: match.start()])
        if name in ANALYTES:
            rest = text[match.start() :].strip(_AROUND_UNIT)
            yield name, rest[1:-1].strip() if rest.startswith("(") and rest.endswith(")") else rest


def _input(text: str) -> str:
    """Return the input that a name without a unit means, "" if none."""
    folded = folded_name(text.strip().rstrip(_AFTER_NAME))
    is_drug = len(folded) <= LONGEST_HEADING and _BY_NAME.get(_FIGURES.sub("", folded)) == MEDICATIONS
    return _BY_NAME.get(folded, MEDICATIONS if is_drug else "")


def _unit_of(name: str, text: str) -> Unit | None:
    return ANALYTES[name].table.find(text) if 0 < len(text) <= LONGEST_QUANTITY else None


def _is_no_input(name: str) -> bool:
    return folded_name(_without_addition(name)[0]) in COLUMNS.left_out


def _is_likely_name(text: str) -> bool:
    """Return whether a cell is like the name of an input; where none is, it may be a patient below a missing header."""
    return "Did you mean" in _hint(text)


def _without_addition(text: str) -> tuple[str, str]:
    """Return a name and what stands in brackets after it, "" if nothing."""
    added = _ADDITION.fullmatch(text) if len(text) <= LONGEST_HEADING else None
    return (added[1].strip(), added[2].strip()) if added else (text, "")


def _stopped(unknown: Sequence[tuple[int, str]]) -> str:
    """Return what to say of columns that are not known."""
    if not unknown:
        return NO_INPUT
    told = [f"{_told(place, name)} is not known here.{_hint(name)}" for place, name in unknown[:MOST_TOLD]]
    if len(unknown) > MOST_TOLD:
        told.append(f"{len(unknown) - MOST_TOLD} further columns are not known here.")
    return "\n".join([*told, NEVER_UNASKED.format(_way_out([_shown(name) for _, name in unknown[:MOST_TOLD]]))])


def _way_out(names: Sequence[str]) -> str:
    """Return the options that leave columns out; a name with a comma in it needs its own."""
    together = ",".join(name for name in names if "," not in name)
    lists = [*([together] if together else []), *(name for name in names if "," in name)]
    return " ".join(f"--ignore-columns '{names}'" for names in lists)


def _hint(text: str) -> str:
    if len(text) > LONGEST_HEADING:
        return " Its name is far too long."
    for name, _ in _divisions(text):
        listed = ", ".join(ANALYTES[name].table.units)
        return f" It begins with '{name}', but the rest is none of its units: {listed}. Write {name}[unit]."
    bare, unit = _without_addition(text)
    first = _SEPARATOR.split(bare, maxsplit=1)[0]
    meant = _meant(bare) or (_meant(first) if len(first) > 1 else "")
    if meant in ANALYTES:
        return f" Did you mean '{meant}[{_shown(unit) or 'unit'}]'?"
    return f" Did you mean '{meant}'?" if meant else f" If it holds drugs, call it '{MEDICATIONS}'."


def _meant(name: str) -> str:
    """Return the input that a name probably means, as a request in JSON would be told; "" if nothing comes near."""
    folded = folded_name(name)
    perhaps = COLUMNS.perhaps.get(folded)
    if not perhaps and any(drugs in folded for drugs in _DRUG_NAMES):
        return MEDICATIONS
    near = unknown_field((name[:LONGEST_SHOWN],), KNOWN).explained().facts.get("did_you_mean", "")
    return perhaps or str(near)


def _refuse_two_of_one(columns: Sequence[Column], names: Sequence[str]) -> None:
    places: dict[str, int] = {}
    for column in columns:
        first = places.setdefault(column.name, column.place)
        if first != column.place and not (column.name == MEDICATIONS and _are_numbered(names, first, column.place)):
            both = f"{first + 1} '{_shown(names[first])}' and {column.place + 1} '{_shown(names[column.place])}'"
            raise UnusableTable(
                f"The header names '{column.name}' twice, in the columns {both}. Keep one; each panel has its own row."
            )


def _is_long(names: Sequence[str]) -> bool:
    """Return whether a table has one result in each row: a column that names the test, and one with its value."""
    folded = {folded_name(_without_addition(name)[0]) for name in names}
    return bool(folded & COLUMNS.of_tests) and bool(folded & COLUMNS.of_values)


def _are_numbered(names: Sequence[str], *places: int) -> bool:
    """Return whether some columns of drugs are parts of one list: ``med1``, ``med2``."""
    return all(_FIGURES.search(names[place]) for place in places)


def _told(place: int, name: str) -> str:
    return f"Column {place + 1} '{_shown(name)}'" if name else f"Column {place + 1}"


def _shown(name: str) -> str:
    return visible(bounded(name, LONGEST_SHOWN))


def _kept(place: int, name: str, inputs: Collection[int]) -> str:
    return (
        f"{_told(place, name)} is kept in the results, and is {'also read as an' if place in inputs else 'no'} input."
    )


def _read_as(column: Column, text: str) -> str:
    unit = f"[{column.unit}]" if column.unit else ""
    return f"{_told(column.place, text)} is read as {column.name}{unit}."


def _is_other_name(column: Column, text: str) -> bool:
    """Return whether the sender should see how the name was read: a unit beside it, or drugs by another name."""
    if column.unit:
        return not _BRACKETS.fullmatch(text)
    return column.name == MEDICATIONS and (folded_name(text) in COLUMNS.read_as or bool(_FIGURES.search(text)))


def _about_unit(name: str, unit: str) -> str:
    """Return what is odd about the unit of a column, "" if nothing."""
    if name not in ANALYTES:
        return f"Column '{name}' takes no unit; the one in the header is left out." if unit else ""
    accepted = ", ".join(ANALYTES[name].table.units)
    if not unit:
        return f"Column '{name}' has no unit: numbers alone will be refused. Write {name}[unit], one of: {accepted}."
    found = _unit_of(name, unit)
    if found is None:
        return f"The unit of column '{name}' is not accepted, its numbers will be refused. Accepted: {accepted}."
    if not found.comparable:
        to = ANALYTES[name].canonical
        return f"The numbers of column '{name}' stay unknown: {found.code} has no fixed factor to {to}."
    return ""


def _with_unit(column: Column, unit: str) -> Column:
    if column.unit and _unit_of(column.name, column.unit) != _unit_of(column.name, unit):
        raise UnusableTable(f"The header and the row below it give two units for '{column.name}'; keep one.")
    return column._replace(unit=unit)


def _heads_units(column: Column | None, text: str) -> bool:
    """Return whether a cell in a row of units may stand there: a word for it in a column that holds no input."""
    return (column is None or column.name == ID) and folded_cell(text) in (
        "unit",
        "units",
        "einheit",
        "einheiten",
        "unité",
    )


def _by_name() -> dict[str, str]:
    """Return the inputs by the folded names of columns, with and without the part of a request they stand in."""
    parts = (("observations", ANALYTES), ("findings", FINDINGS), ("context", (CONDITION, MEDICATIONS, CONFOUNDERS)))
    names = {folded_name(name): name for name in KNOWN}
    names |= {folded_name(f"{part}.{name}"): name for part, inputs in parts for name in inputs}
    return {**COLUMNS.read_as, **names}


_BY_NAME = _by_name()
_DRUG_NAMES = [name for name, meaning in COLUMNS.read_as.items() if meaning == MEDICATIONS and len(name) > len("med")]
"""Names of a column of drugs that show it also as part of another name."""
