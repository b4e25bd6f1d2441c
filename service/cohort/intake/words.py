"""The words of a table, read from words.toml: names of columns, and what a cell says without a number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from service.clinical.data import toml_reader
from service.clinical.data.toml_reader import BadData

_GUARDS = (
    re.compile(r'=\s*"([^"]*)"'),
    re.compile(r'=\s*T\(\s*"([^"]*)"\s*\)', re.IGNORECASE),
    re.compile(r"'([^']+)'?"),
)
"""Signs by which spreadsheets keep a text from being taken for a number: ="120", =T("120") and '120."""
_BETWEEN_WORDS = re.compile(r"[\s_.\-]+")
LISTS = (
    *("empty", "not_available", "ambiguous", "low", "high", "normal", "present", "absent", "no_drug", "some_drug"),
    *("total", "case", "control"),
)
LONGEST = 200
GROUPS = (
    "empty not_available ambiguous low high normal",
    "empty not_available present absent case control",
    "no_drug some_drug",
)
"""Lists that are asked of the same cell: no word may stand in two of them."""


def folded_name(text: str) -> str:
    """Return the name of a column without what does not change it: ``Platelet_Count`` is ``plateletcount``."""
    if len(text) > LONGEST:  # of no use, and to normalise a long text is work without bound
        return text
    return _BETWEEN_WORDS.sub("", unicodedata.normalize("NFKC", text).casefold())


def unguarded(cell: str) -> str:
    """Return a cell without blanks around it, and without the signs by which spreadsheets keep it a text."""
    said = cell.strip()
    if said[:1] not in ("=", "'") or len(said) > LONGEST:
        return said
    guarded = next((match for guard in _GUARDS if (match := guard.fullmatch(said))), None)
    return guarded[1].strip() if guarded else said


def folded_cell(text: str) -> str:
    """Return a word of a cell without what does not change it: capitals, and blanks beyond one."""
    if text.isascii() and text.isalnum():  # what most are
        return text.casefold()
    if len(text) > LONGEST:
        return text
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass(frozen=True, slots=True)
class ColumnNames:
    """Other names of columns, folded: those read as another, those that perhaps mean one, those left out.

    ``of_tests`` and ``of_values`` are the columns of a table that has one result in each row.
    """

    read_as: Mapping[str, str]
    perhaps: Mapping[str, str]
    left_out: frozenset[str]
    of_tests: frozenset[str]
    of_values: frozenset[str]


def load_columns(path: Path) -> ColumnNames:
    """Read the names of columns; raises BadData with the file and the key, also for a name with two meanings."""
    where = f"{path.name}: columns"
    table = toml_reader.keys(
        _tables(path)["columns"], where, ["read_as", "perhaps", "left_out", "long_tests", "long_values"]
    )
    known: dict[str, str] = {}
    read_as, perhaps = (_meanings(table[part], f"{where}.{part}", known) for part in ("read_as", "perhaps"))
    left_out = _meanings({"left_out": table["left_out"]}, where, known)
    long = (frozenset(map(folded_name, toml_reader.texts(table, key, where))) for key in ("long_tests", "long_values"))
    return ColumnNames(read_as, perhaps, frozenset(left_out), *long)


def load_cells(path: Path) -> dict[str, frozenset[str]]:
    """Read the words of cells, folded, by list; raises BadData with the file and the key, also for two meanings."""
    where = f"{path.name}: cells"
    table = toml_reader.keys(_tables(path)["cells"], where, LISTS)
    lists = {key: frozenset(map(folded_cell, toml_reader.texts(table, key, where))) for key in LISTS}
    for group in GROUPS:
        _refuse_shared(group.split(), lists, where)
    return lists


def _tables(path: Path) -> toml_reader.Table:
    return toml_reader.keys(toml_reader.read(path), path.name, ["columns", "cells"])


def _meanings(raw: object, where: str, known: dict[str, str]) -> dict[str, str]:
    """Return the meaning of each name, and add them to those that are known."""
    if not isinstance(raw, dict):
        raise BadData(f"{where}: a table is expected")
    found = {}
    for meaning in raw:
        for name in map(folded_name, toml_reader.texts(raw, meaning, where)):
            if known.setdefault(name, meaning) != meaning:
                raise BadData(f"{where}.{meaning}: '{name}' means '{known[name]}' already")
            found[name] = meaning
    return found


def _refuse_shared(keys: Iterable[str], lists: Mapping[str, frozenset[str]], where: str) -> None:
    seen: dict[str, str] = {}
    for key in keys:
        for word in lists[key]:
            if seen.setdefault(word, key) != key:
                raise BadData(f"{where}.{key}: '{word}' stands under {seen[word]} already")


FILE = Path(__file__).with_name("words.toml")
COLUMNS = load_columns(FILE)
CELLS = load_cells(FILE)
PRESENCE = dict.fromkeys(CELLS["present"], True) | dict.fromkeys(CELLS["absent"], False)
"""By word whether a finding is there."""
LABELS = PRESENCE | dict.fromkeys(CELLS["case"], True) | dict.fromkeys(CELLS["control"], False)
"""By word of a label whether the patient had what the label asks for."""
SPELT_OUT = {word: code for key, code in (("low", "L"), ("high", "H"), ("normal", "N")) for word in CELLS[key]}
"""By word the HL7 v3 code of a result in words."""
EMPTY, NOT_AVAILABLE = CELLS["empty"], CELLS["not_available"]
UNKNOWN = EMPTY | NOT_AVAILABLE
