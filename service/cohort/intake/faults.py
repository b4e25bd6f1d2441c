"""Says of a bad cell how to mend it in a table, where what a sender of JSON is told would not help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from service.api.problems import Entry
from service.cohort.intake.header import COLLECTED_AT
from service.cohort.intake.times import why_not
from service.cohort.intake.words import CELLS, folded_cell

WORDS_TAKEN = (
    *("yes", "no", "y", "n", "true", "false", "t", "f", "1", "0", "1.0", "0.0", "+", "present", "absent", "positive"),
    *("negative", "ja", "nein", "oui", "non", "sí", "WAHR", "FALSCH", "VRAI", "FAUX", "VERDADERO", "FALSO"),
)
"""Those of the words for present and absent that are told."""
PRESENCE = f"One of these words is needed here: {', '.join(WORDS_TAKEN)}. Leave the cell empty if it is not known."
IN_DOUBT = (
    "This word gives no number, and may mean 'not measured' or 'below the limit of detection'. Leave the cell empty if "
    "nothing was measured; otherwise write the limit with its sign, such as <5."
)


def as_of_a_table(entries: Iterable[Entry], document: Mapping[str, Any]) -> tuple[Entry, ...]:
    """Return the faults of the request that a row stands for, in the words of a table."""
    return tuple(_reworded(entry, document) for entry in entries)


def _reworded(entry: Entry, document: Mapping[str, Any]) -> Entry:
    part, *rest = (*entry.where, "")
    if part == COLLECTED_AT:
        return replace(entry, detail=why_not(document[COLLECTED_AT]) or entry.detail)
    if part == "findings" and entry.code == "invalid_value":
        return replace(entry, detail=PRESENCE)
    cell = document.get("observations", {}).get(rest[0]) if part == "observations" else None
    if isinstance(cell, str) and folded_cell(cell) in CELLS["ambiguous"]:
        return replace(entry, detail=IN_DOUBT)
    return entry
