"""Reads the data files so that a slip in one stops the start: unknown key, missing key, wrong type, by file and key."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

Table = Mapping[str, Any]
FOLDER = Path(__file__).parent
"""Where the data files of the medicine stand."""


class BadData(ValueError):
    """A data file says something that it may not; the message names the file and the key."""


def read(path: Path) -> dict[str, Any]:
    """Return the file's tables with every number with a point as an exact Decimal; raises BadData."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadData(f"{path.name}: {error}") from error


def keys(table: object, where: str, required: Collection[str], optional: Collection[str] = ()) -> Table:
    """Return the table if it has every required key and no other than the optional ones; raises BadData."""
    if not isinstance(table, dict):
        raise BadData(f"{where}: a table is expected")
    for key in required:
        if key not in table:
            raise BadData(f"{where}: the key '{key}' is missing")
    for key in table:
        if key not in required and key not in optional:
            raise BadData(f"{where}: the key '{key}' is not known here")
    return table


def text(table: Table, key: str, where: str, default: str | None = None) -> str:
    """Return a text that is not empty; raises BadData."""
    value = table.get(key, default)
    if not isinstance(value, str) or (key in table and not value.strip()):
        raise BadData(f"{where}.{key}: a text is expected")
    return value


def texts(table: Table, key: str, where: str) -> tuple[str, ...]:
    """Return a list of texts, empty if the key is absent; raises BadData."""
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise BadData(f"{where}.{key}: a list of texts is expected")
    return tuple(value)


def rows(table: Table, key: str, where: str) -> list[Any]:
    """Return a list that is not empty; raises BadData."""
    value = table.get(key)
    if not isinstance(value, list) or not value:
        raise BadData(f"{where}.{key}: a list of at least one is expected")
    return value


def flag(table: Table, key: str, where: str, *, default: bool = False) -> bool:
    """Return true or false, the default if the key is absent; raises BadData."""
    value = table.get(key, default)
    if not isinstance(value, bool):
        raise BadData(f"{where}.{key}: true or false is expected")
    return value


def number(table: Table, key: str, where: str) -> Decimal:
    """Return an exact number; raises BadData."""
    value = table.get(key)
    if type(value) is int:
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite():
        return value
    raise BadData(f"{where}.{key}: a number is expected")


def choice(table: Table, key: str, where: str, allowed: Collection[str]) -> str:
    """Return a text that is one of those allowed; raises BadData."""
    value = text(table, key, where)
    if value not in allowed:
        raise BadData(f"{where}.{key}: '{value}' is not one of {', '.join(sorted(allowed))}")
    return value
