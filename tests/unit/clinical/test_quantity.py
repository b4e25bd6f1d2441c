"""A text is a comparator, a number and a unit, or is refused with what is wrong in it: nothing is guessed."""

from decimal import Decimal

import pytest

from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.fault import Fault
from service.clinical.measurement.interval import point
from service.clinical.measurement.laboratory_text import Quantity, read_text, read_unit
from service.clinical.measurement.reading import Evidence, read_number

FERRITIN, PLATELETS = ANALYTES["ferritin"], ANALYTES["platelets"]


@pytest.mark.parametrize(
    ("text", "comparator", "value", "unit"),
    [
        ("905 ug/L", "", "905", "ug/L"),
        ("905ug/L", "", "905", "ug/L"),
        ("  905   ug/L ", "", "905", "ug/L"),
        ("905\N{NO-BREAK SPACE}ug/L", "", "905", "ug/L"),
        ("905\N{NARROW NO-BREAK SPACE}ug/L", "", "905", "ug/L"),
        (">10000 ug/L", ">", "10000", "ug/L"),
        ("> 10000 ug/L", ">", "10000", "ug/L"),
        (">=10000 ug/L", ">=", "10000", "ug/L"),
        ("≥10000 ug/L", ">=", "10000", "ug/L"),
        ("<5 ug/L", "<", "5", "ug/L"),
        ("<=5 ug/L", "<=", "5", "ug/L"),
        ("≤ 5 ug/L", "<=", "5", "ug/L"),
        ("9.05e2 ug/L", "", "905", "ug/L"),
        (".5 ng/mL", "", "0.5", "ng/mL"),
        ("5. ng/mL", "", "5", "ng/mL"),
        ("-5 ng/mL", "", "-5", "ng/mL"),
        ("+5 ng/mL", "", "5", "ng/mL"),
        ("905", "", "905", ""),
        ("116 10*9/L", "", "116", "10*9/L"),
        ("116 x10^9/L", "", "116", "x10^9/L"),
        ("116×10⁹/L", "", "116", "×10⁹/L"),
        ("116 10E9/L", "", "116", "10E9/L"),
        ("5.4 x10(3)/uL", "", "5.4", "x10(3)/uL"),
    ],
)
def test_a_text_is_comparator_number_and_unit(text: str, comparator: str, value: str, unit: str) -> None:
    assert read_text(FERRITIN, text) == Quantity(Decimal(value), unit, comparator)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("", "form"),
        ("low", "form"),
        ("ug/L 905", "form"),
        ("~905 ug/L", "form"),
        ("1.2.3 ug/L", "form"),
        ("1 823 ug/L", "form"),
        ("1_823 ug/L", "form"),
        ("٣ ug/L", "form"),
        ("905 ug/L\n905 ug/L", "form"),
        ("905 " + "u" * 97, "too_long"),
        ("5,4 10*9/L", "decimal_comma"),
        ("1,82 ug/L", "decimal_comma"),
        ("1.234,5 ug/L", "decimal_comma"),
        ("5.4x109", "lost_exponent"),
        ("5.4x109/L", "lost_exponent"),
        ("5.4 × 109/L", "lost_exponent"),
        ("5.4*1012/L", "lost_exponent"),
        ("22 103/uL", "lost_exponent"),
        ("5.4 x10 9/L", "lost_exponent"),
        ("5 100 /uL", "form"),
        ("900-1000 ug/L", "bounds"),
        ("900 – 1000 ug/L", "bounds"),
        ("50 to 60 U/L", "bounds"),
        ("50 bis 60 U/L", "bounds"),
        ("2 ± 1 mm/h", "bounds"),
        ("2 +/- .5 mm/h", "bounds"),
        ("2+-1 mm/h", "bounds"),
        ("5 - <10 ug/L", "bounds"),
    ],
)
def test_a_text_that_does_not_parse_says_why(text: str, about: str) -> None:
    with pytest.raises(Fault) as caught:
        read_text(ANALYTES["wbc"], text)
    assert (caught.value.code, caught.value.about) == ("invalid_quantity", about)


@pytest.mark.parametrize("text", ["905 -ug/L", "905 torr", "905 total 5", "905 /mm3", "905 ~ug/L"])
def test_what_only_begins_like_a_range_is_left_to_the_unit(text: str) -> None:
    with pytest.raises(Fault) as caught:
        read_number(FERRITIN, read_text(FERRITIN, text))
    assert caught.value.code == "unit_not_accepted"


@pytest.mark.parametrize(
    ("observation", "text"),
    [
        ("ferritin", "12.500 ug/L"),
        ("ferritin", ">10.000 ug/L"),
        ("ferritin", "≤ 1.000 ug/L"),
        ("ferritin", "+12.500 ug/L"),
        ("ferritin", "999.999 ng/mL"),
        ("ldh", "1.250 U/L"),
        ("platelets", "250.000 /uL"),
        ("triglycerides", "1.500 umol/L"),
        ("fibrinogen", "2.000 mg/dL"),  # the greatest that can be meant
    ],
)
def test_a_point_before_three_digits_is_refused_where_it_may_set_thousands_apart(observation: str, text: str) -> None:
    analyte = ANALYTES[observation]
    with pytest.raises(Fault) as caught:
        read_number(analyte, read_text(analyte, text))
    assert (caught.value.code, caught.value.about) == ("invalid_quantity", "two_ways")


@pytest.mark.parametrize(
    ("observation", "text", "value"),
    [
        ("ferritin", "0.905 ug/L", "0.905"),
        ("ferritin", "12.50 ug/L", "12.5"),
        ("ferritin", "12.5000 ug/L", "12.5"),
        ("ferritin", "1250.500 ug/L", "1250.5"),
        ("ferritin", "12.500e1 ug/L", "125"),
        ("fibrinogen", "2.001 mg/dL", "2.001"),
        ("fibrinogen", "2.500 g/L", "2.5"),
        ("hemoglobin", "12.500 g/dL", "12.5"),
        ("platelets", "116.000 10*9/L", "116"),
        ("temperature", "38.500 Cel", "38.5"),
    ],
)
def test_a_point_that_can_only_be_a_decimal_sign_is_one(observation: str, text: str, value: str) -> None:
    analyte = ANALYTES[observation]
    assert read_number(analyte, read_text(analyte, text)).interval == point(Decimal(value))


def test_the_point_of_a_json_number_is_a_decimal_sign() -> None:
    assert read_number(FERRITIN, Quantity(Decimal("12.500"), "ug/L")).interval == point(Decimal("12.5"))


def test_a_number_that_is_of_no_use_in_its_unit_is_not_asked_about() -> None:
    scd25 = ANALYTES["scd25"]
    assert read_number(scd25, read_text(scd25, "2.500 pg/mL")).evidence is Evidence.UNKNOWN


def test_a_lost_exponent_suggests_the_unit_in_which_the_number_is_ordinary() -> None:
    with pytest.raises(Fault) as caught:
        read_text(ANALYTES["wbc"], "5.4x109")
    assert caught.value.facts == {"suggestion": "10*9/L"}
    with pytest.raises(Fault) as caught:
        read_text(ANALYTES["temperature"], "5000 x109")
    assert caught.value.facts == {}


def test_a_unit_is_found_through_its_spelling() -> None:
    assert read_unit(PLATELETS, " K/uL ").code == "10*3/uL"
