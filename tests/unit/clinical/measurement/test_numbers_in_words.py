"""Numbers and intervals as a reader would write them."""

from decimal import Decimal
from fractions import Fraction

import pytest

from service.clinical.measurement.interval import INFINITY, Interval, Number, point
from service.clinical.measurement.numbers_in_words import (
    as_decimal,
    converted_text,
    interval_text,
    number_text,
    unit_text,
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Decimal("5.40"), "5.4"),
        (Decimal("116.0"), "116"),
        (Decimal(100), "100"),
        (Decimal("1E+4"), "10000"),
        (Decimal("-0.0040"), "-0.004"),
        (Decimal("159076.5"), "159076.5"),
        (Fraction(15600, 8857), "1.76"),
        (Fraction(1, 3), "0.333"),
    ],
)
def test_a_number_is_written_plainly(number: Number, text: str) -> None:
    assert number_text(number) == text


def test_only_a_number_without_an_end_is_shortened() -> None:
    long = Decimal("1.234567890123456789012")
    assert as_decimal(long) is long
    assert as_decimal(Fraction(2, 3)) == Decimal("0.666666666666667")


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (point(Decimal("116.0")), "116"),
        (Interval(Decimal(10000), INFINITY, low_open=True, high_open=True), "anything above 10000"),
        (Interval(Decimal(10000), INFINITY, high_open=True), "anything at or above 10000"),
        (Interval(Decimal(0), Decimal("0.5"), high_open=True), "anything below 0.5"),
        (Interval(Decimal(0), Decimal("0.5")), "anything at or below 0.5"),
        (Interval(Decimal(2), Decimal("4.0")), "2 to 4"),
    ],
)
def test_what_is_known_of_a_value_is_said(interval: Interval, text: str) -> None:
    assert interval_text(interval) == text


@pytest.mark.parametrize(
    ("converted", "sent", "text"),
    [
        (point(Fraction(10, 3)), point(Decimal(1)), "3.3333"),
        (point(Fraction(10, 3)), point(Decimal("1.2345")), "3.333333"),
        (point(Fraction(10, 3)), point(Fraction(1, 3)), "3.3333"),
        (Interval(Fraction(10, 3), INFINITY), Interval(Decimal("1.2345"), INFINITY), "anything at or above 3.333333"),
        (point(Decimal("3.123456789")), point(Decimal(1)), "3.123456789"),
    ],
)
def test_a_converted_value_is_written_finer_than_it_was_sent(converted: Interval, sent: Interval, text: str) -> None:
    assert converted_text(converted, sent) == text


@pytest.mark.parametrize(("unit", "text"), [("a", "y"), ("d", "d"), ("10*9/L", "10*9/L")])
def test_a_year_is_not_written_as_an_a(unit: str, text: str) -> None:
    assert unit_text(unit) == text
