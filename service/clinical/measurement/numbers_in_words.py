"""Numbers and intervals as a reader would write them."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

from service.clinical.measurement.interval import INFINITY, Interval, Number

SHOWN_DIGITS = Context(prec=15, rounding=ROUND_HALF_EVEN)  # for the few numbers without an end; never before a decision
READ_DIGITS = Context(prec=3, rounding=ROUND_HALF_EVEN)
DECIDING_DIGITS = Context(prec=5, rounding=ROUND_HALF_EVEN)
"""A number without an end is read to three digits; one that is held against a limit needs more."""
EXTRA_DIGITS = 2


def as_decimal(number: Number) -> Decimal:
    """Return the number as a Decimal: unchanged if it is one, else to 15 digits."""
    if isinstance(number, Decimal):
        return number
    return SHOWN_DIGITS.divide(Decimal(number.numerator), Decimal(number.denominator))


def plain(number: Decimal) -> str:
    """Write a number digit for digit, without an exponent."""
    text = str(number)
    return f"{number:f}" if "E" in text else text


def unit_text(unit: str) -> str:
    """Write a unit: a year as ``y``, for a reader would not know UCUM's ``a``; all others are read as they are."""
    return "y" if unit == "a" else unit


def number_text(number: Number, digits: Context = READ_DIGITS) -> str:
    """Write a number plainly, without an exponent or idle zeros; one without an end to so many digits."""
    if not isinstance(number, Decimal):
        number = digits.divide(Decimal(number.numerator), Decimal(number.denominator))
    if not number:
        return "0"  # nothing is not less than nothing: never -0
    text = str(number)
    if "E" in text:
        text = plain(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def interval_text(interval: Interval, digits: Context = READ_DIGITS) -> str:
    """Write what is known of a value: ``116``, ``anything above 10000``, ``2 to 4``."""
    low, high = interval.low, interval.high
    if low == high:
        return number_text(low, digits)
    if high == INFINITY:
        return f"anything {'above' if interval.low_open else 'at or above'} {number_text(low, digits)}"
    if low <= 0:
        return f"anything {'below' if interval.high_open else 'at or below'} {number_text(high, digits)}"
    return f"{number_text(low, digits)} to {number_text(high, digits)}"


def converted_text(converted: Interval, sent: Interval) -> str:
    """Write a converted value with two digits more than were sent: with fewer, one beside a limit is written as it."""
    if isinstance(converted.low, Decimal) and isinstance(converted.high, Decimal):
        return interval_text(converted)  # exact
    most = max(len(end.as_tuple().digits) if isinstance(end, Decimal) else 0 for end in (sent.low, sent.high))
    return interval_text(converted, Context(max(DECIDING_DIGITS.prec, most + EXTRA_DIGITS), ROUND_HALF_EVEN))
