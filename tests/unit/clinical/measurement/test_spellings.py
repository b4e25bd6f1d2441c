"""Units are found by what laboratories write, never by guessing."""

from decimal import Decimal

import pytest

from service.clinical.measurement.analytes import ANALYTES, Analyte
from service.clinical.measurement.laboratory_text import read_text, read_unit
from service.clinical.measurement.units import Unit, UnitTable


@pytest.mark.parametrize(
    ("observation", "text", "code"),
    [
        ("platelets", "10*9/L", "10*9/L"),
        ("platelets", "10^9/L", "10*9/L"),
        ("platelets", "x10^9/L", "10*9/L"),
        ("platelets", "×10⁹/L", "10*9/L"),
        ("platelets", "× 10⁹ / L", "10*9/L"),
        ("platelets", "10⁹/l", "10*9/L"),
        ("platelets", "X10E9/L", "10*9/L"),
        ("platelets", "G/L", "10*9/L"),
        ("platelets", "K/uL", "10*3/uL"),
        ("platelets", "K/µL", "10*3/uL"),
        ("platelets", "K/μL", "10*3/uL"),
        ("platelets", "K/mcL", "10*3/uL"),
        ("platelets", "10*3/MCL", "10*3/uL"),
        ("platelets", "x10(9)/L", "10*9/L"),
        ("platelets", "10**9/L", "10*9/L"),
        ("platelets", "*10^9/L", "10*9/L"),
        ("platelets", "·10⁹/L", "10*9/L"),
        ("platelets", "cells/uL", "/uL"),
        ("platelets", "lakhs/mm3", "lakh/mm3"),
        ("ferritin", "UG/L", "ug/L"),
        ("ferritin", "µg/l", "ug/L"),
        ("ferritin", "ng/ml", "ng/mL"),
        ("fibrinogen", "MG/DL", "mg/dL"),
        ("hemoglobin", "G/DL", "g/dL"),
        ("temperature", "°C", "Cel"),
        ("temperature", "deg F", "[degF]"),
        ("temperature", "K", "K"),
        ("esr", "mm/hr", "mm/h"),
        ("ast", "iu/l", "U/L"),
        ("ast", "[iu]/l", "[IU]/L"),
        ("ast", "Units/L", "U/L"),
        ("ldh", "UI/l", "U/L"),
        ("esr", "mm/hour", "mm/h"),
        ("esr", "MM/HR", "mm/h"),
        ("esr", "mm / 1st hr", "mm/h"),
        ("esr", "mm/Std.", "mm/h"),
        ("hemoglobin", "gm/dL", "g/dL"),
        ("hemoglobin", "GM/DL", "g/dL"),
        ("hemoglobin", "gms%", "g/dL"),
        ("hemoglobin", "gm/l", "g/L"),
        ("fibrinogen", "mgm/dl", "mg/dL"),
        ("platelets", "/cumm", "/uL"),
        ("platelets", "/cu mm", "/uL"),
        ("platelets", "cells/cu.mm", "/uL"),
        ("platelets", "10³/cumm", "10*3/uL"),
        ("platelets", "thou/mm³", "10*3/uL"),
        ("platelets", "Tsd./µl", "10*3/uL"),
        ("platelets", "Lacs/cumm", "lakh/mm3"),
        ("platelets", "E9/l", "10*9/L"),
        ("platelets", "Gpt/l", "10*9/L"),
        ("d_dimer", "µg FEU/mL", "ug/mL{FEU}"),
        ("d_dimer", "mcg/L FEU", "ug/L{FEU}"),
        ("temperature", "ºC", "Cel"),  # the masculine ordinal
        ("temperature", "˚C", "Cel"),  # the ring
        ("temperature", "oC", "Cel"),
        ("temperature", "℃", "Cel"),
        ("temperature", "ºF", "[degF]"),
        ("temperature", "degrees Celsius", "Cel"),
    ],
)
def test_a_laboratorys_spelling_finds_its_unit(observation: str, text: str, code: str) -> None:
    found = ANALYTES[observation].table.find(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    ("observation", "text", "code"),
    [
        ("hemoglobin", "g/l", "g/L"),
        ("fibrinogen", "g/l", "g/L"),
        ("crp", "g/l", "g/L"),
        ("triglycerides", "g/l", "g/L"),
        ("platelets", "G/l", "10*9/L"),
    ],
)
def test_a_small_letter_l_is_a_litre_too(observation: str, text: str, code: str) -> None:
    found = ANALYTES[observation].table.find(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(("text", "code"), [("/mm³", "/uL"), ("10³/mm³", "10*3/uL")])
def test_a_raised_three_of_cubic_millimetres_is_a_three(text: str, code: str) -> None:
    found = ANALYTES["platelets"].table.find(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    ("observation", "text"),
    [
        ("ferritin", "mg/L"),
        ("ferritin", "mg/dL"),
        ("ferritin", "g/L"),
        ("platelets", "10*8/L"),
        ("platelets", "109/L"),
        ("platelets", "%"),
        ("crp", "mmol/L"),
        ("temperature", "Kelvin"),
        ("esr", "m/h"),
        ("ast", ""),
        ("platelets", "M/uL"),  # a thousand of Roman numerals, or mega
        ("platelets", "T/uL"),  # thousand, or tera
        ("platelets", "m/cumm"),
        ("platelets", "/cm3"),
        ("platelets", "cells/L"),
        ("platelets", "gm/L"),
        ("wbc", "lakhs/cumm"),
        ("esr", "mm/2h"),  # the reading after two hours is another number
        ("esr", "mm/min"),
        ("esr", "cm/h"),
        ("hemoglobin", "gm"),
        ("hemoglobin", "mg/dL"),
        ("ferritin", "gm/L"),
        ("ast", "units"),
        ("ast", "units/mL"),
        ("scd25", "units/L"),
        ("d_dimer", "ug/mL"),  # FEU or DDU: a factor of two
        ("d_dimer", "mcg/L"),
        ("temperature", "º"),
        ("temperature", "degrees"),
    ],
)
def test_no_other_unit_is_taken(observation: str, text: str) -> None:
    assert ANALYTES[observation].table.find(text) is None


@pytest.mark.parametrize("analyte", ANALYTES.values(), ids=ANALYTES)
def test_each_spelling_is_the_same_unit_apart_and_in_a_text(analyte: Analyte) -> None:
    for unit in analyte.table.units.values():
        for spelling in (unit.code, *unit.spellings):
            said = read_text(analyte, f"<5 {spelling}")
            assert (said.value, said.comparator) == (Decimal(5), "<"), spelling
            assert {read_unit(analyte, name).code for name in (said.unit, spelling)} == {unit.code}, spelling


def test_capital_g_per_litre_is_giga_and_small_g_is_gram() -> None:
    assert ANALYTES["platelets"].table.find("g/L") is None
    assert ANALYTES["platelets"].table.find("g/l") is None
    assert ANALYTES["fibrinogen"].table.find("G/L") is None
    found = ANALYTES["fibrinogen"].table.find("g/L")
    assert found is not None
    assert found.code == "g/L"


def test_two_units_may_not_claim_one_spelling() -> None:
    units = [Unit("g/L", Decimal(1)), Unit("mg/dL", Decimal("0.01"), spellings=("g / L",))]
    with pytest.raises(ValueError, match="the spelling 'g / L' stands for two units"):
        UnitTable.of(units)


def test_a_spelling_that_two_units_share_but_for_capitals_is_never_folded() -> None:
    table = UnitTable.of([Unit("mU/L", Decimal(1)), Unit("MU/L", Decimal(10) ** 9)])
    assert table.find("mu/l") is None
    found = table.find("MU/L")
    assert found is not None
    assert found.factor == Decimal(10) ** 9
