"""Areas under the curve between the worst and the best completion, against pairs counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cohort.report.figures.roc import MOST_POINTS, Band, area, bands, curve
from tests.support.cohort_results import tally_of

ROWS = [
    {"MAS": label, "hscore.min": low, "hscore.max": high}
    for label, low, high in (
        ("yes", "100", "200"),
        ("yes", "150", "150"),
        ("yes", "300", ""),
        ("no", "50", "120"),
        ("no", "150", "160"),
        ("", "1", "2"),
    )
]


def hscore(rows: list[dict[str, str]], least: int = 1) -> Band:
    found = {band.score: band for band in bands(tally_of(rows, "MAS", label="MAS"), least)}
    return found["hscore"]


def test_the_area_of_both_completions() -> None:
    band = hscore(ROWS)
    assert (band.cases, band.controls, band.exact, band.unbounded) == (3, 2, 1, 1)
    # worst: cases 100, 150, 300 against controls 120, 160: 100 wins no pair, 150 one, 300 two: 3 of 6
    assert band.worst.area == pytest.approx(3 / 6)
    # best: cases 200, 150, without end against controls 50, 150: 200 wins two, 150 one and ties one, the last two: 5.5 of 6
    assert band.best.area == pytest.approx(5.5 / 6)


def test_the_interval_of_an_area_is_delongs() -> None:
    # best: of the cases 1, 3/4, 1 of the controls are below: mean 11/12, variance (1/144 + 4/144 + 1/144)/2 = 1/48
    # of the controls 1, 5/6 of the cases are above: variance (1/144 + 1/144)/1 = 1/72
    # error sqrt(1/48/3 + 1/72/2) = sqrt(1/72) = 0.117851; 0.916667 - 1.959964*0.117851 = 0.685683, and at most 1
    assert hscore(ROWS).best.interval == pytest.approx((0.685683, 1), abs=1e-6)
    # worst: 0, 1/2, 1: variance 1/4; 2/3, 1/3: variance 1/18; error sqrt(1/12 + 1/36) = 1/3, so beyond 0 and 1
    assert hscore(ROWS).worst.interval == (0, 1)
    assert curve(np.array([2.0]), np.array([1.0])).interval == (1, 1)


def test_the_points_of_a_curve() -> None:
    # from the top: 300 case; 160 control; 150 case; 120 control; 100 case
    third = pytest.approx(1 / 3)
    assert hscore(ROWS).worst.points == (
        (0, 0),
        (0, third),
        (0.5, third),
        (0.5, pytest.approx(2 / 3)),
        (1, pytest.approx(2 / 3)),
        (1, 1),
    )


def test_a_score_that_no_case_or_no_control_has_is_left_out() -> None:
    assert bands(tally_of(ROWS[:3], "MAS", label="MAS")) == []
    assert bands(tally_of(ROWS[3:], "MAS", label="MAS")) == []


def test_the_mh_score_is_read_from_below() -> None:
    rows = [
        {"MAS": "yes", "mh-score.min": "10", "mh-score.max": "60"},
        {"MAS": "no", "mh-score.min": "50", "mh-score.max": "90"},
    ]
    found = {band.score: band for band in bands(tally_of(rows, "MAS", label="MAS"))}["mh-score"]
    # best: case 10, control 90, so the case is lower; worst: case 60, control 50
    assert (found.worst.area, found.best.area) == (0, 1)
    assert (found.exact, found.unbounded) == (0, 0)


def test_a_long_curve_is_drawn_with_fewer_points_and_keeps_its_ends() -> None:
    values = np.arange(1000.0)
    points = curve(values + 100, values).points
    assert len(points) == MOST_POINTS
    assert (points[0], points[-1]) == ((0, 0), (1, 1))
    assert len(curve(values + 100, values, 100).points) == 21
    assert len(hscore(ROWS, 100).worst.points) == 2


END = st.integers(0, 6).map(float)


@st.composite
def scores(draw: st.DrawFn) -> tuple[float, float, float]:
    """A least, a greatest and some value between them; either end may be open."""
    low, value, high = sorted(draw(st.tuples(END, END, END)))
    return draw(st.sampled_from([low, -math.inf])), value, draw(st.sampled_from([high, math.inf]))


@given(st.lists(scores(), min_size=1, max_size=6), st.lists(scores(), min_size=1, max_size=6))
def test_no_completion_leaves_the_band(cases: list[tuple[float, ...]], controls: list[tuple[float, ...]]) -> None:
    (case_low, case, case_high), (low, control, high) = (np.array(rows).T for rows in (cases, controls))
    worst, completed, best = area(case_low, high), area(case, control), area(case_high, low)
    assert worst - 1e-12 <= completed <= best + 1e-12
    pairs = [(one > other) + (one == other) / 2 for one in case for other in control]
    assert completed == pytest.approx(sum(pairs) / len(pairs))
