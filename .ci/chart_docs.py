"""Writes the table of values in helm/README.md from the comments of helm/values.yaml, so that the two cannot part.

Usage: chart_docs.py [--check]; with --check nothing is written and an outdated table is an error.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CHART = Path(__file__).resolve().parent.parent / "helm"
BEGIN, END = "<!-- values: begin (made by make chart-docs) -->", "<!-- values: end -->"
KEY = re.compile(r"^(?P<indent> *)(?P<name>[A-Za-z0-9]+):(?P<default>.*)$")


class Value(NamedTuple):
    """One documented key of values.yaml; `default` is its YAML as written, on one line."""

    path: str
    default: str
    description: str


def documented_values(text: str) -> Iterator[Value]:
    """Yield every key that carries a `# --` comment, in the order of the file."""
    parents: list[str] = []
    comment = ""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.lstrip().startswith("# -- "):
            comment = line.lstrip()[5:]
        elif key := KEY.match(line):
            parents = [*parents[: len(key["indent"]) // 2], key["name"]]
            if comment:
                default = key["default"].strip() or _block(lines[number + 1 :], len(key["indent"]))
                yield Value(".".join(parents), default, comment)
            comment = ""


def _block(following: list[str], indent: int) -> str:
    """Put the items or keys below a block's key on one line, as flow YAML."""
    taken = []
    for line in following:
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        if line.strip():
            taken.append(line.strip())
    if all(item.startswith("- ") for item in taken):
        return "[" + ", ".join(item[2:] for item in taken) + "]"
    return "{" + ", ".join(taken) + "}"


def table(values: Iterator[Value]) -> str:
    """Return the Markdown table of the values."""
    cells = ((value.path, value.default, value.description) for value in values)
    rows = (f"| `{path}` | `{_cell(default)}` | {_cell(text)} |" for path, default, text in cells)
    return "\n".join(["| value | default | what it does |", "|---|---|---|", *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Write or check helm/README.md; returns the exit code."""
    readme = CHART / "README.md"
    old = readme.read_text(encoding="utf-8")
    head, rest = old.split(BEGIN)
    values = documented_values((CHART / "values.yaml").read_text(encoding="utf-8"))
    new = f"{head}{BEGIN}\n{table(values)}\n{END}{rest.split(END)[1]}"
    if "--check" not in arguments:
        readme.write_text(new, encoding="utf-8")
        return 0
    if old != new:
        print("helm/README.md is out of date: run make chart-docs", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
