"""Every type of OBX, every flag and every range: what each is read as."""

import pytest

from tests.support.messages import obx
from tests.unit.ehr.hl7v2.reading import ferritin, keys, read


@pytest.mark.parametrize(
    ("kind", "value", "unit", "read_as"),
    [
        ("NM", "12500", "ng/mL", "12500 ng/mL"),
        ("NM", ">12500", "ng/mL", ">12500 ng/mL"),
        ("NM", "12500", "ng/mL^nanogram per milliliter^UCUM", "12500 ng/mL"),
        ("NM", "12500", "^^^ng/mL^^UCUM", "12500 ng/mL"),
        ("NM", "12500", "mcg/L", "12500 ug/L"),
        ("NM", "12500", "ng/mL^^L^ug/L^^UCUM", ""),
        ("NM", "12500", "ng/mL~ug/dL", ""),
        ("NM", "12500", "furlong^^UCUM", ""),
        ("NM", "12500", "", ""),
        ("NM", "12500^1", "ng/mL", ""),
        ("NM", "12500~12600", "ng/mL", ""),
        ("SN", ">^12500", "ng/mL", ">12500 ng/mL"),
        ("SN", "<^12", "ng/mL", "<12 ng/mL"),
        ("SN", ">=^12500", "ng/mL", ">=12500 ng/mL"),
        ("SN", "=^12500", "ng/mL", "12500 ng/mL"),
        ("SN", "^12500", "ng/mL", "12500 ng/mL"),
        ("SN", ">^>12500", "ng/mL", ">12500 ng/mL"),
        ("SN", ">^<12500", "ng/mL", ""),
        ("SN", "<>^12500", "ng/mL", ""),
        ("SN", "^1^:^128", "ng/mL", ""),
        ("SN", "^3^-^5", "ng/mL", ""),
        ("SN", ">^", "ng/mL", ""),
        ("SN", "^2^+", "ng/mL", ""),
        ("SN", ">^1~>^2", "ng/mL", ""),
        ("ST", ">12500", "ng/mL", ">12500 ng/mL"),
        ("ST", "12500 ng/mL", "", "12500 ng/mL"),
        ("ST", "12500 ng/mL", "ng/mL", "12500 ng/mL"),
        ("ST", "12500 ng/mL", "ug/dL", ""),
        ("ST", "12500 ng/mL", "furlong", ""),
        ("ST", "greater than 12500", "ng/mL", ">12500 ng/mL"),
        ("ST", "high", "", "H implied"),
        ("ST", "12500~see note", "ng/mL", ""),
        ("TX", "\\H\\12500\\N\\ ng/mL", "", "12500 ng/mL"),
        ("TX", "12500 ng/mL\\.br\\haemolytic", "", ""),
        ("FT", "12500 ng/mL", "", "12500 ng/mL"),
        ("CE", "H^High^HL70078", "", "H implied"),
        ("CE", "^12500 ng/mL", "", "12500 ng/mL"),
        ("CWE", "^^^^^^^^12500", "ng/mL", "12500 ng/mL"),
        ("CWE", "N^Normal^HL70078^^12500", "ng/mL", ""),
        ("CWE", "POS^positive", "", ""),
        ("CWE", "H^High~L^Low", "", ""),
        ("ED", "^application^pdf^Base64^JVBERi0", "", ""),
        ("", "12500", "ng/mL", "12500 ng/mL"),
        ("NM", "12\\X2E\\5", "ng/mL", "12.5 ng/mL"),
        ("NM", "12\\XZZ\\5", "ng/mL", ""),
        ("NM", "125\\C2842\\00", "ng/mL", ""),
        ("NM", "125\\Q\\00", "ng/mL", ""),
    ],
)
def test_each_type_is_read_or_unknown(kind: str, value: str, unit: str, read_as: str) -> None:
    assert ferritin(obx(value, unit, kind=kind)) == read_as
    told = [issue for issue in read(obx(value, unit, kind=kind)).issues if issue.observation == "ferritin"]
    assert bool(told) is not bool(read_as)


@pytest.mark.parametrize(
    ("flag", "value", "read_as"),
    [
        ("H", "", "H implied"),
        ("HH", "", "HH implied"),
        ("L", "", "L implied"),
        ("LL", "", "LL implied"),
        ("H^High^HL70078", "", "H implied"),
        ("H~A", "", "H implied"),
        ("H~HH", "", "H implied"),
        ("^High", "", "H implied"),
        (">", "900", ">=900 ng/mL"),
        ("<", "5", "<=5 ng/mL"),
        ("H", "900", "900 ng/mL"),
        ("N", "100", "100 ng/mL"),
        ("A", "900", "900 ng/mL"),
        ('""', "900", "900 ng/mL"),
        ("N", "", ""),
        ("A", "", ""),
        ("N", "12500", ""),
    ],
)
def test_each_flag_is_read_beside_its_value(flag: str, value: str, read_as: str) -> None:
    assert ferritin(obx(value, "ng/mL", at7="24-336" if value else "", at8=flag)) == read_as


@pytest.mark.parametrize(
    ("range_", "evidence"),
    [
        ("24-336", "measured"),
        ("24.5 - 336", "measured"),
        ("<=336", "measured"),
        (">=24", "implied"),
        ("24-336 ng/mL", "measured"),
        ("24-336 ug/dL", "implied"),
        ("<336", "implied"),
        ("M: 24-336", "implied"),
        ("adult 24-336", "implied"),
        ("24-336~10-20", "implied"),
        ("336-24", "implied"),
        ("24-3360000000", "implied"),
        ("", "implied"),
    ],
)
def test_a_range_counts_if_it_is_two_numbers_and_nothing_else(range_: str, evidence: str) -> None:
    found = read(obx("", "ng/mL", at7=range_, at8="H")).panel.readings["ferritin"]
    assert found.evidence.value == evidence


@pytest.mark.parametrize("kind", ["NM", "ST", "TX", "CWE"])
@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("QNS", "no_result"),
        ("HEMOLYZED", "no_result"),
        ("pending", "elsewhere"),
        ("siehe Befund", "elsewhere"),
        ("-", "no_value"),
    ],
)
def test_words_in_place_of_a_value_say_that_there_is_none(said: str, key: str, kind: str) -> None:
    value = f"^{said}" if kind == "CWE" else said
    assert key in keys(obx(value, "ng/mL", kind=kind))
    assert ferritin(obx(value, "ng/mL", kind=kind)) == ""


def test_a_value_that_holds_nothing_is_none() -> None:
    assert "no_value" in keys(obx('""', "ng/mL"))
    assert "word_not_usable" in keys(obx("", "ng/mL", at8="A"))


def test_a_number_in_a_note_beside_words_is_told() -> None:
    referring = obx("see note", kind="ST")
    assert "value_not_shown" in keys(referring, "NTE|1||Ferritin 12500 ng/mL")
    assert "value_not_shown" in keys(referring, "NTE|1||line one", "NTE|2||Ferritin 12500 ng/mL")
    assert "value_not_shown" not in keys(referring, "NTE|1||to follow")
    assert ferritin(obx("900", "ng/mL"), "NTE|1||repeated 2 times") == "900 ng/mL"


def test_a_comparator_longer_than_any_is_none() -> None:
    assert "comparator" in keys(obx(f"{'x' * 300}^12500", "ng/mL", kind="SN"))
