"""Values are converted exactly, between units that have a fixed factor alone."""

from decimal import Decimal
from fractions import Fraction

import pytest

from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.interval import INFINITY, ZERO, Interval, Number
from service.clinical.measurement.units import Conversion, Unit, UnitTable, converted, converted_interval


@pytest.mark.parametrize(
    ("observation", "value", "source", "target", "result"),
    [
        ("ferritin", "3000", "ng/mL", "pmol/L", Decimal(6741)),
        ("ferritin", "684", "ug/L", "ng/mL", Decimal(684)),
        ("ferritin", "2.5", "ug/dL", "ng/mL", Decimal(25)),
        ("triglycerides", "156", "mg/dL", "mmol/L", Fraction(15600, 8857)),
        ("triglycerides", "88.57", "mg/dL", "mmol/L", Decimal(1)),
        ("triglycerides", "1", "mmol/L", "mg/dL", Decimal("88.57")),
        ("triglycerides", "2904", "umol/L", "mmol/L", Decimal("2.904")),
        ("triglycerides", "0.8857", "g/L", "mmol/L", Decimal(1)),
        ("fibrinogen", "360", "mg/dL", "g/L", Decimal("3.6")),
        ("fibrinogen", "360", "mg/dL", "umol/L", Decimal("10.584")),
        ("hemoglobin", "9.0", "g/dL", "g/L", Decimal(90)),
        ("hemoglobin", "9.0", "g/dL", "mmol/L", Decimal("5.5854")),
        ("ast", "0.8", "ukat/L", "U/L", Decimal(48)),
        ("ast", "800", "nkat/L", "U/L", Decimal(48)),
        ("crp", "9.524", "nmol/L", "mg/L", Decimal(1)),
        ("crp", "12", "mg/dL", "mg/L", Decimal(120)),
        ("platelets", "1", "lakh/mm3", "10*9/L", Decimal(100)),
        ("platelets", "181000", "/uL", "10*9/L", Decimal(181)),
        ("platelets", "116", "10*12/L", "10*9/L", Decimal(116000)),
        ("d_dimer", "0.25", "mg/L{DDU}", "mg/L{FEU}", Decimal("0.5")),
        ("d_dimer", "500", "ng/mL{FEU}", "mg/L{FEU}", Decimal("0.5")),
        ("temperature", "212", "[degF]", "Cel", Decimal(100)),
        ("temperature", "101", "[degF]", "Cel", Fraction(115, 3)),
        ("temperature", "38", "Cel", "[degF]", Decimal("100.4")),
        ("temperature", "311.15", "K", "Cel", Decimal(38)),
        ("temperature", "311.15", "K", "[degF]", Decimal("100.4")),
    ],
)
def test_a_conversion_is_exact(observation: str, value: str, source: str, target: str, result: Number) -> None:
    assert ANALYTES[observation].table.convert(Decimal(value), source, target) == result


def test_a_value_in_its_own_unit_is_untouched() -> None:
    value, interval = Decimal("9.10"), Interval(Decimal(1), INFINITY, high_open=True)
    table = ANALYTES["scd25"].table
    assert table.convert(value, "pg/mL", "pg/mL") is value
    assert table.convert_interval(interval, "pg/mL", "pg/mL") is interval


def test_a_value_under_another_name_of_its_unit_is_untouched() -> None:
    value, interval = Decimal("9.10"), Interval(Decimal(1), INFINITY, high_open=True)
    table = ANALYTES["ferritin"].table
    assert table.convert(value, "ug/L", "ng/mL") is value
    assert table.convert_interval(interval, "ug/L", "ng/mL") is interval


def test_a_weighted_conversion_is_so_many_times_the_converted_value() -> None:
    to_celsius = ANALYTES["temperature"].table.to("Cel")["[degF]"]
    assert converted(Decimal(212), to_celsius.times(Decimal("-0.5"))) == -50
    above = Interval(Decimal(212), INFINITY, low_open=True, high_open=True)
    assert converted_interval(above, to_celsius.times(Decimal("-0.5"))) == Interval(
        -INFINITY, Decimal(-50), low_open=True, high_open=True
    )


def test_open_ends_stay_open_in_another_unit() -> None:
    above = Interval(Decimal(10), INFINITY, low_open=True, high_open=True)
    assert ANALYTES["hemoglobin"].table.convert_interval(above, "g/dL", "g/L") == Interval(
        Decimal(100), INFINITY, low_open=True, high_open=True
    )


def weighted(interval: Interval, weight: str) -> Interval:
    return converted_interval(interval, Conversion(ZERO, Decimal(weight), ZERO))


def test_a_negative_weight_swaps_the_ends_and_their_openness() -> None:
    value = Interval(Decimal(10), Decimal(20), low_open=True)
    assert weighted(value, "2") == Interval(Decimal(20), Decimal(40), low_open=True)
    assert weighted(value, "-2") == Interval(Decimal(-40), Decimal(-20), high_open=True)


def test_an_open_end_stays_open_when_weighted_downwards() -> None:
    above = Interval(Decimal(10), INFINITY, low_open=True, high_open=True)
    assert weighted(above, "-0.004") == Interval(-INFINITY, Decimal("-0.04"), low_open=True, high_open=True)


def test_mass_units_of_scd25_lead_nowhere() -> None:
    with pytest.raises(KeyError):
        ANALYTES["scd25"].table.convert(Decimal(5046), "pg/mL", "U/mL")


def test_two_units_may_not_claim_one_code() -> None:
    with pytest.raises(ValueError, match="g/L"):
        UnitTable.of([Unit("g/L", Decimal(1)), Unit("g/L", Decimal(10))])
