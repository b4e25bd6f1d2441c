"""Intervals, exact arithmetic on them, and Kleene's three answers."""

from decimal import Decimal
from fractions import Fraction

import pytest

from service.clinical.interval import (
    ANYTHING,
    COMPARE,
    INFINITY,
    MET,
    NOT_MET,
    UNKNOWN,
    Interval,
    Number,
    Verdict,
    add,
    at_least,
    distance,
    exact,
    multiply,
    point,
    quotient,
    scaled,
    total,
)

THIRD = Fraction(1, 3)


def between(low: str, high: str, *, low_open: bool = False, high_open: bool = False) -> Interval:
    return Interval(Decimal(low), Decimal(high), low_open, high_open)


def test_a_point_holds_one_value_and_an_interval_more() -> None:
    assert point(Decimal(5)).is_point
    assert not between("5", "6").is_point
    assert not ANYTHING.is_point


@pytest.mark.parametrize(
    ("fraction", "number"),
    [
        (Fraction(1, 8), Decimal("0.125")),
        (Fraction(7, 50), Decimal("0.14")),
        (Fraction(6), Decimal(6)),
        (Fraction(-3, 10), Decimal("-0.3")),
        (THIRD, THIRD),
        (Fraction(1, 2**20 * 3), Fraction(1, 2**20 * 3)),
        (Fraction(10000, 8857), Fraction(10000, 8857)),
    ],
)
def test_only_a_number_whose_decimals_end_becomes_a_decimal(fraction: Fraction, number: Number) -> None:
    found = exact(fraction)
    assert found == number
    assert type(found) is type(number)


def test_a_number_with_forty_decimals_is_not_rounded() -> None:
    assert (
        exact(Fraction(1, 2**40))
        == Decimal(5) ** 40 / Decimal(10) ** 40
        == Decimal("9.094947017729282379150390625E-13")
    )


@pytest.mark.parametrize(
    ("left", "right", "product"),
    [
        (Decimal("0.1"), Decimal("0.2"), Decimal("0.02")),
        (THIRD, Decimal(3), Decimal(1)),
        (Decimal(2), THIRD, Fraction(2, 3)),
        (INFINITY, THIRD, INFINITY),
        (-THIRD, INFINITY, -INFINITY),
        (-INFINITY, THIRD, -INFINITY),
        (INFINITY, Decimal("-0.004"), -INFINITY),
    ],
)
def test_a_product_is_exact_and_an_infinite_factor_keeps_its_sign(left: Number, right: Number, product: Number) -> None:
    assert multiply(left, right) == product


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        (Decimal("0.1"), Decimal("0.2"), Decimal("0.3")),
        (THIRD, Decimal(1), Fraction(4, 3)),
        (THIRD, Fraction(2, 3), Decimal(1)),
        (THIRD, INFINITY, INFINITY),
        (-INFINITY, THIRD, -INFINITY),
        (INFINITY, Decimal(-5), INFINITY),
    ],
)
def test_a_sum_is_exact_and_an_infinite_summand_wins(left: Number, right: Number, result: Number) -> None:
    assert add(left, right) == result


def test_thirty_digits_beside_thirty_decimals_are_kept() -> None:
    huge, tiny = Decimal("1E+30"), Decimal("1E-30")
    assert Fraction(add(huge, tiny)) == Fraction(huge) + Fraction(tiny)


@pytest.mark.parametrize(
    ("low", "high", "result"),
    [
        (Decimal("0.1"), Decimal("0.3"), Decimal("0.2")),
        (THIRD, Decimal(1), Fraction(2, 3)),
        (Decimal(1), Fraction(4, 3), THIRD),
        (THIRD, Fraction(4, 3), Decimal(1)),
        (Decimal(1), INFINITY, INFINITY),
        (THIRD, INFINITY, INFINITY),
    ],
)
def test_a_distance_is_exact(low: Number, high: Number, result: Number) -> None:
    assert distance(low, high) == result


def test_a_negative_weight_swaps_the_ends_and_their_openness() -> None:
    value = between("10", "20", low_open=True)
    assert scaled(value, Decimal(2)) == between("20", "40", low_open=True)
    assert scaled(value, Decimal(-2)) == between("-40", "-20", high_open=True)


def test_an_open_end_stays_open_when_weighted_downwards() -> None:
    above = Interval(Decimal(10), INFINITY, low_open=True, high_open=True)
    assert scaled(above, Decimal("-0.004")) == Interval(-INFINITY, Decimal("-0.04"), low_open=True, high_open=True)


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
