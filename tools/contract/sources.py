"""Reads the files under openapi/ and joins them; what one file says and another says again is an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

HOME = Path(__file__).parent.parent.parent / "openapi"


def joined() -> dict[str, Any]:
    """Return the contract as the files say it, without what comes from the data and without examples.

    The addresses stand in one file per tag, in the order of the tags. Raises ValueError if a name is given twice.
    """
    document = read(HOME / "contract.yaml")
    document["paths"] = merged(HOME / "paths" / f"{tag['name']}.yaml" for tag in document["tags"])
    schemas = merged(sorted((HOME / "schemas").glob("*.yaml")))
    document["components"] = read(HOME / "shared.yaml") | {"schemas": schemas}
    return document


def examples(operation: str) -> dict[str, Any]:
    """Return the examples of an operation by name; none if it has no file."""
    path = HOME / "examples" / f"{operation}.yaml"
    return read(path) if path.exists() else {}


def read(path: Path) -> dict[str, Any]:
    """Return the mapping that a file holds."""
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return found


def merged(paths: Any) -> dict[str, Any]:
    """Return one mapping of several files; raises ValueError if a name is given twice."""
    whole: dict[str, Any] = {}
    for path in paths:
        part = read(path)
        if twice := whole.keys() & part.keys():
            raise ValueError(f"{path.name} gives again: {', '.join(sorted(twice))}")
        whole |= part
    return whole
