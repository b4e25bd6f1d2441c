"""Only a range that certainly is the normal one of this patient gives a word its number."""

from decimal import Decimal
from typing import Any

import pytest

from tests.support.reading import read
from tests.support.records import FERRITIN, TIME, bundle, observation, patient

IMPLIED, BY_RANGE = "implied", "measured"
CHILD, BOY, GIRL, ADULT = (
    *({"birthDate": "2014-03-01"}, {"birthDate": "2014-03-01", "gender": "male"}),
    *({"birthDate": "2014-03-01", "gender": "female"}, {"birthDate": "1980-03-01", "gender": "male"}),
)


def years(value: Any, unit: str = "a", **more: Any) -> dict[str, Any]:
    return {"value": Decimal(str(value)), "unit": unit} | more


def entry(high: int = 400, **more: Any) -> dict[str, Any]:
    return {"low": {"value": Decimal(30), "unit": "ng/mL"}, "high": {"value": Decimal(high), "unit": "ng/mL"}} | more


def evidence(ranges: list[Any], who: dict[str, Any] = CHILD, time: str | None = TIME) -> str:
    """Return how a ferritin that is high is known: by its range, or by the word alone."""
    sent = observation(FERRITIN, interpretation=[{"text": "H"}], referenceRange=ranges, effectiveDateTime=time)
    return read(bundle(patient(None) | who, sent)).panel.readings["ferritin"].evidence.value


NOT_NORMAL = [
    *({"text": words} for words in ("Critical Range", "Panic", "Therapeutic", "Alarm", "Toxic", "Treatment", "Target")),
    *(
        {"text": words}
        for words in ("pregnancy", "neonate", "1st trimester", "post-menopausal", "see note", "Kritisch")
    ),
    *(
        {"text": words}
        for words in ("> 18 years", "18-65", "Adults", "Erwachsene", "male", "Female", "children", "(18+)")
    ),
    *({"text": words} for words in ("30-4000", "30-400 g", 7, ["30-400"], "normal " * 40, "normal 30-400 in men")),
    *(
        {"type": {"coding": [{"code": kind}]}}
        for kind in ("therapeutic", "treatment", "recommended", "critical", "pre")
    ),
    *({"type": kind} for kind in ({"text": "Panic values"}, {}, {"coding": [{"code": "normal"}], "text": "critical"})),
    *({"age": age} for age in ({"low": years(18)}, {"high": years(10)}, {"low": years(13), "high": years(17)})),
    *({"age": age} for age in ({"low": years(200, "mo")}, {"high": years(28, "d")}, {"high": years(52, "wk")})),
    *(
        {"age": age}
        for age in ({"low": years(1, "furlong")}, {"low": {"value": Decimal(1)}}, {"text": "adult"}, "adult")
    ),
    *({"age": age} for age in ({"low": years(1, comparator=">")}, {"low": years(1), "high": "x"}, [years(1)])),
    *({"age": age} for age in ({"low": years(1, "a", code="d")}, {"low": {"value": "1", "unit": "a"}})),
    *({"appliesTo": [{"text": group}]} for group in ("male", "female", "pregnant", "Caucasian", "trimester 2")),
    *(
        {"appliesTo": groups}
        for groups in ([{"coding": [{"code": "248153007"}]}], [{}], ["x"], {"text": "male"}, "male")
    ),
    {"modifierExtension": [{"url": "x"}]},
]


@pytest.mark.parametrize("more", NOT_NORMAL, ids=str)
def test_a_range_that_is_not_certainly_the_patients_is_not_used(more: dict[str, Any]) -> None:
    assert evidence([entry(**more)]) == IMPLIED


NORMAL = [
    *(
        {},
        {"text": ""},
        {"text": "30-400"},
        {"text": "30 - 400 ng/mL"},
        {"text": "30.0-400.0"},
        {"text": "30-400ng/mL"},
    ),
    *(
        {"text": words}
        for words in ("Normal", "Reference range: 30 to 400 ng/mL", "Normwert", "[30 – 400]", "<= 400", "low-high")
    ),
    *({"type": kind} for kind in ({"coding": [{"code": "normal"}]}, {"text": "Normal Range"})),
    *({"age": age} for age in ({"low": years(1)}, {"low": years(1), "high": years(18)}, {"high": years(216, "mo")})),
    *({"age": age} for age in ({"low": years(300, "d", code="d")}, {"low": years(0), "high": years(12.9, "Jahre")})),
    *({"age": None}, {"appliesTo": []}, {"age": {"low": years(52, "weeks")}}),
]


@pytest.mark.parametrize("more", NORMAL, ids=str)
def test_a_range_that_is_the_patients_is_used(more: dict[str, Any]) -> None:
    assert evidence([entry(**more)]) == BY_RANGE


FITS = [
    (BOY, {"appliesTo": [{"coding": [{"code": "248153007"}]}]}, BY_RANGE),
    (BOY, {"appliesTo": [{"coding": [{"code": "M", "display": "Male"}]}]}, BY_RANGE),
    (BOY, {"appliesTo": {"text": "male"}}, BY_RANGE),
    (GIRL, {"appliesTo": [{"text": "male"}]}, IMPLIED),
    (BOY, {"appliesTo": [{"text": "male"}, {"text": "female"}]}, IMPLIED),
    (BOY, {"appliesTo": [{"text": "male"}, {"text": "pregnant"}]}, IMPLIED),
    (BOY, {"text": "Male: 30-400"}, BY_RANGE),
    (GIRL, {"text": "Male: 30-400"}, IMPLIED),
    (ADULT, {"text": "Adults"}, BY_RANGE),
    (ADULT, {"text": "adult male (30-400 ng/mL)"}, BY_RANGE),
    (ADULT, {"age": {"low": years(18)}}, BY_RANGE),
    ({}, {"age": {"low": years(18)}}, IMPLIED),
    ({"birthDate": "9999-12-31"}, {"age": {"low": years(0)}}, IMPLIED),
    ({"birthDate": "2014"}, {"age": {"low": years(11), "high": years(13)}}, BY_RANGE),
    ({"birthDate": "2014"}, {"age": {"high": years(12.5)}}, IMPLIED),
]


@pytest.mark.parametrize(("who", "more", "expected"), FITS)
def test_a_range_for_some_is_used_for_those_who_are_known_to_be_of_them(
    who: dict[str, Any], more: dict[str, Any], expected: str
) -> None:
    assert evidence([entry(**more)], who) == expected


def test_without_a_time_the_age_at_the_test_is_not_known() -> None:
    of_age = [entry(age={"low": years(1)})]
    assert evidence(of_age) == BY_RANGE
    assert evidence(of_age, time=None) == evidence(of_age, time="2026") == IMPLIED


@pytest.mark.parametrize(
    ("ranges", "limit"),
    [
        ([entry(400, text="Male"), entry(150, text="Female")], 150),
        ([entry(400, appliesTo=[{"text": "male"}]), entry(150, appliesTo=[{"text": "female"}])], 150),
        ([entry(400), entry(1000, text="Critical Range")], 400),
        ([entry(400), entry(150, age={"high": years(18)})], 150),
        ([entry(400), entry(700, age={"low": years(18)})], 400),
        ([entry(400), entry(400)], 400),
        ([entry(400), entry(300)], 140),
        ([entry(150, age={"high": years(18)}), entry(160, text="female")], 140),
        ([entry(1000, text="Panic"), entry(700, text="Adults")], 140),
    ],
)
def test_of_several_ranges_the_one_that_certainly_fits_counts_or_none(ranges: list[Any], limit: int) -> None:
    sent = observation(FERRITIN, interpretation=[{"text": "H"}], referenceRange=ranges)
    reading = read(bundle(patient(None) | GIRL, sent)).panel.readings["ferritin"]
    assert reading.interval.low == limit


def test_a_range_that_is_not_used_says_nothing_of_a_number() -> None:
    critical = [entry(1000, text="Critical Range")]
    sent = observation(FERRITIN, 12500, "ng/mL", interpretation=[{"text": "N"}], referenceRange=critical)
    reading = read(bundle(patient(), sent)).panel.readings["ferritin"]
    assert (reading.interval.low, reading.reference) == (12500, None)
