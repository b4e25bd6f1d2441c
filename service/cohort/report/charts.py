"""The geometry of the charts, in percent of their width; the page draws it, and a table says the same in numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from service.cohort.report.figures.accuracy import Measure, Range
from service.cohort.report.figures.roc import Band, Curve

PLOT = 200.0
"""The side of the square of a ROC plot, in its own units."""


class Segment(NamedTuple):
    """A part of a bar: where it begins, how wide it is, and what it stands for."""

    start: str
    width: str
    kind: str


class Strip(NamedTuple):
    """A figure between 0 and 100 %: its bounds, its interval, and itself; None where it has none."""

    bounds: Segment | None
    interval: Segment | None
    value: str | None


class Plot(NamedTuple):
    """A ROC band: the outline of the area between both curves, and each curve, as points of an SVG."""

    outline: str
    worst: str
    best: str


def bar(parts: Iterable[tuple[str, int]], of: int) -> list[Segment]:
    """Return the segments of a bar side by side, for counts by kind out of a total above 0."""
    segments, start = list[Segment](), 0.0
    for kind, count in parts:
        width = min(100 * count / of, 100 - start)
        if width > 0:
            segments.append(Segment(_number(start), _number(width), kind))
        start += width
    return segments


def strip(measure: Measure) -> Strip:
    """Return the strip of a proportion."""
    value = None if measure.value is None else _number(100 * measure.value)
    return Strip(_span(measure.bounds, "bounds"), _span(measure.interval, "interval"), value)


def plot(band: Band) -> Plot:
    """Return the plot of a score."""
    best, worst = _line(band.best), _line(band.worst)
    return Plot(" ".join([*best, *reversed(worst)]), " ".join(worst), " ".join(best))


def _span(ends: Range | None, kind: str) -> Segment | None:
    return None if ends is None else Segment(_number(100 * ends[0]), _number(100 * (ends[1] - ends[0])), kind)


def _line(curve: Curve) -> list[str]:
    return [f"{_number(PLOT * x)},{_number(PLOT * (1 - y))}" for x, y in curve.points]


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
