"""How counts, shares and names read on the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from service.clinical.assessment.summary import LABELS
from service.clinical.criteria import CATALOGUE
from service.cohort.report.charts import Segment, bar
from service.cohort.report.figures.accuracy import Range
from service.cohort.report.small_cells import PERCENT, Screen, percent

NO_VALUE = "–"
Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its name, its cells, and its bar."""

    name: str
    cells: Cells
    bar: list[Segment] = field(default_factory=list)
    note: str = ""


def bar_of(screen: Screen, parts: Iterable[tuple[str, int]], of: int) -> list[Segment]:
    """Return the bar of some counts by kind, as they are shown."""
    return bar([(kind, screen.near(count)) for kind, count in parts], screen.near(of)) if of else []


def set_name(key: str) -> str:
    """Return the short name of a criteria set."""
    return CATALOGUE[key].short


def input_name(name: str) -> str:
    """Return the name of an input within a sentence."""
    return LABELS.get(name, name)


def rows_of(screen: Screen, count: int) -> str:
    """Return how many rows in words."""
    return f"{screen.text(count)} {'row' if count == 1 else 'rows'}"


def was(count: int) -> str:
    """Return the verb for so many rows."""
    return "was" if count == 1 else "were"


def with_share(screen: Screen, count: int, of: int) -> str:
    """Return how many rows, and the share of all in brackets."""
    share = screen.share(count, of)
    return f"{rows_of(screen, count)} ({share})" if share else rows_of(screen, count)


def decimals(value: float | None) -> str:
    """Return a figure with two decimals."""
    return NO_VALUE if value is None else f"{value:.2f}"


def decimal_range(ends: Range | None) -> str:
    """Return a range with two decimals, "" for none."""
    return "" if ends is None else f"{ends[0]:.2f} to {ends[1]:.2f}"


def percent_range(ends: Range, of: int) -> str:
    """Return a range in percent of so many rows."""
    return f"{percent(ends[0], of).removesuffix(PERCENT)} to {percent(ends[1], of)}"
