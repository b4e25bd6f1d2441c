"""Counts the rows of a table of results in one pass; but for the scores its memory does not grow with the rows.

Rows with the same answer are counted as one pattern first, and the patterns are spread over the counts now and then.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import combinations

from service.clinical.assessment.summary import LABELS
from service.clinical.criteria import CATALOGUE
from service.cohort.intake.header import KNOWN
from service.cohort.report.source import (
    ANSWERED,
    CASE,
    CONTROL,
    LONGEST_SHOWN,
    UNCLEAR,
    UNLABELLED,
    Answer,
    Columns,
    answer_cells,
    answer_of,
    ends_of,
    label_of,
    score_places,
    shown,
)
from service.cohort.results import SCORED

MOST_PATTERNS = 20_000
MOST_VALUES = 1_000
"""Different values of the label column that are remembered; a column of names must not fill the memory."""
LONGEST_LIST = 10_000
"""Characters of a list of inputs; those of all sets together have fewer."""
WHOLE_ROW = "the row as a whole"
OTHER = "other"
_FAULT = re.compile(r"(?:^|; )/\w+/(\w+) ([a-z_]+):", re.ASCII)
SETS = tuple(CATALOGUE)
PAIRS = tuple(combinations(range(len(SETS)), 2))


@dataclass(slots=True)
class Scores:
    """The two ends of one score, by row: of the cases and of the controls."""

    low: dict[str, array[float]] = field(default_factory=lambda: {CASE: array("d"), CONTROL: array("d")})
    high: dict[str, array[float]] = field(default_factory=lambda: {CASE: array("d"), CONTROL: array("d")})


@dataclass(slots=True)
class Tally:
    """What was counted. The keys of each count stand in its comment; a label is one of the words of ``source``."""

    answered: int = 0
    unreadable: int = 0
    refused: int = 0
    faults: Counter[str] = field(default_factory=Counter)  # input, of refused rows
    left_out: Counter[str] = field(default_factory=Counter)  # input, of values that counted as unknown
    identities: array[int] = field(default_factory=lambda: array("Q"))
    without_identity: int = 0
    labels: Counter[str] = field(default_factory=Counter)  # label, of answered rows
    refused_labels: Counter[str] = field(default_factory=Counter)  # label, of refused rows
    unclear: Counter[str] = field(default_factory=Counter)  # text of the label column
    categories: Counter[tuple[str, str]] = field(default_factory=Counter)  # label, category
    leading: Counter[str] = field(default_factory=Counter)  # set, or ""
    verdicts: Counter[tuple[str, int, str, str]] = field(default_factory=Counter)  # label, set, verdict, implied
    pairs: Counter[tuple[int, int, str, str]] = field(default_factory=Counter)  # two sets, verdict of each
    open: Counter[str] = field(default_factory=Counter)  # input
    decisive: Counter[tuple[str, str]] = field(default_factory=Counter)  # set, input
    leading_decisive: Counter[str] = field(default_factory=Counter)  # input, in the leading set of its row
    scores: dict[str, Scores] = field(default_factory=lambda: {key: Scores() for key in SCORED})
    unclear_rows: list[int] = field(default_factory=list)  # the first ones

    @property
    def rows(self) -> int:
        """The number of rows, whatever became of them."""
        return self.answered + self.refused + self.unreadable


class Counting:
    """Counts rows one by one; ``finish`` gives the tally."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._tally = Tally()
        self._answer_cells = answer_cells(columns)
        self._scores = score_places(columns)
        self._answers: Counter[tuple[str, Answer]] = Counter()
        self._open: Counter[str] = Counter()
        self._decisive: Counter[tuple[str, str]] = Counter()
        self._known: dict[tuple[str, ...], Answer] = {}
        self._labels: dict[str, str] = {}
        self._row = 0

    def add(self, cells: Sequence[str] | None) -> None:
        """Count one row, None for one that is no CSV."""
        tally, columns = self._tally, self._columns
        self._row += 1
        if cells is None or len(cells) != columns.width:
            tally.unreadable += 1
        elif cells[columns.places["status"]].strip() == ANSWERED:
            self._add_answer(cells)
        elif cells[columns.places["problems"]].strip():
            tally.refused += 1
            tally.refused_labels[self._label(cells)] += 1
            tally.faults.update(_faults(columns.cell("problems", cells)) or {WHOLE_ROW})
        else:
            tally.unreadable += 1

    def finish(self) -> Tally:
        """Return what was counted."""
        self._spread()
        return self._tally

    def _add_answer(self, cells: Sequence[str]) -> None:
        tally, columns = self._tally, self._columns
        answer = self._answer(self._answer_cells(cells))
        missing, decisive = columns.cell("missing", cells), columns.cell("decisive", cells)
        try:
            scores = [(key, ends_of(cells[low], cells[high])) for key, at, low, high in self._scores if cells[at]]
        except ValueError:
            answer = None
        if answer is None or max(len(missing), len(decisive)) > LONGEST_LIST:
            tally.unreadable += 1
            return
        tally.answered += 1
        label = self._label(cells)
        tally.labels[label] += 1
        if label in (CASE, CONTROL):
            for key, ends in scores:
                tally.scores[key].low[label].append(ends.low)
                tally.scores[key].high[label].append(ends.high)
        self._identify(columns.cell("id", cells))
        if problems := columns.cell("problems", cells):
            tally.left_out.update(_faults(problems))
        self._answers[label, answer] += 1
        self._open[missing] += 1
        self._decisive[answer.primary, decisive] += 1
        if max(len(self._answers), len(self._open), len(self._decisive)) >= MOST_PATTERNS:
            self._spread()

    def _answer(self, cells: tuple[str, ...]) -> Answer | None:
        """Return the answer of some cells; rows with the same share one, so that they compare fast."""
        known = self._known.get(cells)
        if known is None and (known := answer_of(cells)) is not None:
            if len(self._known) >= MOST_PATTERNS:
                self._known.clear()
            self._known[cells] = known
        return known

    def _label(self, cells: Sequence[str]) -> str:
        tally, place = self._tally, self._columns.label
        if place is None:
            return UNLABELLED
        cell = cells[place]
        label = self._labels.get(cell) or label_of(cell)
        if len(self._labels) < MOST_VALUES and len(cell) <= LONGEST_SHOWN:
            self._labels[cell] = label
        if label == UNCLEAR:
            value = shown(cell)
            if value in tally.unclear or len(tally.unclear) < MOST_VALUES:
                tally.unclear[value] += 1
            if len(tally.unclear_rows) < MOST_VALUES:
                tally.unclear_rows.append(self._row)
        return label

    def _identify(self, identity: str) -> None:
        if identity.strip():
            digest = blake2b(identity.strip().encode("utf-8", "surrogateescape"), digest_size=8).digest()
            self._tally.identities.append(int.from_bytes(digest, "big"))
        else:
            self._tally.without_identity += 1

    def _spread(self) -> None:
        tally = self._tally
        for (label, answer), count in self._answers.items():
            tally.categories[label, answer.category] += count
            tally.leading[answer.primary] += count
            asked = answer.verdicts
            for place in range(len(SETS)):
                if asked[2 * place]:
                    tally.verdicts[label, place, asked[2 * place], asked[2 * place + 1]] += count
            for first, second in PAIRS:
                if asked[2 * first] and asked[2 * second]:
                    tally.pairs[first, second, asked[2 * first], asked[2 * second]] += count
        for names, count in self._open.items():
            for name in _inputs(names.split(";")):
                tally.open[name] += count
        for (primary, parts), count in self._decisive.items():
            for key, name in _decisive(parts):
                tally.decisive[key, name] += count
                tally.leading_decisive[name] += count if key == primary else 0
        self._answers.clear()
        self._open.clear()
        self._decisive.clear()


def _inputs(names: Iterable[str]) -> set[str]:
    return {name if name in LABELS else OTHER for name in map(str.strip, names) if name}


def _decisive(cell: str) -> set[tuple[str, str]]:
    """Return each set with an input that could settle it, from ``set:input,input;set:input``."""
    parts = (part.strip().partition(":") for part in cell.split(";"))
    return {(key, name) for key, _, names in parts if key in CATALOGUE for name in _inputs(names.split(","))}


def _faults(problems: str) -> set[str]:
    """Return the inputs that problems are about; texts beside them may be anybody's, and are not kept."""
    return {name if name in KNOWN else OTHER for name, _ in _FAULT.findall(problems)}
