"""The one idea of the service: a value is the interval of what it may still be.

Missing, censored, worded and exact results are all intervals. A threshold against an interval is met, not met or
unknown. Rules combine those three by Kleene's logic. There is no second mechanism.
Numbers are exact: nothing is ever rounded before a decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Context, Decimal
from enum import Enum
from fractions import Fraction
from functools import partial, reduce
from typing import Any, NamedTuple

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


class Verdict(Enum):
    """The three answers. A whole criteria set that is UNKNOWN is shown as ``indeterminate``."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"

    __hash__ = object.__hash__  # Enum's own runs Python at every lookup; a member is only ever itself


MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN


class Interval(NamedTuple):
    """All values between ``low`` and ``high``; an open end is not itself a possible value."""

    low: Number
    high: Number
    low_open: bool = False
    high_open: bool = False

    @property
    def is_point(self) -> bool:
        """True where exactly one value is left."""
        return self.low == self.high


interval_of: Callable[[tuple[Any, ...]], Interval] = partial(tuple.__new__, Interval)
"""Makes an interval from all its fields in order, without the checks of a call by name: arithmetic makes so many."""
ANYTHING = Interval(-INFINITY, INFINITY, low_open=True, high_open=True)


def point(value: Number) -> Interval:
    """Return the interval that holds one value."""
    return interval_of((value, value, False, False))


def total(intervals: Iterable[Interval]) -> Interval:
    """Return the interval of all sums of one value from each."""
    lows, highs, low_opens, high_opens = zip(*intervals, strict=True)
    low = summed(lows)
    high = low if lows == highs else summed(highs)
    return interval_of((low, high, True in low_opens, True in high_opens))


def quotient(numerator: Interval, denominator: Interval) -> Interval:
    """Return all quotients of two intervals of numbers not below 0; a denominator that may be 0 leaves the top open."""
    least, most, least_open, most_open = numerator
    by_least, by_most, by_least_open, by_most_open = denominator
    low = divide(least, by_most)
    high = low if least == most and by_least == by_most else divide(most, by_least)
    return interval_of((low, high, least_open or by_most_open, most_open or by_least_open))


def _above(interval: Interval, limit: Number) -> Verdict:
    low, high, low_open, _ = interval
    if low > limit or (low_open and low == limit):
        return MET
    return NOT_MET if high <= limit else UNKNOWN


def _at_or_above(interval: Interval, limit: Number) -> Verdict:
    low, high, _, high_open = interval
    if low >= limit:
        return MET
    return NOT_MET if high < limit or (high_open and high == limit) else UNKNOWN


def _below(interval: Interval, limit: Number) -> Verdict:
    low, high, _, high_open = interval
    if high < limit or (high_open and high == limit):
        return MET
    return NOT_MET if low >= limit else UNKNOWN


def _at_or_below(interval: Interval, limit: Number) -> Verdict:
    low, high, low_open, _ = interval
    if high <= limit:
        return MET
    return NOT_MET if low > limit or (low_open and low == limit) else UNKNOWN


COMPARE: dict[str, Callable[[Interval, Number], Verdict]] = {
    ">": _above,
    ">=": _at_or_above,
    "<": _below,
    "<=": _at_or_below,
}
"""By comparator: is every value of the interval on that side of the limit (met), none (not met), or some (unknown)?"""


def at_least(required: int, met: int, unknown: int) -> Verdict:
    """Return whether at least ``required`` are met, given how many are met and how many are still unknown."""
    if met >= required:
        return MET
    return UNKNOWN if met + unknown >= required else NOT_MET
