"""Write openapi.yaml, docs/criteria.md and the generated parts of README.md: ``python -m tools.generate`` (``--check`` only compares).

A generated part stands between a line with ``generated: NAME`` and one with ``end: NAME``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.criteria_set import CriteriaSet
from service.clinical.criteria.rules import leaves
from service.server.settings import TABLE
from tools.contract.contract import published
from tools.criteria_page import criteria_page

ROOT = Path(__file__).parent.parent


def criteria_table() -> Iterable[str]:
    """Yield the table of criteria sets for the README."""
    yield "| id | what it is | made for | limits it reads | source |"
    yield "|---|---|---|---|---|"
    for criteria in CATALOGUE.values():
        yield _criteria_row(criteria)


def _criteria_row(criteria: CriteriaSet) -> str:
    source = criteria.references[0]
    cited = f"[{source.citation}](https://doi.org/{source.doi})" if source.doi else source.citation
    count = sum(1 for _ in leaves(criteria.rule))
    return f"| `{criteria.id}` | {criteria.short}, {criteria.kind} | {criteria.audit.population} | {count} | {cited} |"


def settings_table() -> Iterable[str]:
    """Yield the table of settings for the README."""
    yield "| variable | default | takes | meaning |"
    yield "|---|---|---|---|"
    for setting in TABLE:
        yield f"| `{setting.variable}` | {f'`{setting.default}`' if setting.default else ''} | {setting.takes} | {setting.meaning} |"


PARTS: dict[str, tuple[str, Callable[[], Iterable[str]]]] = {
    "criteria table": ("README.md", criteria_table),
    "settings table": ("README.md", settings_table),
}


def with_part(document: str, name: str, lines: Iterable[str]) -> str:
    """Return the document with one generated part replaced; raises ValueError if its two marks are not there."""
    marks = re.compile(
        rf"(^[^\n]*generated: {re.escape(name)}\b[^\n]*\n).*?(^[^\n]*end: {re.escape(name)}\b)",
        re.DOTALL | re.MULTILINE,
    )
    body = "".join(f"{line}\n" for line in lines)
    replaced, count = marks.subn(lambda match: match[1] + body + match[2], document)
    if count != 1:
        raise ValueError(f"the marks of '{name}' are not there exactly once")
    return replaced


def generated(file: str) -> str:
    """Return a document with all its generated parts as they should be."""
    text = (ROOT / file).read_text(encoding="utf-8")
    for name, (home, lines) in PARTS.items():
        if home == file:
            text = with_part(text, name, lines())
    return text


WHOLE: dict[str, Callable[[], str]] = {
    "docs/criteria.md": lambda: "".join(f"{line}\n" for line in criteria_page()),
    "openapi.yaml": published,
}
"""Documents of which every line is generated."""


def documents() -> dict[str, str]:
    """Return every document with its generated parts as they should be, by its path."""
    partly = {file: generated(file) for file in sorted({home for home, _ in PARTS.values()})}
    return partly | {file: text() for file, text in WHOLE.items()}


def main(arguments: list[str]) -> int:
    """Write the documents, or with --check say which are not current."""
    stale = 0
    for file, text in documents().items():
        path = ROOT / file
        if not path.exists() or text != path.read_text(encoding="utf-8"):
            stale = 1
            print(f"{file}: {'not current' if '--check' in arguments else 'written'}")
            if "--check" not in arguments:
                path.write_text(text, encoding="utf-8")
    return stale if "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
