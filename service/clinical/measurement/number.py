"""Exact numbers and arithmetic on them: nothing is ever rounded before a decision."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal
from fractions import Fraction
from functools import reduce
from typing import Any

Number = Decimal | Fraction
"""An exact number: a Decimal where it terminates, a Fraction where it does not (1 mg/dL is 1/88.57 mmol/L)."""

INFINITY = Decimal("Infinity")
ZERO = Decimal(0)
MINUS_ONE = Decimal(-1)
EXACT = Context(prec=400)  # wide enough that no sum or product of accepted numbers is ever rounded


def exact(value: Fraction) -> Number:
    """Return the same number as a Decimal if its decimal expansion ends, else unchanged."""
    below = value.denominator
    if pow(10, below.bit_length(), below):  # only a divisor of a power of ten leaves nothing
        return value
    return EXACT.divide(Decimal(value.numerator), Decimal(below))


def multiply(left: Number, right: Number) -> Number:
    """Return the exact product; an infinite factor keeps its sign."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return EXACT.multiply(left, right)
    for number, other in ((left, right), (right, left)):
        if isinstance(number, Decimal) and number.is_infinite():
            return number if other > 0 else -number
    return exact(Fraction(left) * Fraction(right))


def add(left: Number, right: Number) -> Number:
    """Return the exact sum; an infinite summand wins."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return EXACT.add(left, right)
    for number in (left, right):
        if isinstance(number, Decimal) and number.is_infinite():
            return number
    return exact(Fraction(left) + Fraction(right))


def summed(numbers: Iterable[Any]) -> Number:
    """Return the exact sum of several; an infinite summand wins."""
    try:
        return reduce(EXACT.add, numbers, ZERO)
    except TypeError:  # a Fraction is among them, which a context does not take
        nothing: Number = ZERO
        return reduce(add, numbers, nothing)


def distance(low: Number, high: Number) -> Number:
    """Return the exact difference of two numbers that are not both infinite."""
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        return EXACT.subtract(high, low)
    return add(high, multiply(low, MINUS_ONE))


def divide(value: Number, by: Number) -> Number:
    """Return the exact quotient of two numbers not below 0: infinite over 0, and 0 over infinity."""
    if by == INFINITY:
        return ZERO
    if not by or value == INFINITY:
        return INFINITY
    (above, below), (by_above, by_below) = value.as_integer_ratio(), by.as_integer_ratio()
    return exact(Fraction(above * by_below, below * by_above))
