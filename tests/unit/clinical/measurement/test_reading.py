"""A number, a word or a range becomes the interval it still allows, or a fault the sender can mend."""

from decimal import Decimal
from typing import Any

import pytest

from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.fault import Fault
from service.clinical.measurement.interval import ANYTHING, INFINITY, Interval, point
from service.clinical.measurement.laboratory_text import Quantity
from service.clinical.measurement.reading import Evidence, Range, limits_in, read_number, read_range, read_word

FERRITIN, FIBRINOGEN = ANALYTES["ferritin"], ANALYTES["fibrinogen"]


def above(low: str, *, low_open: bool = True) -> Interval:
    return Interval(Decimal(low), INFINITY, low_open=low_open, high_open=True)


def below(high: str, *, high_open: bool = True) -> Interval:
    return Interval(Decimal(0), Decimal(high), high_open=high_open)


@pytest.mark.parametrize(
    ("comparator", "interval"),
    [
        ("", point(Decimal(905))),
        (">", above("905")),
        (">=", above("905", low_open=False)),
        ("<", below("905")),
        ("<=", below("905", high_open=False)),
    ],
)
def test_a_number_is_the_interval_of_its_comparator(comparator: str, interval: Interval) -> None:
    reading = read_number(FERRITIN, Quantity(Decimal(905), "µg/L", comparator))
    assert (reading.interval, reading.unit, reading.evidence) == (interval, "ug/L", Evidence.MEASURED)
    assert reading.reported == f"{comparator}905 ug/L"


def test_a_large_number_is_reported_without_an_exponent() -> None:
    assert read_number(FERRITIN, Quantity(Decimal("1E+4"), "ug/L", ">")).reported == ">10000 ug/L"


def test_a_mass_of_scd25_is_unknown_but_kept_as_reported() -> None:
    reading = read_number(ANALYTES["scd25"], Quantity(Decimal(5046), "pg/mL"))
    assert (reading.interval, reading.evidence, reading.reported) == (ANYTHING, Evidence.UNKNOWN, "5046 pg/mL")


@pytest.mark.parametrize(
    ("quantity", "code", "about", "facts"),
    [
        (Quantity(Decimal(905)), "unit_required", "", {"accepted": ["ng/mL", "ug/L", "ug/dL", "pmol/L", "nmol/L"]}),
        (
            Quantity(Decimal(905), "  "),
            "unit_required",
            "",
            {"accepted": ["ng/mL", "ug/L", "ug/dL", "pmol/L", "nmol/L"]},
        ),
        (
            Quantity(Decimal(905), "mg/L"),
            "unit_not_accepted",
            "",
            {"accepted": ["ng/mL", "ug/L", "ug/dL", "pmol/L", "nmol/L"]},
        ),
        (
            Quantity(Decimal(5), " % "),
            "unit_not_accepted",
            "percent_of",
            {"accepted": ["ng/mL", "ug/L", "ug/dL", "pmol/L", "nmol/L"]},
        ),
        (Quantity(Decimal(-1), "ng/mL"), "implausible_value", "", {}),
        (Quantity(Decimal("1000000.1"), "ng/mL"), "implausible_value", "", {}),
        (Quantity(Decimal(0), "ng/mL", "<"), "implausible_value", "", {}),
    ],
)
def test_a_number_that_cannot_be_used_says_what_could(
    quantity: Quantity, code: str, about: str, facts: dict[str, Any]
) -> None:
    with pytest.raises(Fault) as caught:
        read_number(FERRITIN, quantity)
    assert (caught.value.code, caught.value.about, dict(caught.value.facts)) == (code, about, facts)


@pytest.mark.parametrize(
    ("observation", "value", "unit", "suggestion"),
    [
        ("platelets", "116", "10*12/L", "10*9/L"),
        ("platelets", "116000", "10*9/L", "/uL"),
        ("crp", "120", "g/L", "mg/L"),
        ("hemoglobin", "9.0", "g/L", "g/dL"),
        ("temperature", "101", "Cel", "[degF]"),
        ("ldh", "9", "U/L", "ukat/L"),
    ],
)
def test_an_impossible_number_suggests_the_unit_in_which_it_is_ordinary(
    observation: str, value: str, unit: str, suggestion: str
) -> None:
    with pytest.raises(Fault) as caught:
        read_number(ANALYTES[observation], Quantity(Decimal(value), unit))
    assert (caught.value.code, caught.value.facts) == ("implausible_value", {"suggestion": suggestion})


@pytest.mark.parametrize(
    "analyte", [analyte for analyte in ANALYTES.values() if analyte.hard.low == 0], ids=lambda one: one.id
)
def test_less_than_nothing_is_no_result_but_at_most_nothing_is(analyte: Any) -> None:
    with pytest.raises(Fault, match="implausible_value"):
        read_number(analyte, Quantity(Decimal(0), analyte.canonical, "<"))
    assert read_number(analyte, Quantity(Decimal(0), analyte.canonical, "<=")).interval == point(Decimal(0))


@pytest.mark.parametrize(
    ("key", "low", "high", "unit"),
    [
        ("hemoglobin", "12", "16", "g/L"),  # g/dL: "N" would be a severe anaemia
        ("platelets", "150000", "400000", "10*9/L"),
        ("platelets", None, "400000", "10*9/L"),
        ("fibrinogen", "200", None, "g/L"),
        ("temperature", "97", "99", "Cel"),
    ],
)
def test_a_word_does_not_count_beside_a_range_in_the_wrong_unit(
    key: str, low: str | None, high: str | None, unit: str
) -> None:
    limits = Range(Decimal(low) if low else None, Decimal(high) if high else None, unit)
    for word in ("L", "N", "H"):
        with pytest.raises(Fault) as caught:
            read_word(ANALYTES[key], word, limits)
        assert (caught.value.code, caught.value.about) == ("implausible_value", "reference_range")


@pytest.mark.parametrize("analyte", ANALYTES.values(), ids=ANALYTES)
def test_the_ends_of_the_hard_range_are_accepted_and_beyond_is_not(analyte: Any) -> None:
    step = Decimal("0.000001")
    for end in (analyte.hard.low, analyte.hard.high):
        assert read_number(analyte, Quantity(end, analyte.canonical)).interval == point(end)
    for beyond in (analyte.hard.low - step, analyte.hard.high + step):
        with pytest.raises(Fault, match="implausible_value"):
            read_number(analyte, Quantity(beyond, analyte.canonical))


RANGE = Range(Decimal("2.0"), Decimal("4.0"), "g/L")


@pytest.mark.parametrize(
    ("word", "interval"),
    [
        ("L", below("2.0")),
        ("LL", below("2.0")),
        ("H", above("4.0")),
        ("HH", above("4.0")),
        ("N", Interval(Decimal("2.0"), Decimal("4.0"))),
    ],
)
def test_a_word_with_its_range_is_measured_by_the_laboratorys_own_limit(word: str, interval: Interval) -> None:
    reading = read_word(FIBRINOGEN, word, RANGE)
    assert (reading.interval, reading.unit, reading.evidence) == (interval, "g/L", Evidence.MEASURED)
    assert (reading.reported, reading.word) == (word, word)
    assert reading.reference == Interval(Decimal("2.0"), Decimal("4.0"))


@pytest.mark.parametrize(
    ("word", "reference"),
    [
        ("L", Range(None, Decimal("4.0"), "g/L")),
        ("H", Range(Decimal("2.0"), None, "g/L")),
    ],
)
def test_a_range_without_the_end_that_the_word_speaks_of_leaves_the_word_alone(word: str, reference: Range) -> None:
    reading = read_word(FIBRINOGEN, word, reference)
    assert reading.evidence is Evidence.IMPLIED
    assert reading.interval == read_word(FIBRINOGEN, word).interval


def test_normal_in_a_half_open_range_is_known_on_that_side_alone() -> None:
    assert read_word(FIBRINOGEN, "N", Range(None, Decimal("4.0"), "g/L")).interval == below("4.0", high_open=False)
    assert read_word(FIBRINOGEN, "N", Range(Decimal("2.0"), None, "g/L")).interval == above("2.0", low_open=False)


def test_normal_in_a_range_without_ends_proves_nothing() -> None:
    assert read_word(FIBRINOGEN, "N", Range(None, None, "g/L")).evidence is Evidence.UNKNOWN


IMPLIED = {
    "fibrinogen": ("2.0", "3.5", "g/L"),
    "platelets": ("150", "350", "10*9/L"),
    "ferritin": (None, "140", "ng/mL"),
    "ast": (None, "30", "U/L"),
    "ldh": (None, "200", "U/L"),
    "triglycerides": (None, "0.85", "mmol/L"),
    "hemoglobin": ("140", None, "g/L"),
    "wbc": ("6.0", "10", "10*9/L"),
    "neutrophils": ("2.0", "6.5", "10*9/L"),
    "esr": (None, "10", "mm/h"),
    "crp": (None, "5", "mg/L"),
}


@pytest.mark.parametrize("key", ANALYTES)
def test_a_word_alone_implies_the_limit_of_the_contract_and_no_other(key: str) -> None:
    low, high, unit = IMPLIED.get(key, (None, None, ""))
    for word, expected in (("L", low and below(low)), ("LL", low and below(low)), ("H", high and above(high))):
        reading = read_word(ANALYTES[key], word)
        if expected is None:
            assert (reading.interval, reading.evidence) == (ANYTHING, Evidence.UNKNOWN)
        else:
            assert (reading.interval, reading.unit, reading.evidence) == (expected, unit, Evidence.IMPLIED)


@pytest.mark.parametrize("word", ["N", "A", "POS"])
def test_normal_or_a_strange_word_without_a_range_is_unknown(word: str) -> None:
    reading = read_word(FIBRINOGEN, word)
    assert (reading.interval, reading.evidence, reading.word) == (ANYTHING, Evidence.UNKNOWN, word)


@pytest.mark.parametrize(
    "reference",
    [
        Range(Decimal(-1), Decimal(4), "g/L"),
        Range(Decimal(5), Decimal(4), "g/L"),
    ],
)
def test_a_range_that_cannot_be_is_a_fault(reference: Range) -> None:
    with pytest.raises(Fault) as caught:
        read_range(FIBRINOGEN, reference)
    assert (caught.value.code, caught.value.about) == ("invalid_value", "reference_range")


@pytest.mark.parametrize(
    ("key", "reference", "facts"),
    [
        ("hemoglobin", Range(Decimal(12), Decimal(16), "g/L"), {"suggestion": "g/dL"}),
        ("fibrinogen", Range(Decimal(200), Decimal(400), "g/L"), {"suggestion": "mg/dL"}),
        ("platelets", Range(None, Decimal(400), "10*12/L"), {"suggestion": "10*9/L"}),
        ("ldh", Range(Decimal("2.1"), None, "U/L"), {"suggestion": "ukat/L"}),
        ("crp", Range(None, Decimal(99999), "mg/L"), {}),
    ],
)
def test_a_limit_that_no_value_could_reach_is_a_fault(key: str, reference: Range, facts: dict[str, str]) -> None:
    """Haemoglobin 12 to 16 g/L and "N" would prove an anaemia that is not there."""
    with pytest.raises(Fault) as caught:
        read_range(ANALYTES[key], reference)
    assert (caught.value.code, caught.value.about, caught.value.facts) == (
        "implausible_value",
        "reference_range",
        facts,
    )


def test_a_range_of_one_value_and_one_without_a_top_are_ranges() -> None:
    assert read_range(FIBRINOGEN, Range(Decimal(4), Decimal(4), "g/L")) == ("g/L", point(Decimal(4)))
    assert read_range(FIBRINOGEN, Range(Decimal(2), None, "mg/dL")) == ("mg/dL", above("2", low_open=False))


def test_a_range_in_a_unit_that_cannot_be_compared_is_read_and_proves_nothing() -> None:
    reference = Range(None, Decimal(1033), "pg/mL")
    assert read_range(ANALYTES["scd25"], reference) == ("pg/mL", Interval(Decimal(0), Decimal(1033)))
    reading = read_word(ANALYTES["scd25"], "H", reference)
    assert (reading.evidence, reading.interval) == (Evidence.UNKNOWN, ANYTHING)


@pytest.mark.parametrize(
    ("reference", "unit", "limits"),
    [
        (None, "U/mL", None),
        (Range(Decimal(100), Decimal(1033), "U/mL"), "kU/L", Interval(Decimal(100), Decimal(1033))),
        (Range(None, Decimal(1033), "pg/mL"), "U/mL", None),
        (Range(None, Decimal(1033), "U/mL"), "pg/mL", None),
        (Range(None, Decimal(1033), "pg/mL"), "pg/mL", None),
    ],
)
def test_a_range_is_kept_in_the_unit_of_the_result_where_a_factor_leads_there(
    reference: Range | None, unit: str, limits: Interval | None
) -> None:
    assert limits_in(ANALYTES["scd25"], reference, unit) == limits
