"""Exact numbers: no sum, product or distance is rounded, and infinity stays infinite."""

from decimal import Decimal
from fractions import Fraction

import pytest

from service.clinical.measurement.interval import INFINITY, Number, add, distance, exact, multiply

THIRD = Fraction(1, 3)


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
