"""What changes ask for: a fall of ferritin of more than 90 %, in sepsis one of less than 15 % by day 3, the three Fs."""

from typing import Any

import pytest

from tests.unit.clinical.course.test_events import course


def codes(*ferritin: Any, condition: str = "sjia") -> list[str]:
    panels = [
        {"context": {"condition": condition}, "findings": {"fever": True}, "observations": {"ferritin": amount}}
        for amount in ferritin
    ]
    return [caution.code for caution in course(*panels).cautions]


@pytest.mark.parametrize(
    ("ferritin", "is_said"),
    [
        (("105000 ug/L", "1310 ug/L"), True),
        (("1000 ug/L", "100 ug/L"), False),
        (("1000 ug/L", "99.9 ug/L"), True),
        ((">10000 ug/L", "900 ug/L"), True),
        (("10000 ug/L", "<1200 ug/L"), False),
        (("10000 ug/L", "5000 ug/L", "600 ug/L"), False),
        (("100 ug/L", "9000 ug/L"), False),
    ],
)
def test_a_ferritin_that_all_but_disappears_asks_for_a_dilution(ferritin: tuple[str, ...], is_said: bool) -> None:
    assert ("hook_effect_in_course" in codes(*ferritin)) is is_said


@pytest.mark.parametrize(
    ("ferritin", "is_said"),
    [
        (("10000 ug/L", "9000 ug/L", "8501 ug/L"), True),
        (("10000 ug/L", "9000 ug/L", "8500 ug/L"), False),
        (("10000 ug/L", "9000 ug/L", "7000 ug/L", "12000 ug/L"), True),
        (("10000 ug/L", "9000 ug/L", "9000 ug/L", "5000 ug/L"), False),
        (("10000 ug/L", "9900 ug/L"), False),
        (("10000 ug/L", None, {"interpretation": "H"}), False),
        (("10000 ug/L",), False),
        ((None, None), False),
    ],
)
def test_in_sepsis_a_ferritin_that_hardly_falls_by_day_3_is_named(ferritin: tuple[Any, ...], is_said: bool) -> None:
    assert ("mals_kinetics" in codes(*ferritin, condition="sepsis")) is is_said
    assert "mals_kinetics" not in codes(*ferritin)


def test_platelets_of_a_published_boy_fell_by_91_percent_in_16_days() -> None:
    """PMC5136770: 1,090,000 on day 13, 98,000 on day 29."""
    quiet = [{"findings": {"fever": True}}] * 15
    first = {"observations": {"platelets": "1090000 /uL"}}
    told = course(first, *quiet, {"observations": {"platelets": "98000 /uL"}})
    assert [change.text for change in told.changes] == [
        "Platelet count fell from 1090000 to 98000 /uL (-91 %) in 16 days"
    ]


RISEN = {"ferritin": "900 ug/L", "platelets": "200 10*9/L"}
RAISED = {"value": 300, "unit": "ug/L", "reference_range": {"high": 150, "unit": "ug/L"}}


@pytest.mark.parametrize(
    ("last", "is_said"),
    [
        ({"findings": {"fever": True}, "observations": RISEN}, True),
        ({"findings": {}, "observations": RISEN | {"temperature": "100.4 [degF]"}}, True),
        ({"findings": {"fever": True}, "observations": RISEN | {"ferritin": RAISED}}, True),
        ({"findings": {"fever": True}, "observations": {"ferritin": "900 ug/L", "hemoglobin": "99 g/L"}}, True),
        ({"findings": {"fever": False}, "observations": RISEN | {"temperature": "39 Cel"}}, False),
        ({"findings": {}, "observations": RISEN | {"temperature": "37.9 Cel"}}, False),
        ({"findings": {}, "observations": RISEN}, False),
        ({"findings": {"fever": True}, "observations": RISEN | {"ferritin": "300 ug/L"}}, False),
        ({"findings": {"fever": True}, "observations": {"platelets": "200 10*9/L"}}, False),
        ({"findings": {"fever": True}, "observations": RISEN | {"platelets": "400 10*9/L"}}, False),
        ({"findings": {"fever": True}, "observations": {"ferritin": "900 ug/L"}}, False),
    ],
)
def test_fever_falling_counts_and_raised_ferritin_ask_for_cheap_tests(last: dict[str, Any], is_said: bool) -> None:
    first = {"observations": {"ferritin": "400 ug/L", "platelets": "300 10*9/L", "hemoglobin": "110 g/L"}}
    assert ("three_fs" in [caution.code for caution in course(first, last).cautions]) is is_said
