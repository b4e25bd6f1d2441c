"""The one idea of the service: a value is the interval of what it may still be.

Missing, censored, worded and exact results are all intervals; a threshold against an interval is met, not met or
unknown, and rules combine those three by Kleene's logic. There is no second mechanism.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
        """Whether exactly one value is left."""
        return self.low == self.high


_interval_of: Callable[[tuple[Any, ...]], Interval] = partial(tuple.__new__, Interval)  # without the checks of a call
ANYTHING = Interval(-INFINITY, INFINITY, low_open=True, high_open=True)


def point(value: Number) -> Interval:
    """Return the interval that holds one value."""
    return _interval_of((value, value, False, False))


def exact(value: Fraction) -> Number:
    """Return the same number as a Decimal if its decimal expansion ends, else unchanged."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return value
    return EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))


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


def distance(low: Number, high: Number) -> Number:
    """Return the exact difference of two numbers that are not both infinite."""
    return add(high, multiply(low, MINUS_ONE))


def scaled(interval: Interval, weight: Number) -> Interval:
    """Return every value of the interval times a weight other than 0."""
    low = multiply(interval.low, weight)
    high = low if interval.is_point else multiply(interval.high, weight)
    if weight > 0:
        return Interval(low, high, interval.low_open, interval.high_open)
    return Interval(high, low, interval.high_open, interval.low_open)


def total(intervals: Iterable[Interval]) -> Interval:
    """Return the interval of all sums of one value from each."""
    lows, highs, low_opens, high_opens = zip(*intervals, strict=True)
    low = _sum(lows)
    return Interval(low, low if lows == highs else _sum(highs), any(low_opens), any(high_opens))


def _sum(numbers: Sequence[Any]) -> Number:
    plus: Callable[[Any, Any], Any] = add if Fraction in map(type, numbers) else EXACT.add
    return reduce(plus, numbers, ZERO)


def quotient(numerator: Interval, denominator: Interval) -> Interval:
    """Return all quotients of two intervals of numbers not below 0; a denominator that may be 0 leaves the top open."""
    low = _divide(numerator.low, denominator.high)
    high = low if numerator.is_point and denominator.is_point else _divide(numerator.high, denominator.low)
    low_open = numerator.low_open or denominator.high_open
    return Interval(low, high, low_open, numerator.high_open or denominator.low_open)


def _divide(value: Number, by: Number) -> Number:
    if by == INFINITY:
        return ZERO
    if by == 0 or value == INFINITY:
        return INFINITY
    return exact(Fraction(value) / Fraction(by))


def _above(interval: Interval, limit: Number, yes: Verdict = MET, no: Verdict = NOT_MET) -> Verdict:
    low, high, low_open, _ = interval
    if low > limit or (low_open and low == limit):
        return yes
    return no if high <= limit else UNKNOWN


def _at_or_above(interval: Interval, limit: Number, yes: Verdict = MET, no: Verdict = NOT_MET) -> Verdict:
    low, high, _, high_open = interval
    if low >= limit:
        return yes
    if high < limit or (high_open and high == limit):
        return no
    return UNKNOWN


COMPARE: dict[str, Callable[[Interval, Number], Verdict]] = {
    ">": _above,
    ">=": _at_or_above,
    "<": lambda interval, limit: _at_or_above(interval, limit, NOT_MET, MET),
    "<=": lambda interval, limit: _above(interval, limit, NOT_MET, MET),
}
"""By comparator: is every value of the interval on that side of the limit (met), none (not met), or some (unknown)?"""


def at_least(required: int, met: int, unknown: int) -> Verdict:
    """Return whether at least ``required`` are met, given how many are met and how many are still unknown."""
    if met >= required:
        return MET
    return UNKNOWN if met + unknown >= required else NOT_MET
