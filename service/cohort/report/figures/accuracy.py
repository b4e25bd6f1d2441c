"""How a verdict stands against the label: two-by-two tables, and what follows from them.

A row that a set leaves open is never counted as negative. It stays out of the figure, and the bounds say how far the
figure could move if all such rows were decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scipy.stats import binomtest

from service.cohort.report.figures.agreement import kappa, kappa_interval
from service.cohort.report.source import CASE, CONTROL
from service.cohort.report.tally import SETS, Tally

Range = tuple[float, float]
LEVEL = 0.95
VERDICT, VERDICT_IMPLIED = "verdict", "verdict_implied"
AGAINST = frozenset({"mh-score"})
"""Sets that speak for another disease when met: a high MH score favours primary HLH, so ``not_met`` is the finding."""
CUTS = (("likely", "probable"), ("likely",), ("likely", "probable", "possible"))
"""The categories that count as positive; the first is the one that the page shows first."""


@dataclass(frozen=True, slots=True)
class TwoByTwo:
    """Rows by label and finding. Cases found or missed, controls alarmed or cleared, and those left open."""

    found: int
    missed: int
    alarmed: int
    cleared: int
    open_cases: int
    open_controls: int

    @property
    def decided(self) -> int:
        """Rows with a label that are decided."""
        return self.found + self.missed + self.alarmed + self.cleared

    @property
    def worst(self) -> TwoByTwo:
        """The table once every open case is missed and every open control is alarmed."""
        missed, alarmed = self.missed + self.open_cases, self.alarmed + self.open_controls
        return TwoByTwo(self.found, missed, alarmed, self.cleared, 0, 0)

    @property
    def best(self) -> TwoByTwo:
        """The table once every open case is found and every open control is cleared."""
        found, cleared = self.found + self.open_cases, self.cleared + self.open_controls
        return TwoByTwo(found, self.missed, self.alarmed, cleared, 0, 0)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure among the decided rows with its 95 % interval, and its bounds over every completion of the open ones.

    ``of`` is the number of rows that a proportion is out of. What has no value is None.
    """

    value: float | None
    interval: Range | None
    bounds: Range | None
    hits: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Accuracy:
    """One judge against the label: a set with its verdict or its implied one, or a cut of the category."""

    judge: str
    by: str
    table: TwoByTwo
    sensitivity: Measure
    specificity: Measure
    predictive_positive: Measure
    predictive_negative: Measure
    kappa: Measure


def accuracy_of(judge: str, by: str, table: TwoByTwo) -> Accuracy:
    """Return what follows from a table."""
    ratios = (_sensitivity, _specificity, _predictive_positive, _predictive_negative)
    sensitivity, specificity, positive, negative = (_proportion(ratio, table) for ratio in ratios)
    return Accuracy(judge, by, table, sensitivity, specificity, positive, negative, _kappa(table))


def category_tables(tally: Tally) -> list[tuple[tuple[str, ...], TwoByTwo]]:
    """Return each cut of the category with its table; the category `indeterminate` is open."""
    return [(cut, _table(_of_category(tally, cut))) for cut in CUTS]


def set_tables(tally: Tally) -> list[tuple[str, str, TwoByTwo]]:
    """Return by set that was asked of a row with a label its table, by `verdict` and by `verdict_implied`."""
    found = []
    for place, key in enumerate(SETS):
        for by in (VERDICT, VERDICT_IMPLIED):
            table = _table(_of_set(tally, place, by))
            if table.decided + table.open_cases + table.open_controls:
                found.append((key, by, table))
    return found


def wilson(hits: int, of: int) -> Range | None:
    """Return Wilson's 95 % interval of a proportion, without correction for continuity; None of no row."""
    if not of:
        return None
    interval = binomtest(hits, of).proportion_ci(LEVEL, "wilson")
    return float(interval.low), float(interval.high)


Judged = Iterable[tuple[str, bool | None, int]]
"""Of some rows the label, whether the finding is there (None: open), and how many they are."""


def _of_category(tally: Tally, cut: tuple[str, ...]) -> Judged:
    for (label, category), count in tally.categories.items():
        yield label, None if category == "indeterminate" else category in cut, count


def _of_set(tally: Tally, place: int, by: str) -> Judged:
    positive = "not_met" if SETS[place] in AGAINST else "met"
    for (label, at, verdict, implied), count in tally.verdicts.items():
        if at == place:
            word = verdict if by == VERDICT else implied
            yield label, None if word == "indeterminate" else word == positive, count


def _table(judged: Judged) -> TwoByTwo:
    cells = dict.fromkeys([(label, finding) for label in (CASE, CONTROL) for finding in (True, False, None)], 0)
    for label, finding, count in judged:
        if label in (CASE, CONTROL):
            cells[label, finding] += count
    found, missed, open_cases, alarmed, cleared, open_controls = cells.values()
    return TwoByTwo(found, missed, alarmed, cleared, open_cases, open_controls)


Ratio = Callable[[TwoByTwo], tuple[int, int]]


def _sensitivity(table: TwoByTwo) -> tuple[int, int]:
    return table.found, table.found + table.missed


def _specificity(table: TwoByTwo) -> tuple[int, int]:
    return table.cleared, table.cleared + table.alarmed


def _predictive_positive(table: TwoByTwo) -> tuple[int, int]:
    return table.found, table.found + table.alarmed


def _predictive_negative(table: TwoByTwo) -> tuple[int, int]:
    return table.cleared, table.cleared + table.missed


def _proportion(ratio: Ratio, table: TwoByTwo) -> Measure:
    hits, of = ratio(table)
    return Measure(hits / of if of else None, wilson(hits, of), _bounds(ratio, table), hits, of)


def _bounds(ratio: Ratio, table: TwoByTwo) -> Range | None:
    """Return the least and the greatest value over the completions that have one.

    Each figure falls from the best completion to the worst, so these are the ends. One of them may have no value, as a
    predictive value of no positive row: then every completion that has one is all hits (worst), or none (best).
    """
    (low, low_of), (high, high_of) = ratio(table.worst), ratio(table.best)
    if not (low_of or high_of):
        return None
    return (low / low_of if low_of else 1.0), (high / high_of if high_of else 0.0)


def _kappa(table: TwoByTwo) -> Measure:
    cells = _cells(table)
    worst, best = kappa(*_cells(table.worst)), kappa(*_cells(table.best))
    bounds = None if worst is None or best is None else (worst, best)
    return Measure(kappa(*cells), kappa_interval(*cells), bounds, of=table.decided)


def _cells(table: TwoByTwo) -> tuple[int, int, int, int]:
    return table.found, table.missed, table.alarmed, table.cleared
