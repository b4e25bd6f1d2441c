"""Kappa and its interval, against calculations by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from service.cohort.report.figures.agreement import Agreement, agreements, kappa, kappa_interval
from tests.support.cohort_results import tally_of


def test_pairs_are_counted_where_both_decide_and_apart_where_one_does_not() -> None:
    words = [("met", "met")] * 3 + [("met", "not_met")] + [("not_met", "met")] * 2 + [("not_met", "not_met")] * 4
    words += [("met", "indeterminate")] * 5 + [("indeterminate", "indeterminate")] * 6
    rows = [{"eular-acr-printo-2016": one, "hscore": other} for one, other in words]
    assert agreements(tally_of(rows)) == [Agreement("eular-acr-printo-2016", "hscore", 3, 1, 2, 4, 11)]


def test_a_set_that_was_not_asked_for_is_in_no_pair() -> None:
    row = {"eular-acr-printo-2016": "met", "hscore": "", "hscore.implied": ""}
    assert agreements(tally_of([row])) == []


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        # 3 1 / 2 4: observed 7/10, by chance (4*5 + 6*5)/100 = 1/2, so (7/10 - 1/2) * 2
        ((3, 1, 2, 4), Fraction(2, 5)),
        # never the same: observed 0, by chance 1/2
        ((0, 5, 5, 0), Fraction(-1)),
        # one says the same on every row: observed 3/7, by chance (7*3 + 0*4)/49 = 3/7
        ((3, 4, 0, 0), Fraction(0)),
    ],
)
def test_kappa(cells: tuple[int, int, int, int], expected: Fraction) -> None:
    assert kappa(*cells) == pytest.approx(float(expected), abs=1e-12)


@pytest.mark.parametrize("cells", [(0, 0, 0, 0), (5, 0, 0, 0), (0, 0, 0, 5)])
def test_kappa_has_no_value_where_chance_explains_all(cells: tuple[int, int, int, int]) -> None:
    assert kappa(*cells) is None
    assert kappa_interval(*cells) is None


def test_the_interval_is_near_that_of_the_standard_error() -> None:
    # 60 20 / 10 110 of 200: observed 0.85, by chance (80*70 + 120*130)/200^2 = 0.53, kappa = 0.32/0.47 = 0.680851.
    # Fleiss, Cohen and Everitt (Psychol Bull 1969;72:323): with a = 1 - (sums of margins)(1 - kappa) and so on, SE =
    #   A = 0.30*(1 - 0.75*0.319149)^2 + 0.55*(1 - 1.25*0.319149)^2 = 0.30*0.578558 + 0.55*0.361279 = 0.372271
    #   B = 0.319149^2 * (0.10*(0.35 + 0.60)^2 + 0.05*(0.65 + 0.40)^2) = 0.101856 * 0.145375 = 0.014807
    #   C = (0.680851 - 0.53*0.319149)^2 = 0.511702^2 = 0.261839
    #   SE = sqrt((A + B - C) / 200) / 0.47 = sqrt(0.000626195) / 0.47 = 0.053243, so 0.5765 to 0.7852
    low, high = kappa_interval(60, 20, 10, 110) or (0, 0)
    assert (low, high) == pytest.approx((0.5765, 0.7852), abs=0.01)


def test_the_same_table_has_the_same_interval() -> None:
    assert kappa_interval(9, 1, 2, 8) == kappa_interval(9, 1, 2, 8)


@pytest.mark.parametrize("cells", [(3, 4, 0, 0), (3, 0, 4, 0), (2, 0, 0, 30)])
def test_there_is_no_interval_where_the_draws_say_nothing(cells: tuple[int, int, int, int]) -> None:
    """The first two are 0 in every draw; the third has no value in (30/32)^32 = 13 % of them."""
    assert kappa_interval(*cells) is None
