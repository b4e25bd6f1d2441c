"""What may be shown of a count: as it is, or so that nobody can be told from a small cell.

With a least size a count below it, but not zero, is hidden, and every other is rounded to a multiple of it. So a hidden
count does not follow from a total and its other part. Figures are worked out from the rounded counts.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

from service.cohort.report.figures.accuracy import TwoByTwo
from service.cohort.report.figures.agreement import Agreement

HIDDEN = "withheld"
PERCENT = "\N{NO-BREAK SPACE}%"


@dataclass(frozen=True, slots=True)
class Screen:
    """Shows counts; ``least`` is the smallest that is not hidden, 0 hides none."""

    least: int = 0

    @property
    def is_on(self) -> bool:
        """Whether anything is hidden or rounded."""
        return self.least > 0

    def hides(self, count: int) -> bool:
        """Return whether a count is not shown."""
        return 0 < count < self.least

    def near(self, count: int) -> int:
        """Return the count that is shown, and that figures are worked out from; that of a hidden one is the least."""
        if not self.is_on or not count:
            return count
        return max(self.least, (count + self.least // 2) // self.least * self.least)

    def text(self, count: int) -> str:
        """Return the text for a count."""
        return f"<{self.least}" if self.hides(count) else f"{self.near(count):,}"

    def share(self, count: int, of: int) -> str:
        """Return a count as a percentage, "" where it is hidden or out of nothing."""
        if not of or self.hides(count) or self.hides(of):
            return ""
        return percent(min(1.0, self.near(count) / self.near(of)), of)

    def table(self, table: TwoByTwo) -> TwoByTwo | None:
        """Return the table that figures are worked out from, None where a cell of it is hidden."""
        cells = astuple(table)
        return None if any(map(self.hides, cells)) else TwoByTwo(*map(self.near, cells))

    def pair(self, pair: Agreement) -> Agreement | None:
        """Return the pair of sets that figures are worked out from, None where a cell of it is hidden."""
        cells = (pair.both, pair.first_only, pair.second_only, pair.neither, pair.open)
        return None if any(map(self.hides, cells)) else Agreement(pair.first, pair.second, *map(self.near, cells))


def percent(share: float, of: int) -> str:
    """Return a share as a percentage, with a decimal where a thousand rows or more bear it."""
    return f"{100 * share:.{1 if of >= 1000 else 0}f}{PERCENT}"
