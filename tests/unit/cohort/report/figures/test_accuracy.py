"""Figures against a label, worked out by hand: the comments are the calculation, and no library takes part in it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cohort.report.figures.accuracy import (
    VERDICT,
    VERDICT_IMPLIED,
    Accuracy,
    Measure,
    TwoByTwo,
    accuracy_of,
    category_tables,
    set_tables,
    wilson,
)
from tests.support.cohort_results import SIXTEEN, tally_of

# Eight cases: 5 met, 1 not met, 2 open. Eight controls: 1 met, 6 not met, 1 open.
BY_HAND = TwoByTwo(found=5, missed=1, alarmed=1, cleared=6, open_cases=2, open_controls=1)
FIVE_OF_SIX = (0.436497, 0.969947)
# Wilson with z = 1.959964 and z^2 = 3.841459, for 5 of 6:
#   centre (5 + z^2/2) / (6 + z^2) = 6.920729 / 9.841459 = 0.703222
#   reach  z / (6 + z^2) * sqrt(5*1/6 + z^2/4) = 0.199154 * sqrt(0.833333 + 0.960365) = 0.199154 * 1.339290 = 0.266725
SIX_OF_SEVEN = (0.486873, 0.974321)
#   centre (6 + z^2/2) / (7 + z^2) = 7.920729 / 10.841459 = 0.730597
#   reach  z / (7 + z^2) * sqrt(6*1/7 + z^2/4) = 0.180784 * sqrt(0.857143 + 0.960365) = 0.180784 * 1.348150 = 0.243724


def exactly(fraction: Fraction) -> object:
    return pytest.approx(float(fraction), abs=1e-12)


def ends(low: Fraction, high: Fraction) -> object:
    return pytest.approx((float(low), float(high)), abs=1e-12)


def figures(found: Accuracy) -> list[Measure]:
    return [
        found.sensitivity,
        found.specificity,
        found.predictive_positive,
        found.predictive_negative,
        found.kappa,
    ]


def test_the_table_of_a_set() -> None:
    tables = {(key, by): table for key, by, table in set_tables(tally_of(SIXTEEN, "MAS", label="MAS"))}
    assert tables["eular-acr-printo-2016", VERDICT] == BY_HAND
    assert tables["eular-acr-printo-2016", VERDICT_IMPLIED] == BY_HAND
    assert tables["hscore", VERDICT] == TwoByTwo(0, 0, 0, 0, 8, 8)


def test_the_tables_of_the_category_at_each_cut() -> None:
    # likely 5 + 0, probable 0 + 1, possible 0 + 2, unlikely 1 + 4, indeterminate 2 + 1 (cases + controls)
    assert category_tables(tally_of(SIXTEEN, "MAS", label="MAS")) == [
        (("likely", "probable"), TwoByTwo(5, 1, 1, 6, 2, 1)),
        (("likely",), TwoByTwo(5, 1, 0, 7, 2, 1)),
        (("likely", "probable", "possible"), TwoByTwo(5, 1, 3, 4, 2, 1)),
    ]


def test_the_figures_among_the_decided() -> None:
    found = accuracy_of("", "", BY_HAND)
    assert found.sensitivity.value == exactly(Fraction(5, 6))
    assert found.specificity.value == exactly(Fraction(6, 7))
    assert found.predictive_positive.value == exactly(Fraction(5, 6))
    assert found.predictive_negative.value == exactly(Fraction(6, 7))
    assert (found.sensitivity.hits, found.sensitivity.of, found.specificity.hits, found.specificity.of) == (5, 6, 6, 7)
    # kappa: observed 11/13, by chance (6*6 + 7*7) / 13^2 = 85/169, so (143 - 85) / (169 - 85) = 58/84
    assert found.kappa.value == exactly(Fraction(29, 42))


def test_the_intervals_are_wilsons() -> None:
    found = accuracy_of("", "", BY_HAND)
    assert found.sensitivity.interval == found.predictive_positive.interval == pytest.approx(FIVE_OF_SIX, abs=2e-6)
    assert found.specificity.interval == found.predictive_negative.interval == pytest.approx(SIX_OF_SEVEN, abs=2e-6)
    # 0 of 4: from 0 to z^2 / (4 + z^2) = 3.841459 / 7.841459 = 0.489891
    assert wilson(0, 4) == pytest.approx((0, 0.489891), abs=1e-6)
    assert wilson(0, 0) is None


def test_the_bounds_once_the_open_rows_are_decided_for_the_worse_or_the_better() -> None:
    found = accuracy_of("", "", BY_HAND)
    assert found.sensitivity.bounds == ends(Fraction(5, 8), Fraction(7, 8))
    assert found.specificity.bounds == ends(Fraction(6, 8), Fraction(7, 8))
    # positive: worst 5 found and 1 + 1 alarmed, best 5 + 2 found and 1 alarmed
    assert found.predictive_positive.bounds == ends(Fraction(5, 7), Fraction(7, 8))
    # negative: worst 6 cleared and 1 + 2 missed, best 6 + 1 cleared and 1 missed
    assert found.predictive_negative.bounds == ends(Fraction(6, 9), Fraction(7, 8))
    # kappa at worst of 5, 3, 2, 6: (11/16 - (8*7 + 8*9)/256) / (1 - 1/2) = (11/16 - 1/2) * 2
    # kappa at best of 7, 1, 1, 7: (14/16 - 1/2) * 2
    assert found.kappa.bounds == ends(Fraction(3, 8), Fraction(3, 4))


def test_a_row_that_is_open_is_never_negative() -> None:
    before = accuracy_of("", "", TwoByTwo(5, 1, 1, 6, 0, 0))
    after = accuracy_of("", "", TwoByTwo(5, 1, 1, 6, 100, 100))
    assert [figure.value for figure in figures(before)] == [figure.value for figure in figures(after)]


def test_a_high_mh_score_counts_against_a_case() -> None:
    rows = [
        {"MAS": "yes", "mh-score": "not_met"},
        {"MAS": "no", "mh-score": "met"},
        {"MAS": "no", "mh-score": "not_met"},
    ]
    tables = {(key, by): table for key, by, table in set_tables(tally_of(rows, "MAS", label="MAS"))}
    assert tables["mh-score", VERDICT] == TwoByTwo(1, 0, 1, 1, 0, 0)


def test_figures_without_a_row_have_no_value_and_no_invented_bounds() -> None:
    found = accuracy_of("", "", TwoByTwo(0, 0, 0, 4, 0, 0))
    assert (found.sensitivity.value, found.sensitivity.interval, found.sensitivity.bounds) == (None, None, None)
    assert (found.kappa.value, found.kappa.interval, found.kappa.bounds) == (None, None, None)
    # no positive row yet: were the open case found, all positive rows would be cases; were the control alarmed, none
    assert accuracy_of("", "", TwoByTwo(0, 1, 0, 4, 1, 0)).predictive_positive.bounds == (1, 1)
    assert accuracy_of("", "", TwoByTwo(0, 1, 0, 4, 0, 1)).predictive_positive.bounds == (0, 0)


COUNT = st.integers(0, 6)


@given(st.tuples(COUNT, COUNT, COUNT, COUNT, COUNT, COUNT), st.data())
def test_no_completion_leaves_the_bounds(cells: tuple[int, ...], data: st.DataObject) -> None:
    found, missed, alarmed, cleared, open_cases, open_controls = cells
    bounded = accuracy_of("", "", TwoByTwo(*cells))
    caught, raised = data.draw(st.integers(0, open_cases)), data.draw(st.integers(0, open_controls))
    completed = accuracy_of(
        "",
        "",
        TwoByTwo(
            found + caught, missed + open_cases - caught, alarmed + raised, cleared + open_controls - raised, 0, 0
        ),
    )
    for figure, complete in zip(figures(bounded), figures(completed), strict=True):
        if complete.value is not None and figure.bounds is not None:
            low, high = figure.bounds
            assert low - 1e-12 <= complete.value <= high + 1e-12
    for figure, complete in zip(figures(bounded)[:4], figures(completed)[:4], strict=True):
        assert figure.bounds is not None or complete.value is None
