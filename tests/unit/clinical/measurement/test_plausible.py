"""Where results usually lie; a result beyond is taken, and said to be odd."""

import pytest

from service.clinical.measurement.analytes import ANALYTES, Analyte, is_usual
from service.clinical.measurement.laboratory_text import read_text
from service.clinical.measurement.reading import read_number

FERRITIN = ANALYTES["ferritin"]


def usual(analyte: Analyte, text: str) -> bool:
    reading = read_number(analyte, read_text(analyte, text))
    return is_usual(analyte, reading.interval, reading.unit)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 ng/mL", True),
        ("4.99 ng/mL", False),
        ("0.5 ng/mL", False),
        ("100000 ng/mL", True),
        ("100001 ng/mL", False),
        (">100000 ng/mL", True),
        (">100001 ng/mL", False),
        ("<5 ng/mL", True),
        ("<1 ng/mL", False),
        ("224700 pmol/L", True),
        ("224701 pmol/L", False),
    ],
)
def test_what_lies_outside_the_usual_range_is_odd(text: str, expected: bool) -> None:
    assert usual(FERRITIN, text) is expected


def test_a_measured_zero_is_odd_where_zero_is_unusual_but_the_foot_of_a_censored_value_is_not() -> None:
    wbc = ANALYTES["wbc"]
    assert not usual(wbc, "0 10*9/L")
    assert usual(wbc, "<0.2 10*9/L")
