"""Where a figure or a statement comes from, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

from service.clinical.data import toml_reader
from service.clinical.data.toml_reader import Table

CERTAINTIES = {
    "seen": "read in the primary source or its own table",
    "secondary": "read in a secondary source",
    "memory": "not seen in a source: from expert memory only",
    "derived": "calculated from published figures",
    "design": "this service's reading; the paper leaves it open",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A paper: the key by which figures name it, its citation, its DOI, and how sure the citation is."""

    key: str
    citation: str
    doi: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from: the key of a reference, and how sure it is (``CERTAINTIES``)."""

    reference: str
    certainty: str


def read_reference(table: Table, where: str) -> Reference:
    """Return the paper that a table of a data file cites, "" where it gives no key or DOI; raises BadData."""
    return Reference(
        toml_reader.text(table, "key", where, ""),
        toml_reader.text(table, "citation", where),
        toml_reader.text(table, "doi", where, ""),
        toml_reader.choice(table, "certainty", where, CERTAINTIES),
    )
