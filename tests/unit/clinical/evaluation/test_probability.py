"""The published table of the HScore, and what lies between its rows."""

from decimal import Decimal

import pytest

from service.clinical.criteria import CATALOGUE
from service.clinical.evaluation.probability import Probability, probability

KNOTS = CATALOGUE["hscore"].probability
PUBLISHED = {
    "90": ("1", "<"),
    "100": ("1", "="),
    "110": ("3", "="),
    "120": ("5", "="),
    "130": ("9", "="),
    "140": ("16", "="),
    "150": ("25", "="),
    "160": ("40", "="),
    "170": ("54", "="),
    "180": ("70", "="),
    "190": ("80", "="),
    "200": ("88", "="),
    "210": ("93", "="),
    "220": ("96", "="),
    "230": ("98", "="),
    "240": ("99", "="),
    "250": ("99", ">"),
}


@pytest.mark.parametrize(("score", "row"), PUBLISHED.items())
def test_each_row_is_that_of_the_paper(score: str, row: tuple[str, str]) -> None:
    percent, relation = row
    assert probability(KNOTS, Decimal(score)) == Probability(Decimal(percent), relation, interpolated=False)


def test_the_table_has_no_other_row() -> None:
    assert [str(knot.score) for knot in KNOTS] == list(PUBLISHED)


@pytest.mark.parametrize(
    ("score", "percent"),
    [
        *[("168", "51.2"), ("169", "52.6"), ("182", "72.2"), ("205", "90.8"), ("209", "92.6")],
        *[("215", "94.7"), ("219", "95.8"), ("237", "98.8")],
    ],
)
def test_between_two_rows_the_log_odds_are_interpolated_and_labelled_so(score: str, percent: str) -> None:
    assert probability(KNOTS, Decimal(score)) == Probability(Decimal(percent), "=", interpolated=True)


@pytest.mark.parametrize("score", ["0", "56", "89", "91", "99"])
def test_below_the_first_figure_only_less_is_said(score: str) -> None:
    assert probability(KNOTS, Decimal(score)) == Probability(Decimal(1), "<", interpolated=False)


@pytest.mark.parametrize("score", ["241", "247", "249", "251", "337"])
def test_above_the_last_figure_only_more_is_said(score: str) -> None:
    assert probability(KNOTS, Decimal(score)) == Probability(Decimal(99), ">", interpolated=False)


def test_no_score_is_less_probable_than_a_lower_one() -> None:
    found = [probability(KNOTS, Decimal(score)).percent for score in range(90, 251)]
    assert found == sorted(found)
