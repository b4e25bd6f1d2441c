"""Every way in which systems send one result: the interval that it still allows, or the reason why it is unknown."""

from decimal import Decimal
from time import process_time
from typing import Any

import pytest

from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.interval import INFINITY
from service.ehr.fhir.record import FhirRecord, read_request
from service.ehr.terminology.code_file import load_codes
from service.ehr.terminology.code_map import ResultCode
from tests.support.records import FERRITIN, FIBRINOGEN, LOINC, PLATELETS, UCUM, calm_panel, observation

CODES = load_codes()
RANGE = [{"low": {"value": Decimal(24), "unit": "ng/mL"}, "high": {"value": Decimal(336), "unit": "ng/mL"}}]
HIGH = [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": "H"}]}]


def read(document: Any) -> FhirRecord:
    return read_request(document, CODES)


def interval(document: Any, analyte: str) -> tuple[str, str]:
    """Return the interval in the notation of mathematics, and how it is known."""
    reading = read(document).panel.readings[analyte]
    span, end = reading.interval, "inf"
    low = f"{'(' if span.low_open else '['}{'-inf' if span.low == -INFINITY else span.low}"
    high = f"{end if span.high == INFINITY else span.high}{')' if span.high_open else ']'}"
    return f"{low}, {high}", reading.evidence.value


def ferritin(**more: Any) -> dict[str, Any]:
    return observation(FERRITIN, **more)


def quantity(value: Any, **more: Any) -> dict[str, Any]:
    return {"value": Decimal(str(value)) if not isinstance(value, str) else value} | more


READ = {
    "comparator": (quantity(12500, unit="ng/mL", comparator=">"), None),
    "comparator with blanks": (quantity(12500, unit="ng/mL", comparator=" > "), None),
    "number sent as text": (quantity("12500", unit="ng/mL", comparator=">"), None),
    "comparator inside a number sent as text": (quantity(">12500", unit="ng/mL"), None),
    "the same comparator twice": (quantity(">12500", unit="ng/mL", comparator=">"), None),
    "text": (None, {"valueString": ">12500 ng/mL"}),
    "text with blanks": (None, {"valueString": "  > 12500  ng/mL "}),
    "text with wide signs": (None, {"valueString": "＞12500 ng/mL"}),
    "text escaped for HTML": (None, {"valueString": "&gt;12500 ng/mL"}),
    "text in letters": (None, {"valueString": "GT 12500 ng/mL"}),
    "text in words": (None, {"valueString": "greater than 12500 ng/mL"}),
    "concept": (None, {"valueCodeableConcept": {"text": "GT 12500 ng/mL"}}),
    "concept by display": (None, {"valueCodeableConcept": {"coding": [{"code": "x1", "display": ">12500 ng/mL"}]}}),
    "text with the name of UCUM in it": (None, {"valueString": ">12500UCUM http://unitsofmeasure.org,ng/mL"}),
}


@pytest.mark.parametrize(("value", "other"), READ.values(), ids=READ)
def test_a_comparator_survives_every_encoding(value: Any, other: Any) -> None:
    sent = ferritin(valueQuantity=value) if value else ferritin(**other)
    assert interval(sent, "ferritin") == ("(12500, inf)", "measured")


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        ("<", "[0, 700)"),
        ("<=", "[0, 700]"),
        ("≤", "[0, 700]"),
        (">=", "[700, inf)"),
        ("≥", "[700, inf)"),
        ("=", "[700, 700]"),
        ("", "[700, 700]"),
    ],
)
def test_each_comparator_is_its_own_interval(sign: str, expected: str) -> None:
    assert interval(ferritin(valueQuantity=quantity(700, unit="ng/mL", comparator=sign)), "ferritin")[0] == expected
    assert (
        interval(ferritin(valueString=f"{sign.strip('=') if sign == '=' else sign}700 ng/mL"), "ferritin")[0]
        == expected
    )


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("GTE 5", "[5, inf)"),
        ("LE 5", "[0, 5]"),
        ("LT 5", "[0, 5)"),
        ("less than 5", "[0, 5)"),
        ("=> 5", "[5, inf)"),
        (">/= 5", "[5, inf)"),
        ("≧ 5", "[5, inf)"),
        ("< = 5", "[0, 5]"),
    ],
)
def test_comparators_in_letters(spoken: str, expected: str) -> None:
    assert interval(ferritin(valueString=f"{spoken} ng/mL"), "ferritin")[0] == expected


COMPARATORS = {
    ">": [
        *(
            ">",
            "gt",
            "GT",
            " gt ",
            "&gt;",
            "&amp;gt;",
            "＞",
            "greater-than",
            "greater than",
            "Greater_Than",
            "more than",
        ),
        *("above", "over", "exceeds", "größer als", "supérieur à", "mayor que"),
    ],
    ">=": [
        ">=",
        "ge",
        "GTE",
        "&gt;=",
        "≥",
        "⩾",
        "≧",
        "=>",
        ">/=",
        "greater-than-or-equal-to",
        "at least",
        "mindestens",
    ],
    "<": ["<", "lt", "LT", "&lt;", "＜", "less-than", "below", "under", "kleiner als", "menos de"],
    "<=": ["<=", "le", "LTE", "&lt;=", "≤", "⩽", "≦", "=<", "less than or equal to", "at most", "höchstens"],
}


@pytest.mark.parametrize(
    ("sign", "said"), [(sign, spelling) for sign, many in COMPARATORS.items() for spelling in many]
)
def test_a_comparator_is_read_alike_in_a_quantity_and_in_every_text(sign: str, said: str) -> None:
    expected = {">": "(700, inf)", ">=": "[700, inf)", "<": "[0, 700)", "<=": "[0, 700]"}[sign]
    for sent in (
        ferritin(valueQuantity=quantity(700, unit="ng/mL", comparator=said)),
        ferritin(valueQuantity=quantity(f"{said} 700", unit="ng/mL")),
        ferritin(valueQuantity=quantity(f"{said}700", unit="ng/mL", comparator=said)),
        ferritin(valueString=f"{said} 700 ng/mL"),
        ferritin(valueCodeableConcept={"text": f"{said} 700 ng/mL"}),
    ):
        assert interval(sent, "ferritin") == (expected, "measured")


@pytest.mark.parametrize(
    "said", ["sa", "ad", "eb", "ap", "ne", "~", "ca.", "-", "<>", "min", "gtt", ">" * 300, "x" * 300]
)
def test_a_comparator_that_is_not_known_is_never_dropped(said: str) -> None:
    for sent in (
        ferritin(valueQuantity=quantity(700, unit="ng/mL", comparator=said)),
        ferritin(valueString=f"{said} 700 ng/mL"),
        ferritin(valueQuantity=quantity(f"{said} 700", unit="ng/mL")),
    ):
        record = read(sent)
        assert dict(record.panel.readings) == {}
        assert record.issues[0].key in ("comparator", "invalid_quantity", "implausible_value")


def test_a_sign_before_a_number_is_no_hyphen_in_a_word() -> None:
    for said in ("-700 ng/mL", "greater than -700 ng/mL", "> -700 ng/mL"):
        assert dict(read(ferritin(valueString=said)).panel.readings) == {}


@pytest.mark.parametrize("word", ["HX", "H>", "H", "HU", ">"])
def test_off_the_scale_without_a_value_is_above_the_laboratorys_limit(word: str) -> None:
    sent = ferritin(interpretation=[{"coding": [{"code": word}]}], referenceRange=RANGE)
    assert interval(sent, "ferritin") == ("(336, inf)", "measured")


@pytest.mark.parametrize(
    ("flags", "more", "expected"),
    [
        ([">"], {}, "[7000, inf)"),
        (["H", ">"], {}, "[7000, inf)"),
        (["<"], {}, "[0, 7000]"),
        (["H"], {}, "[7000, 7000]"),
        ([">", "<"], {}, "[7000, 7000]"),
        ([">"], {"comparator": ">"}, "(7000, inf)"),
    ],
)
def test_a_number_that_is_the_end_of_the_scale_is_no_exact_one(
    flags: list[str], more: dict[str, str], expected: str
) -> None:
    said = [{"coding": [{"code": flag}]} for flag in flags]
    assert interval(ferritin(valueQuantity=quantity(7000, unit="ng/mL", **more), interpretation=said), "ferritin") == (
        expected,
        "measured",
    )


WORDS = {
    "as interpretation": {"interpretation": HIGH},
    "as one concept instead of a list": {"interpretation": HIGH[0]},
    "as text of the interpretation": {"interpretation": [{"text": "High"}]},
    "as text": {"valueString": "HIGH"},
    "as a concept": {"valueCodeableConcept": {"text": "high"}},
    "as a code": {"valueCodeableConcept": {"coding": [{"code": "H"}]}},
    "beside an empty value": {"valueString": " ", "interpretation": HIGH},
    "beside a quantity without a number": {"valueQuantity": {"unit": "ng/mL"}, "interpretation": HIGH},
}


@pytest.mark.parametrize("members", WORDS.values(), ids=WORDS)
def test_a_word_is_implied_without_a_range_and_measured_with_one(members: dict[str, Any]) -> None:
    assert interval(ferritin(**members), "ferritin") == ("(140, inf)", "implied")
    assert interval(ferritin(**members, referenceRange=RANGE), "ferritin") == ("(336, inf)", "measured")


def test_two_words_of_one_side_are_the_weaker_one_and_of_two_sides_none() -> None:
    both = ferritin(interpretation=[*HIGH, {"coding": [{"code": "HH"}]}], referenceRange=RANGE)
    assert interval(both, "ferritin") == ("(336, inf)", "measured")
    torn = read(ferritin(interpretation=[*HIGH, {"coding": [{"code": "L"}]}]))
    assert (dict(torn.panel.readings), [issue.key for issue in torn.issues][:1]) == ({}, ["word_not_usable"])


def test_a_letter_of_a_foreign_code_system_is_not_an_interpretation() -> None:
    local = [{"coding": [{"system": "https://lab.example/codes", "code": "L"}]}]
    assert read(ferritin(interpretation=local)).issues[0].key == "word_not_usable"


@pytest.mark.parametrize(
    "ranges",
    [
        [{"high": {"value": Decimal(336)}}],
        [{"high": {"value": Decimal(336), "unit": "furlong"}}],
        [{"low": {"value": Decimal(1), "unit": "ng/mL"}, "high": {"value": Decimal(2), "unit": "ug/dL"}}],
        [{"high": {"value": Decimal(336), "unit": "ng/mL", "comparator": "<"}}],
        [{"high": {"value": Decimal(336), "unit": "ng/mL", "comparator": ["<"]}}],
        [{"text": "24-336"}],
        [{"high": {"value": Decimal(1), "unit": "ng/mL"}}, {"high": {"value": Decimal(2), "unit": "ng/mL"}}],
        [{"type": {"coding": [{"code": "critical"}]}, "high": {"value": Decimal(336), "unit": "ng/mL"}}],
        [{"type": {"text": "Therapeutic"}, "high": {"value": Decimal(336), "unit": "ng/mL"}}],
        [{"high": {"value": Decimal(336), "unit": "ng/mL", "code": "ug/dL"}}],
    ],
)
def test_a_range_that_is_not_clear_is_no_range(ranges: list[Any]) -> None:
    assert interval(ferritin(interpretation=HIGH, referenceRange=ranges), "ferritin") == ("(140, inf)", "implied")


def test_a_range_whose_type_is_told_in_words_is_the_normal_one_if_they_say_so() -> None:
    sent = ferritin(interpretation=HIGH, referenceRange=[RANGE[0] | {"type": {"text": "Normal range"}}])
    assert interval(sent, "ferritin") == ("(336, inf)", "measured")


def test_a_range_without_a_unit_takes_that_of_the_value() -> None:
    ranges = [{"type": {"coding": [{"code": "normal"}]}, "high": {"value": Decimal(336)}}]
    reading = read(ferritin(valueQuantity=quantity(20, unit="ug/dL"), referenceRange=ranges)).panel.readings["ferritin"]
    assert reading.reference is not None
    assert reading.reference.high == 336


UNITS = [
    ("777-3", {"unit": "K/uL"}, "10*3/uL"),
    ("777-3", {"unit": "10^3/uL", "system": UCUM, "code": "10*3/uL"}, "10*3/uL"),
    ("777-3", {"code": "10*9/L"}, "10*9/L"),
    ("777-3", {"code": "10*3/uL{cells}", "system": UCUM}, "10*3/uL"),
    ("777-3", {"unit": "Thousand/uL", "code": "1234", "system": "urn:oid:1.2.3"}, "10*3/uL"),
    ("777-3", {"unit": "10*9/L", "code": "10*3/uL", "system": UCUM}, "10*3/uL"),
    ("2571-8", {"unit": "MG/DL"}, "mg/dL"),
    ("2571-8", {"unit": "Mg/dl"}, "mg/dL"),
    ("14927-8", {"unit": "mmol/L"}, "mmol/L"),
    ("1920-8", {"unit": "IU/L"}, "U/L"),
    ("1920-8", {"unit": "units/L"}, "U/L"),
    ("4537-7", {"unit": "mm/hour", "code": "mm/h", "system": UCUM}, "mm/h"),
    ("777-3", {"unit": "thou/cumm"}, "10*3/uL"),
    ("2276-4", {"unit": "mcg/L"}, "ug/L"),
    ("48065-7", {"unit": "mg/L"}, "mg/L{FEU}"),
    ("48066-5", {"unit": "ng/mL"}, "ng/mL{DDU}"),
    ("48065-7", {"unit": "ng/mL FEU"}, "ng/mL{FEU}"),
]


@pytest.mark.parametrize(("code", "unit", "expected"), UNITS)
def test_units_by_code_or_text(code: str, unit: dict[str, str], expected: str) -> None:
    readings = read(observation(code, valueQuantity=quantity(100, **unit))).panel.readings
    assert [reading.unit for reading in readings.values()] == [expected]


def test_a_molar_code_and_a_mass_code_decide_alike() -> None:
    molar = interval(observation("14927-8", 3, "mmol/L"), "triglycerides")
    assert molar == ("[3, 3]", "measured")
    assert interval(observation("2571-8", "265.71", "mg/dL"), "triglycerides")[1] == "measured"


UNUSABLE = {
    "unit_required": [
        ferritin(valueQuantity=quantity(700)),
        ferritin(valueString="700"),
        ferritin(valueCodeableConcept={"text": "GT 45"}),
        ferritin(valueInteger=Decimal(700)),
    ],
    "unit_not_accepted": [
        ferritin(valueQuantity=quantity(700, unit="furlong")),
        ferritin(valueQuantity=quantity(700, unit="ng/mL", code="mol/mL", system=UCUM)),
        ferritin(valueString="700 bananas"),
        ferritin(valueQuantity=quantity(700, unit="g" * 100)),
        observation(FIBRINOGEN, 3, "G/L"),
    ],
    "unit_conflict": [
        ferritin(valueQuantity=quantity(700, unit="ug/dL", code="ug/L", system=UCUM)),
        observation("48065-7", 2, "mg/L{DDU}"),
    ],
    "implausible_value": [observation(PLATELETS, 116, "10*12/L"), ferritin(valueQuantity=quantity(-5, unit="ng/mL"))],
    "invalid_quantity": [
        ferritin(valueString="12500 ng/mL (normal)"),
        ferritin(valueString="HEMOLYZED, 12500"),
        ferritin(valueString="5.4x109"),
        ferritin(valueString="12,500 ng/mL"),
        ferritin(valueString="12.500 ng/mL"),
        ferritin(valueString="GT 10.000 ng/mL"),
        ferritin(valueCodeableConcept={"text": "12.500 ng/mL"}),
        ferritin(valueQuantity=quantity("12.500", unit="ng/mL")),
        ferritin(valueQuantity=quantity("12.500", unit="ng/mL", comparator=">")),
        ferritin(valueString="900-1000 ng/mL"),
        ferritin(valueCodeableConcept={"text": "markedly raised"}),
    ],
    "comparator": [
        ferritin(valueQuantity=quantity(700, unit="ng/mL", comparator="ad")),
        ferritin(valueQuantity=quantity(700, unit="ng/mL", comparator="<>")),
        ferritin(
            valueQuantity=quantity(700, unit="ng/mL", _comparator={"extension": [{"url": "x", "valueCode": ">"}]})
        ),
        ferritin(valueQuantity=quantity(700, unit="ng/mL", comparator=["<"])),
        ferritin(valueQuantity=quantity(700, unit="ng/mL", comparator={"value": "<"})),
    ],
    "value_ambiguous": [
        ferritin(valueQuantity=quantity(700, unit="ng/mL"), valueString="normal"),
        ferritin(valueQuantity=quantity(700, unit="ng/mL"), dataAbsentReason={"text": "error"}),
        ferritin(valueQuantity=quantity(">700", unit="ng/mL", comparator="<")),
        ferritin(valueQuantity=quantity("700 ng/mL", unit="ng/mL")),
        ferritin(valueCodeableConcept={"text": "12500 ng/mL", "coding": [{"display": "Normal"}]}),
        ferritin(valueCodeableConcept={"text": "Normal", "coding": [{"display": "12500 ng/mL"}]}),
        ferritin(valueCodeableConcept={"text": "12500 ng/mL", "coding": [{"code": "N"}]}, referenceRange=RANGE),
        ferritin(valueCodeableConcept={"text": "12500 ng/mL", "coding": [{"display": "120 ng/mL"}]}),
        ferritin(valueCodeableConcept={"text": ">12500 ng/mL", "coding": [{"display": "12500 ng/mL"}]}),
        ferritin(valueCodeableConcept={"text": "12500 ng/mL", "coding": [{"display": "12500 ug/dL"}]}),
        ferritin(valueCodeableConcept={"coding": [{"display": "900 ng/mL"}, {"display": "90 ng/mL"}]}),
        ferritin(valueQuantity=quantity(120, unit="ng/mL"), valueString="12500 ng/mL"),
    ],
    "value_form": [
        *(ferritin(valueRange={}), ferritin(valueBoolean=True), ferritin(valueRatio={})),
        *(ferritin(valueQuantity="12500 ng/mL"), ferritin(valueQuantity=[quantity(7)]), ferritin(valueString=12500)),
        ferritin(value={"Quantity": quantity(12500, unit="ng/mL")}),
        ferritin(valueRange={"low": quantity(900, unit="ng/mL")}),
        ferritin(valueRatio={"numerator": quantity(1), "denominator": quantity(80)}),
        ferritin(valueSampledData={"data": "12500"}),
        ferritin(valueDecimal=Decimal(12500)),
    ],
    "value_contradicts": [
        ferritin(valueString="normal", interpretation=HIGH),
        ferritin(valueCodeableConcept={"text": "low"}, interpretation=HIGH),
        ferritin(valueQuantity=quantity(12500, unit="ng/mL"), interpretation=[{"text": "N"}], referenceRange=RANGE),
        ferritin(valueQuantity=quantity(5, unit="ng/mL"), interpretation=[{"text": "N"}], referenceRange=RANGE),
        ferritin(valueQuantity=quantity(120, unit="ng/mL"), interpretation=HIGH, referenceRange=RANGE),
        ferritin(valueString=">336 ng/mL", interpretation=[{"text": "N"}], referenceRange=RANGE),
        ferritin(valueQuantity=quantity(120, unit="ng/mL"), interpretation=[{"text": "L"}], referenceRange=RANGE),
        ferritin(valueCodeableConcept={"text": "120 ng/mL", "coding": [{"display": "High"}]}, referenceRange=RANGE),
        ferritin(valueCodeableConcept={"text": "900 ng/mL", "coding": [{"code": "L"}]}, interpretation=HIGH),
    ],
    "not_a_number": [
        ferritin(valueQuantity={"value": Decimal("1e999999"), "unit": "ng/mL"}),
        ferritin(valueQuantity={"value": Decimal("NaN"), "unit": "ng/mL"}),
        ferritin(valueQuantity={"value": Decimal("1." + "3" * 200), "unit": "ng/mL"}),
        ferritin(valueQuantity={"value": True, "unit": "ng/mL"}),
        ferritin(valueInteger="7"),
    ],
    "word_not_usable": [
        ferritin(valueCodeableConcept={"coding": [{"code": "H"}, {"code": "L"}]}),
        ferritin(valueCodeableConcept={"coding": [{"code": "260373001"}]}),
        ferritin(interpretation=[{"text": "High", "coding": [{"code": "N"}]}]),
        ferritin(valueCodeableConcept="12500 ng/mL"),
        ferritin(valueCodeableConcept=[{"text": "12500 ng/mL"}]),
        *(ferritin(interpretation=[word]) for word in ({"text": "of note"}, {"coding": [{"code": "AA"}]})),
    ],
    "value_not_shown": [
        ferritin(dataAbsentReason={"coding": [{"code": code}]}) for code in ("masked", "as-text", "positive-infinity ")
    ],
    "no_value": [
        ferritin(),
        ferritin(dataAbsentReason={"coding": [{"code": "not-performed"}]}),
        ferritin(dataAbsentReason={"text": "by request"}, interpretation=[{"text": "N"}], referenceRange=RANGE),
        ferritin(valueString=""),
        ferritin(valueQuantity=None),
        ferritin(interpretation=[{}]),
    ],
}


@pytest.mark.parametrize(("key", "sent"), [(key, value) for key, many in UNUSABLE.items() for value in many])
def test_what_cannot_be_read_is_unknown_with_its_reason(key: str, sent: dict[str, Any]) -> None:
    record = read(sent)
    assert dict(record.panel.readings) == {}
    assert [issue.key for issue in record.issues if issue.observation] == [key]
    assert record.issues[0].where == ("Observation",)


def test_a_point_that_may_set_thousands_apart_is_asked_about_in_a_text_only() -> None:
    assert "or set thousands apart" in read(ferritin(valueString="12.500 ng/mL")).issues[0].text
    assert "not a range" in read(ferritin(valueString="900-1000 ng/mL")).issues[0].text
    number = read(ferritin(valueQuantity=quantity("12.500", unit="ng/mL") | {"value": Decimal("12.500")}))
    assert number.panel.readings["ferritin"].interval.low == Decimal("12.5")


def test_the_reason_names_the_units_accepted_and_never_the_value() -> None:
    said = read(observation(PLATELETS, 116123, "furlong")).issues[0].text
    assert "10*9/L" in said
    assert "116123" not in said
    assert "10*9/L" in read(observation(PLATELETS, 116, "10*12/L")).issues[0].text


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (ferritin(valueString="905,5 ng/mL"), "The decimal sign is a point"),
        (observation(PLATELETS, valueString="116 x109/L"), "has lost its superscript"),
        (observation("751-8", 65, "%"), "A percentage is not a count."),
    ],
    ids=["decimal comma", "lost superscript", "percent"],
)
def test_the_reason_says_how_to_mend_what_feeds_get_wrong(sent: dict[str, Any], words: str) -> None:
    assert words in read(sent).issues[0].text


def test_the_reason_for_absence_is_told_if_it_is_a_known_one() -> None:
    masked = read(ferritin(dataAbsentReason={"coding": [{"code": "masked"}]})).issues[0].text
    assert "masked" in masked
    assert "Smith" not in read(ferritin(dataAbsentReason={"coding": [{"code": "Smith"}]})).issues[0].text


def test_an_activity_in_mass_units_is_kept_as_unknown() -> None:
    ranges = [{"high": {"value": Decimal(1000), "unit": "pg/mL"}}]
    reading = read(observation("76039-7", 5000, "pg/mL", referenceRange=ranges)).panel.readings["scd25"]
    assert (reading.evidence.value, reading.reference) == ("unknown", None)


def test_a_range_in_mass_units_says_nothing_of_an_activity() -> None:
    ranges = [{"high": {"value": Decimal(1000), "unit": "pg/mL"}}]
    reading = read(observation("76039-7", 5000, "U/mL", referenceRange=ranges)).panel.readings["scd25"]
    assert (reading.evidence.value, reading.reference) == ("measured", None)


def test_every_loinc_code_of_an_analyte_is_read_as_that_analyte() -> None:
    for analyte in ANALYTES.values():
        for code in analyte.loinc:
            assert CODES.results["loinc", code].observation == analyte.id


@pytest.mark.parametrize("system", [LOINC, "http://loinc.org/", "http://www.loinc.org", "LN", " https://LOINC.org "])
def test_loinc_by_all_its_addresses(system: str) -> None:
    sent = observation(FERRITIN, 700, "ng/mL", code={"coding": [{"system": system, "code": f" {FERRITIN} "}]})
    assert "ferritin" in read(sent).panel.readings


def test_a_local_code_first_does_no_harm_and_a_local_code_alone_is_named() -> None:
    local = {"system": "https://ehr.example/codeSet/72", "code": "703535", "display": "Ferritin Lvl"}
    both = observation(FERRITIN, 700, "ng/mL", code={"coding": [local, {"system": LOINC, "code": FERRITIN}]})
    assert "ferritin" in read(both).panel.readings
    alone = read(observation(FERRITIN, 700, "ng/mL", code={"coding": [local], "text": "Ferritin Lvl"}))
    assert alone.issues[0].key == "code_not_mapped"
    assert alone.issues[0].where == ("Observation.code",)


def test_codes_of_two_tests_are_ambiguous_and_refused_codes_say_why() -> None:
    two = observation(
        FERRITIN, 7, "U/L", code={"coding": [{"system": LOINC, "code": code} for code in (FERRITIN, "1920-8")]}
    )
    assert read(two).issues[0].key == "code_ambiguous"
    assert not read([*calm_panel(), two]).may_reassure
    percent = read(observation("770-8", 65, "%"))
    assert (percent.issues[0].key, dict(percent.panel.readings)) == ("code_refused", {})
    assert "percentage" in percent.issues[0].text


def test_a_code_with_a_note_is_used_and_the_note_told() -> None:
    record = read(observation("49497-1", 95, "10*9/L"))
    assert "platelets" in record.panel.readings
    assert "estimate" in record.issues[0].text


def test_a_fasting_code_says_that_the_sample_was_fasting() -> None:
    assert read(observation("3048-6", 265, "mg/dL")).panel.findings["fasting_sample"] is True
    assert "fasting_sample" not in read(observation("2571-8", 265, "mg/dL")).panel.findings


@pytest.mark.parametrize("codes", [("2571-8", "3048-6"), ("3048-6", "2571-8")])
def test_of_two_codes_of_one_test_the_one_that_says_more_counts(codes: tuple[str, str]) -> None:
    both = observation("x", 265, "mg/dL", code={"coding": [{"system": LOINC, "code": code} for code in codes]})
    assert read(both).panel.findings["fasting_sample"] is True


def test_a_code_that_is_not_in_the_map_stands_for_nothing() -> None:
    assert ResultCode("ferritin").basis == ""
    assert read(observation("2345-7", 100, "mg/dL")).issues[0].key == "code_not_mapped"


SAID_ALIKE = {
    "the same twice": {"text": "12500 ng/mL", "coding": [{"display": "12500 ng/mL"}]},
    "the same in other words": {"text": ">= 12500 ng/mL", "coding": [{"display": "at least 12500 ng/mL"}]},
    "with the unit once": {"text": "12500", "coding": [{"display": "12500 ng/mL"}]},
    "beside a name": {"text": "12500 ng/mL", "coding": [{"code": "x1", "display": "Result"}]},
    "beside a word that fits": {"text": "12500 ng/mL", "coding": [{"code": "H", "display": "High"}]},
}


@pytest.mark.parametrize("concept", SAID_ALIKE.values(), ids=SAID_ALIKE)
def test_what_a_concept_says_twice_alike_is_one_statement(concept: Any) -> None:
    for ranges in (None, RANGE):
        reading = read(ferritin(valueCodeableConcept=concept, referenceRange=ranges)).panel.readings["ferritin"]
        assert (reading.interval.low, reading.evidence.value) == (12500, "measured")


def test_a_number_at_the_limit_may_be_normal_or_high_since_it_may_be_rounded() -> None:
    for word in "NH":
        sent = ferritin(
            valueQuantity=quantity(336, unit="ng/mL"), interpretation=[{"text": word}], referenceRange=RANGE
        )
        assert read(sent).panel.readings["ferritin"].word == word


@pytest.mark.parametrize("value", [{"valueString": "Normal"}, {"valueCodeableConcept": {"coding": [{"code": "N"}]}}])
def test_a_value_that_is_the_word_normal_lies_within_the_range_and_is_unknown_without_one(value: Any) -> None:
    assert interval(ferritin(**value, referenceRange=RANGE), "ferritin") == ("[24, 336]", "measured")
    assert interval(ferritin(**value), "ferritin")[1] == "unknown"


def test_the_weaker_word_counts_if_the_value_and_its_interpretation_are_of_one_side() -> None:
    sent = ferritin(valueString="critically high", interpretation=HIGH)
    assert read(sent).panel.readings["ferritin"].word == "H"


def test_a_note_is_not_read() -> None:
    noted = ferritin(valueQuantity=quantity(120, unit="ng/mL"), note=[{"text": "12500 ng/mL, high"}])
    assert interval(noted, "ferritin")[0] == "[120, 120]"


@pytest.mark.parametrize("length", [1_000, 32_000, pytest.param(128_000, marks=pytest.mark.slow)])
def test_a_text_of_any_length_costs_no_more_than_its_length(length: int) -> None:
    for said in (f"1{' ' * length}x", " " * length, "&gt;" * (length // 4), "1 UCUM " * (length // 7), "9" * length):
        for sent in (
            ferritin(valueString=said),
            ferritin(valueQuantity={"value": said, "unit": said, "comparator": said}),
            ferritin(valueCodeableConcept={"text": said, "coding": [{"display": said, "code": said}]}),
            ferritin(
                interpretation=[{"text": said}], referenceRange=[RANGE[0] | {"text": said, "type": {"text": said}}]
            ),
            ferritin(valueInteger=Decimal(5), effectiveDateTime=said, issued=said),
        ):
            begun = process_time()
            read(sent)
            assert process_time() - begun < 0.5  # 125 ms for each kB in version 1
