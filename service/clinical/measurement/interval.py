"""The one idea of the service: a value is the interval of what it may still be.

Missing, censored, worded and exact results are all intervals. A threshold against an interval is met, not met or
unknown. Rules combine those three by Kleene's logic. There is no second mechanism.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from functools import partial
from typing import Any, NamedTuple

from service.clinical.measurement.number import INFINITY, Number, divide, summed


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
