"""How well a score ranks cases above controls, as the interval between its worst and its best completion.

A score with gaps is an interval. The area falls with each case that scores less and each control that scores more. So
the worst completion has every case at its least and every control at its greatest value, and the best the reverse.
Intervals of an area are DeLong's (Biometrics 1988;44:837-845).
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from service.cohort.report.figures.accuracy import AGAINST, LEVEL, Range
from service.cohort.report.source import CASE, CONTROL
from service.cohort.report.tally import Scores, Tally

Numbers = NDArray[np.float64]
MOST_POINTS = 200
"""Points of a curve that are drawn; the area is that of all."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One completion: its area, the 95 % interval of it, and points of (1 - specificity, sensitivity)."""

    area: float
    interval: Range
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Band:
    """One score against the label. ``exact`` rows have one value, ``unbounded`` ones have an open end."""

    score: str
    cases: int
    controls: int
    exact: int
    unbounded: int
    worst: Curve
    best: Curve


def bands(tally: Tally, least: int = 1) -> list[Band]:
    """Return the band of each score that at least one case and one control have.

    Between two points that are drawn stand ``least`` rows or more, on average.
    """
    with_both = ((key, ends) for key, ends in tally.scores.items() if ends.low[CASE] and ends.low[CONTROL])
    return [_band(key, scores, least) for key, scores in with_both]


def area(cases: Numbers, controls: Numbers) -> float:
    """Return the share of pairs in which the case has more than the control; a tie is half a pair."""
    return float(_placements(cases, controls).mean())


def curve(cases: Numbers, controls: Numbers, least: int = 1) -> Curve:
    """Return the curve of exact scores, of which a higher one speaks for a case; an infinite one is higher than all."""
    of_cases, of_controls = _placements(cases, controls), 1 - _placements(controls, cases)
    value = float(of_cases.mean())
    error = np.sqrt(_variance(of_cases) / len(cases) + _variance(of_controls) / len(controls))
    reach = float(norm.ppf((1 + LEVEL) / 2) * error)
    return Curve(value, (max(0.0, value - reach), min(1.0, value + reach)), _points(cases, controls, least))


def _band(key: str, scores: Scores, least: int) -> Band:
    (low_cases, low_controls), (high_cases, high_controls) = (
        (_numbers(ends[CASE]), _numbers(ends[CONTROL])) for ends in (scores.low, scores.high)
    )
    lows, highs = np.concatenate([low_cases, low_controls]), np.concatenate([high_cases, high_controls])
    if key in AGAINST:
        low_cases, high_cases = -high_cases, -low_cases
        low_controls, high_controls = -high_controls, -low_controls
    return Band(
        key,
        len(low_cases),
        len(low_controls),
        int((lows == highs).sum()),
        int((np.isinf(lows) | np.isinf(highs)).sum()),
        curve(low_cases, high_controls, least),
        curve(high_cases, low_controls, least),
    )


def _numbers(values: array[float]) -> Numbers:
    return np.frombuffer(values, dtype=np.float64)


def _placements(ones: Numbers, others: Numbers) -> Numbers:
    """Return for each of some the share of the others below it; a tie is half."""
    together: Numbers = rankdata(np.concatenate([ones, others]))
    placements: Numbers = (together[: len(ones)] - rankdata(ones)) / len(others)
    return placements


def _variance(placements: Numbers) -> float:
    return float(placements.var(ddof=1)) if len(placements) > 1 else 0.0


def _points(cases: Numbers, controls: Numbers, least: int) -> tuple[tuple[float, float], ...]:
    """Return the corners of a curve from (0, 0) to (1, 1), of very many some that are spread over the curve."""
    limits = np.unique(np.concatenate([cases, controls]))[::-1]
    found = [1 - np.searchsorted(np.sort(values), limits, side="left") / len(values) for values in (controls, cases)]
    corners = np.column_stack([np.concatenate([[0.0], share]) for share in found])
    most = max(2, min(MOST_POINTS, len(corners), (len(cases) + len(controls)) // least + 1))
    kept = np.unique(np.linspace(0, len(corners) - 1, most).round().astype(int))
    return tuple((float(x), float(y)) for x, y in corners[kept])
