"""Intervals, arithmetic on them, and Kleene's three answers."""

from decimal import Decimal
from fractions import Fraction

import pytest

from service.clinical.measurement.interval import (
    ANYTHING,
    COMPARE,
    INFINITY,
    MET,
    NOT_MET,
    UNKNOWN,
    Interval,
    Verdict,
    at_least,
    point,
    quotient,
    total,
)

THIRD = Fraction(1, 3)


def between(low: str, high: str, *, low_open: bool = False, high_open: bool = False) -> Interval:
    return Interval(Decimal(low), Decimal(high), low_open, high_open)


def test_a_point_holds_one_value_and_an_interval_more() -> None:
    assert point(Decimal(5)).is_point
    assert not between("5", "6").is_point
    assert not ANYTHING.is_point


def test_a_total_is_open_where_one_summand_is() -> None:
    assert total([between("1", "2", low_open=True), between("3", "4", high_open=True)]) == between(
        "4", "6", low_open=True, high_open=True
    )
    assert total([between("1", "2"), between("3", "4")]) == between("4", "6")


def test_a_total_is_exact_where_one_summand_has_no_decimal_end() -> None:
    assert total([Interval(THIRD, INFINITY, high_open=True), point(Decimal("0.5"))]) == Interval(
        Fraction(5, 6), INFINITY, high_open=True
    )
    assert total([Interval(THIRD, THIRD), Interval(Fraction(2, 3), Fraction(2, 3))]) == point(Decimal(1))


@pytest.mark.parametrize(
    ("above", "below", "result"),
    [
        (point(Decimal(905)), point(Decimal(2)), point(Decimal("452.5"))),
        (point(Decimal(1)), point(Decimal(3)), Interval(THIRD, THIRD)),
        (point(THIRD), point(Decimal("0.5")), Interval(Fraction(2, 3), Fraction(2, 3))),
        (point(THIRD), point(Fraction(5, 3)), point(Decimal("0.2"))),
        (between("10", "20"), between("2", "5"), between("2", "10")),
        (between("10", "20", low_open=True), between("2", "5"), between("2", "10", low_open=True)),
        (between("10", "20"), between("2", "5", high_open=True), between("2", "10", low_open=True)),
        (between("10", "20"), between("2", "5", low_open=True), between("2", "10", high_open=True)),
        (point(Decimal(905)), between("0", "1", low_open=True), between("905", "Infinity", high_open=True)),
        (
            Interval(Decimal(10000), INFINITY, low_open=True, high_open=True),
            point(Decimal(10)),
            between("1000", "Infinity", low_open=True, high_open=True),
        ),
        (point(Decimal(5)), Interval(Decimal(2), INFINITY, high_open=True), between("0", "2.5", low_open=True)),
    ],
)
def test_a_quotient_reaches_from_least_by_most_to_most_by_least(
    above: Interval, below: Interval, result: Interval
) -> None:
    assert quotient(above, below) == result


@pytest.mark.parametrize("comparator", COMPARE)
def test_nothing_known_meets_no_limit_and_misses_none(comparator: str) -> None:
    assert COMPARE[comparator](ANYTHING, Decimal(684)) is UNKNOWN


@pytest.mark.parametrize("comparator", COMPARE)
def test_a_limit_inside_the_interval_is_unknown(comparator: str) -> None:
    assert COMPARE[comparator](between("600", "700"), Decimal(684)) is UNKNOWN


@pytest.mark.parametrize(
    ("required", "met", "unknown", "verdict"),
    [
        (2, 2, 0, MET),
        (2, 3, 5, MET),
        (2, 1, 1, UNKNOWN),
        (2, 0, 2, UNKNOWN),
        (2, 1, 0, NOT_MET),
        (2, 0, 1, NOT_MET),
        (1, 0, 0, NOT_MET),
    ],
)
def test_at_least_so_many_of_them(required: int, met: int, unknown: int, verdict: Verdict) -> None:
    assert at_least(required, met, unknown) is verdict
