"""Exact numbers as JSON numbers."""

from decimal import Decimal
from fractions import Fraction

import pytest

from service.api.response.numbers import ends, json_number
from service.clinical.measurement.interval import INFINITY, Interval, Number
from service.server.messages.strict_json import dumps


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Decimal("-2.1"), "-2.1"),
        (Decimal("-2.10"), "-2.1"),
        (Decimal("116.0"), "116"),
        (Decimal(100), "100"),
        (Decimal("1E+6"), "1000000"),
        (Decimal("1.50E+40"), "15" + "0" * 39),
        (Fraction(10) ** 40, "1" + "0" * 40),
        (Decimal("1.2345678901234567890123456789012E-10"), "1.2345678901234567890123456789012E-10"),
        (Decimal("1.50E-9"), "1.5E-9"),
        (Decimal("0.000"), "0"),
        (Decimal("0.0005"), "0.0005"),
        (Decimal("452.5"), "452.5"),
        (Decimal("12.4220"), "12.422"),
        (Fraction(1, 3), "0.333333333333333"),
        (Fraction(15600, 8857), "1.76131873094727"),
    ],
)
def test_a_number_is_written_digit_for_digit_without_idle_zeros(number: Number, text: str) -> None:
    assert dumps(json_number(number)) == text.encode()


def test_nothing_is_written_as_less_than_nothing() -> None:
    assert dumps(json_number(Decimal("-0.000"))) == b"0"


@pytest.mark.parametrize("number", [INFINITY, -INFINITY])
def test_an_open_end_is_null(number: Decimal) -> None:
    assert json_number(number) is None


def test_an_interval_is_min_and_max() -> None:
    assert ends(Interval(Decimal("-4.50"), INFINITY, high_open=True)) == {"min": Decimal("-4.5"), "max": None}
