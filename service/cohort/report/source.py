"""Reads a table of results as the command writes it, and says what its label column calls each row."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple, TextIO

from service.clinical.assessment.category import CATEGORIES
from service.clinical.criteria import CATALOGUE
from service.cohort.intake.header import UnusableTable
from service.cohort.intake.table import open_cells
from service.cohort.intake.words import LABELS, UNKNOWN, folded_cell, folded_name, unguarded
from service.cohort.results import COLUMNS, SCORED
from service.cohort.safe_text import bounded, visible

ANSWERED = "200"
VERDICTS = ("met", "not_met", "indeterminate")
CASE, CONTROL, UNLABELLED, UNCLEAR = "case", "control", "unlabelled", "unclear"
LONGEST_SHOWN, MOST_SHOWN = 64, 20
NEEDED = tuple(name for name in COLUMNS if name not in ("row", "id", "summary", "cautions", "warnings"))
NO_RESULTS = (
    "This is no table of results: it has no column {}. Run 'python -m service.cohort panels.csv > results.csv' first; "
    "a table of an earlier version has fewer columns and must be made anew."
)
NO_LABEL = "No column is called '{}', as --label says. {}"
OTHERS = "Columns beside the results are: {}."
NO_OTHERS = (
    "The table has no column beside the results: 'python -m service.cohort panels.csv --keep-columns NAME' keeps one."
)
TWO_LABELS = "Two columns are called '{}', as --label says. Rename one."
OWN_COLUMN = "The column '{}' is part of the results, so it cannot be the label that they are held against."


class Ends(NamedTuple):
    """The least and the greatest value that a score may still have; an open end is infinite."""

    low: float
    high: float


class Answer(NamedTuple):
    """What is used of one row that was answered."""

    category: str
    primary: str
    verdicts: tuple[str, ...]
    """By set of the catalogue first the verdict, then the one with words; "" where the set was not asked for."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns stand in a table of results, and how many there are; ``label`` is None without one."""

    places: dict[str, int]
    width: int
    label: int | None = None
    label_name: str = ""

    def cell(self, name: str, cells: Sequence[str]) -> str:
        """Return the cell of a column, "" where the table has no such column."""
        place = self.places.get(name)
        return "" if place is None else cells[place]


def open_results(text: TextIO, label: str = "") -> tuple[Columns, Iterator[list[str] | None]]:
    """Return the columns and the rows to come, None for one that is no CSV; raises UnusableTable."""
    names, rows = open_cells(text)
    places = {name: place for place, name in enumerate(map(str.strip, names)) if name in COLUMNS}
    missing = [name for name in NEEDED if name not in places]
    if missing:
        raise UnusableTable(NO_RESULTS.format(f"'{missing[0]}'"))
    at = _label_place(names, label) if label else None
    return Columns(places, len(names), at, shown(names[at]) if at is not None else ""), rows


def shown(name: str) -> str:
    """Return a text of the table as it may be shown: bounded, and every sign of it visible."""
    return visible(bounded(name.strip(), LONGEST_SHOWN))


def label_of(cell: str) -> str:
    """Return whether a cell makes its row a case or a control, says nothing, or says something unclear."""
    word = folded_cell(unguarded(cell))
    if word in LABELS:
        return CASE if LABELS[word] else CONTROL
    return UNLABELLED if word in UNKNOWN else UNCLEAR


def ends_of(low: str, high: str) -> Ends:
    """Return the ends of a score from its two cells, of which an empty one is open; raises ValueError."""
    ends = Ends(_number(low, -math.inf), _number(high, math.inf))
    if ends.low > ends.high:
        raise ValueError
    return ends


def answer_of(cells: tuple[str, ...]) -> Answer | None:
    """Return the answer from category, leading set and verdicts, None where a word of them is none of the results."""
    category, primary, *verdicts = cells
    is_known = category in CATEGORIES and (not primary or primary in CATALOGUE)
    if not is_known or any(word and word not in VERDICTS for word in verdicts):
        return None
    return Answer(category, primary, tuple(verdicts))


def answer_cells(columns: Columns) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Return what takes the cells of an answer out of a row."""
    verdicts = (columns.places[f"{key}{ending}"] for key in CATALOGUE for ending in ("", ".implied"))
    return itemgetter(columns.places["category"], columns.places["primary"], *verdicts)


def score_places(columns: Columns) -> list[tuple[str, int, int, int]]:
    """Return by scored set the places of its verdict and of both ends."""
    places = columns.places
    return [(key, places[key], places[f"{key}.min"], places[f"{key}.max"]) for key in SCORED]


def _number(cell: str, empty: float) -> float:
    if not cell:
        return empty
    number = float(cell)
    if not math.isfinite(number):  # the results write an open end as an empty cell
        raise ValueError
    return number


def _label_place(names: Sequence[str], label: str) -> int:
    """Return the place of the label column: by its exact name, else by the name without capitals and blanks."""
    exact = [place for place, name in enumerate(names) if name.strip() == label.strip()]
    near = [place for place, name in enumerate(names) if folded_name(unguarded(name)) == folded_name(unguarded(label))]
    found = exact or near
    if not found:
        others = [shown(name) for name in names if name.strip() and name.strip() not in COLUMNS]
        told = OTHERS.format(", ".join(f"'{name}'" for name in others[:MOST_SHOWN])) if others else NO_OTHERS
        raise UnusableTable(NO_LABEL.format(shown(label), told))
    if len(found) > 1:
        raise UnusableTable(TWO_LABELS.format(shown(label)))
    if names[found[0]].strip() in COLUMNS:
        raise UnusableTable(OWN_COLUMN.format(shown(label)))
    return found[0]
