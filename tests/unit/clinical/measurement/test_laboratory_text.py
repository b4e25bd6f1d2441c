"""A text is a comparator, a number and a unit, or is refused with what is wrong in it: nothing is guessed."""

import time
from decimal import Decimal

import pytest

from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.fault import Fault
from service.clinical.measurement.interval import point
from service.clinical.measurement.laboratory_text import Quantity, has_flag, read_text, read_unit
from service.clinical.measurement.limits import LONGEST_QUANTITY, LONGEST_UNIT
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


def read(observation: str, text: str) -> tuple[str, str]:
    """What is reported of a text, or the fault and what it is about."""
    analyte = ANALYTES[observation]
    try:
        return "read", read_number(analyte, read_text(analyte, text)).reported
    except Fault as fault:
        return fault.code, fault.about


@pytest.mark.parametrize(
    ("observation", "text", "reported"),
    [
        ("ferritin", "1,234.5 ug/L", "1234.5 ug/L"),
        ("ferritin", "12,500.0 ug/L", "12500.0 ug/L"),
        ("platelets", "1,234,567 /uL", "1234567 /uL"),
        ("platelets", "1,50,000 /cumm", "150000 /uL"),
        ("platelets", "12,34,567/cumm", "1234567 /uL"),
        ("ferritin", "1'234.5 ug/L", "1234.5 ug/L"),
        ("ferritin", "1’234 ug/L", "1234 ug/L"),
        ("ferritin", "12＇500 ug/L", "12500 ug/L"),
        ("platelets", "1 234 567 /uL", "1234567 /uL"),
        ("platelets", "1\u00a0234\u00a0567 /uL", "1234567 /uL"),
        ("platelets", "1\u2009234\u2009567 /uL", "1234567 /uL"),
        ("ferritin", "12\u202f500 ug/L", "12500 ug/L"),
        ("ferritin", "12\u202f500.5 ug/L", "12500.5 ug/L"),
        ("platelets", "1.234.567 /uL", "1234567 /uL"),
        ("ldh", ">40,000 U/L", ">40000 U/L"),
        ("ldh", ">=20,000 U/L", ">=20000 U/L"),
        ("triglycerides", "1,500 umol/L", "1500 umol/L"),
        ("fibrinogen", ">1,000 mg/dL", ">1000 mg/dL"),
        ("ferritin", "+1,234.5 ug/L", "1234.5 ug/L"),
        ("ferritin", "＞１２５００ ug/L", ">12500 ug/L"),
        ("ferritin", "１２．５ ug/L", "12.5 ug/L"),
        ("platelets", "15 10＾4/μl", "15 10*4/uL"),
        ("platelets", "5.4E9/L", "5.4 10*9/L"),
        ("platelets", "250 x1000/uL", "250 10*3/uL"),
    ],
)
def test_a_number_is_read_where_one_number_alone_can_be_meant(observation: str, text: str, reported: str) -> None:
    assert read(observation, text) == ("read", reported)


@pytest.mark.parametrize(
    ("observation", "text", "about"),
    [
        ("ferritin", "12,500 ug/L", "two_ways"),
        ("ferritin", ">12,500 ug/L", "two_ways"),
        ("ferritin", ">12.500 ug/L", "two_ways"),
        ("ferritin", "１２，５００ ug/L", "two_ways"),
        ("platelets", "95,000 /uL", "two_ways"),
        ("platelets", "<5,000 /uL", "two_ways"),
        ("crp", ">1,000 mg/L", "two_ways"),
        ("ldh", "40,000 U/L", "two_ways"),
        ("ldh", "<40,000 U/L", "two_ways"),
        ("hemoglobin", "12,500 g/dL", "decimal_comma"),
        ("wbc", "5,4 10*9/L", "decimal_comma"),
        ("ferritin", "0,905 ug/L", "decimal_comma"),
        ("ferritin", "1,234,56 ug/L", "decimal_comma"),
        ("ferritin", "1'234,5 ug/L", "form"),
        ("ferritin", "12 500 ug/L", "form"),
        ("ferritin", "12,500-13,000 ug/L", "bounds"),
        ("platelets", "22\u00a0103/uL", "lost_exponent"),
        ("platelets", "250\u2009104/uL", "lost_exponent"),
        ("platelets", "1 250 104/uL", "lost_exponent"),
    ],
)
def test_a_number_that_can_be_two_still_asks(observation: str, text: str, about: str) -> None:
    assert read(observation, text) == ("invalid_quantity", about)


def test_a_comma_in_a_number_of_no_use_in_its_unit_is_not_asked_about() -> None:
    assert read("scd25", "2,500 pg/mL")[0] == "read"


@pytest.mark.parametrize(
    "text",
    [
        "12500 H", "12500*", "12500(R)", "H 12500", "12500 (H)", "12,500.0 HH", "12500 [H]", "12500 ug/L H", "12500 ug/L*",
        "12500 ug/L (H)", "12500 H ug/L", "*12500 ug/L", "(H) 12500 ug/L", "12500↑", "↑ 12500 ug/L", "high 12500 ug/L", "12500 ug/L high",
        "12500 h", "12500 LL", "12500 ! ug/L", "H >12500 ug/L", "12500 critical", "12500 A", "905 L", "erhöht 12500", "12,500 H",
    ],
)  # fmt: skip
def test_a_flag_beside_a_number_is_told_as_a_flag(text: str) -> None:
    assert read("ferritin", text) == ("invalid_quantity", "flag")


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        (">12500 ug/L", ">"), ("＞12500 ug/L", ">"), ("&gt;12500 ug/L", ">"), ("&gt; 12500 ug/L", ">"), ("gt 12500 ug/L", ">"),
        ("GT 12500 ug/L", ">"), ("GT12500 ug/L", ">"), ("greater than 12500 ug/L", ">"), ("Greater  than 12500 ug/L", ">"),
        ("greater-than 12500 ug/L", ">"), ("more than 12500 ug/L", ">"), ("above 12500 ug/L", ">"), ("over 12500 ug/L", ">"),
        ("über 12500 µg/L", ">"), ("ueber 12500 ug/L", ">"), ("mehr als 12500 ug/L", ">"), ("supérieur à 12500 ug/L", ">"),
        ("mayor de 12500 ug/L", ">"), ("más de 12500 ug/L", ">"), ("maggiore di 12500 ug/L", ">"), ("acima de 12500 ug/L", ">"),
        ("более 12500 мкг/л", ">"), ("大于12500 ug/L", ">"), ("12500超 ng/mL", ">"), ("12500 ng/mL 초과", ">"),
        ("größer 12500 ug/L", ">"), ("GRÖSSER ALS 12500 ug/L", ">"), ("grösser 12500 ug/L", ">"), ("größer gleich 12500 ug/L", ">="),
        ("SUPERİOR A 12500 ug/L", ">"), ("superıor a 12500 ug/L", ">"), ("supe\u0301rieur a\u0300 12500 ug/L", ">"),
        ("≧12500 ug/L", ">="), ("≥ 12500 ug/L", ">="), ("⩾12500 ug/L", ">="), ("&ge;12500 ug/L", ">="), ("&gt;=12500 ug/L", ">="),
        ("=>12500 ug/L", ">="), ("> / = 12500 ug/L", ">="), (">or= 12500 ug/L", ">="), ("gte 12500 ug/L", ">="),
        ("greater than or equal to 12500 ug/L", ">="), ("at least 12500 ug/L", ">="), ("12500以上 ng/mL", ">="),
        ("12500 ng/mL以上", ">="), ("12500 ug/L or more", ">="), ("mindestens 12500 ug/L", ">="),
        ("≦12500 ug/L", "<="), ("&le;12500 ug/L", "<="), ("=<12500 ug/L", "<="), ("le 12500 ug/L", "<="), ("12500以下 ng/mL", "<="),
        ("at most 12500 ug/L", "<="), ("höchstens 12500 ug/L", "<="),
        ("＜12500 ug/L", "<"), ("&lt; 12500 ug/L", "<"), ("&#60;12500 ug/L", "<"), ("LT 12500 ug/L", "<"), ("less than 12500 ug/L", "<"),
        ("below 12500 ug/L", "<"), ("unter 12500 ug/L", "<"), ("moins de 12500 ug/L", "<"), ("menos de 12500 ug/L", "<"),
        ("менее 12500 мкг/л", "<"), ("12500未満 ng/mL", "<"), ("12500 ng/mL미만", "<"), ("小于 12500 ug/L", "<"),
        ("=12500 ug/L", ""),
    ],
)  # fmt: skip
def test_a_comparator_is_kept_however_it_is_written(text: str, sign: str) -> None:
    said = read_text(FERRITIN, text)
    assert (said.comparator, said.value) == (sign, Decimal(12500))


@pytest.mark.parametrize(
    "text",
    [
        ">12500 ug/L or more", "<12500以上 ng/mL", ">>12500 ug/L", "about 12500 ug/L", "ca. 12500 ug/L", "up to 12500 ug/L",
        "max. 12500 ug/L", "not 12500 ug/L", "gut 12500 ug/L", "> ug/L", "H", "",
    ],
)  # fmt: skip
def test_a_word_that_is_no_comparator_is_never_dropped(text: str) -> None:
    assert read("ferritin", text) == ("invalid_quantity", "form")


def test_a_ratio_is_never_a_number() -> None:
    assert read("crp", "1:80")[0] == "unit_not_accepted"


@pytest.mark.parametrize("unit", ["ug/L H", "ug/L *", "H", "(H) ug/L"])
def test_a_flag_in_the_unit_is_told_as_a_flag(unit: str) -> None:
    with pytest.raises(Fault) as caught:
        read_unit(FERRITIN, unit)
    assert (caught.value.code, caught.value.about) == ("unit_not_accepted", "flag")


@pytest.mark.parametrize(
    ("text", "is_flagged"),
    [("12500 H", True), ("H 12500", True), ("> 12500*", True), ("12500", False), ("H", False), ("1" * 99 + "H", False)],
)
def test_whether_a_text_is_a_number_with_a_flag(text: str, is_flagged: bool) -> None:
    assert has_flag(text) is is_flagged


LONG = {
    "marks out of order": lambda size: "a" + "\u0315" * (size // 2) + "\u0316" * (size // 2),
    "blanks": lambda size: "1" + " " * size + "x",
    "brackets": lambda size: "(" * size,
    "groups": lambda size: "1" + ",234" * (size // 4),
    "powers": lambda size: "10^" * (size // 3),
    "entities": lambda size: "&gt;" * (size // 4),
}


@pytest.mark.parametrize("size", [1_000, 64_000, 300_000, 1_000_000])
@pytest.mark.parametrize("kind", LONG)
def test_a_text_or_unit_beyond_its_limit_is_refused_before_any_work(kind: str, size: int) -> None:
    text, started = LONG[kind](size), time.process_time()
    assert FERRITIN.table.find(text) is None
    with pytest.raises(Fault) as unit:
        read_unit(FERRITIN, text)
    with pytest.raises(Fault) as quantity:
        read_text(FERRITIN, text)
    assert time.process_time() - started < 0.05
    assert (unit.value.about, unit.value.facts["longest"]) == ("too_long", LONGEST_UNIT)
    assert (quantity.value.about, quantity.value.facts["longest"]) == ("too_long", LONGEST_QUANTITY)


@pytest.mark.parametrize("kind", LONG)
def test_a_text_at_the_limit_is_cheap(kind: str) -> None:
    text, started = LONG[kind](LONGEST_UNIT * 2)[:LONGEST_UNIT], time.process_time()
    for _ in range(100):
        assert FERRITIN.table.find(text) is None
        with pytest.raises(Fault):
            read_number(FERRITIN, read_text(FERRITIN, text))
    assert time.process_time() - started < 0.5


def test_a_word_in_the_middle_of_a_unit_is_no_comparator() -> None:
    assert read("ferritin", "905 ug以上L")[0] == "unit_not_accepted"


def test_a_unit_that_has_lost_its_exponent_is_told_so() -> None:
    with pytest.raises(Fault) as caught:
        read_unit(PLATELETS, "109/L")
    assert caught.value.about == "lost_exponent"


@pytest.mark.parametrize(
    "number", ["905", "12.5", "12.500", "012.5", "0.125", "12500", "1.2345", "7.", ".5", "1e3", "5 100"]
)
@pytest.mark.parametrize("comparator", ["", "<", "<=", ">", ">=", "=", ">>"])
@pytest.mark.parametrize("observation", ["ferritin", "wbc", "esr", "temperature"])
def test_the_usual_form_is_read_as_any_other_writing_of_it(observation: str, comparator: str, number: str) -> None:
    """A blank in front keeps a text from the short way, and changes nothing of what it says."""

    def said(text: str) -> Quantity | str:
        try:
            return read_text(ANALYTES[observation], text)
        except Fault as fault:
            return fault.about

    for unit in (*ANALYTES[observation].table.units, "x", "10 9/L", ""):
        text = f"{comparator}{number} {unit}"
        assert said(text) == said(f" {text}")
