"""Every item of a score says what it counts: its points, its weight and what that gives, or what is divided."""

from decimal import Decimal
from typing import Any

import pytest

from service.clinical.measurement.interval import INFINITY, MET, NOT_MET, UNKNOWN, Interval, point
from tests.support.results import NO_RANGE, WORD_ALONE, item_of, result_of


@pytest.mark.parametrize(
    ("item", "request_", "points", "sentence"),
    [
        ("immunosuppression", {"findings": {"fever": True}}, (0, 18), "not reported: 0 to 18 points"),
        ("immunosuppression", {"findings": {"immunosuppression": True}}, (18, 18), "present: 18 points"),
        ("immunosuppression", {"findings": {"immunosuppression": False}}, (0, 0), "absent: 0 points"),
        ("temperature", {"findings": {"fever": False}}, (0, 0), "fever is absent, which settles it: 0 points"),
        (
            "temperature",
            {"observations": {"temperature": "38.3 Cel"}},
            (0, 0),
            "38.3 is below 38.4: 0 points",
        ),
        ("temperature", {"observations": {"temperature": "39.4 Cel"}}, (33, 33), "39.4 is at or above 38.4: 33 points"),
        ("temperature", {"observations": {"temperature": "39.5 Cel"}}, (49, 49), "39.5 is above 39.4: 49 points"),
        (
            "temperature",
            {"observations": {"temperature": "101.1 [degF]"}},
            (33, 33),
            "101.1 is at or above 101.1: 33 points",
        ),
        ("temperature", {"observations": {"temperature": "103 [degF]"}}, (49, 49), "103 is above 102.9: 49 points"),
        (
            "temperature",
            {"observations": {"temperature": "312.6 K"}},
            (49, 49),
            "312.6 K (39.45 Cel) is above 39.4 Cel: 49 points",
        ),
        (
            "ferritin",
            {"observations": {"ferritin": ">5000 ng/mL"}},
            (35, 50),
            "anything above 5000 leaves open whether it is above 6000: 35 to 50 points",
        ),
        (
            "ferritin",
            {"observations": {"ferritin": "<7000 ng/mL"}},
            (0, 50),
            "anything below 7000 leaves open whether it is at or above 2000: 0 to 50 points",
        ),
        ("fibrinogen", {"observations": {"fibrinogen": "2.6 g/L"}}, (0, 0), "2.6 is above 2.5: 0 points"),
        (
            "ast",
            {"observations": {"ast": {"interpretation": "H"}}},
            (0, 19),
            f"{WORD_ALONE.format('H')}: anything above 30 is at or above 30: 0 to 19 points",
        ),
        ("organomegaly", {"findings": {"hepatomegaly": True}}, (23, 38), "1 of 2 met, 1 unknown: 23 to 38 points"),
        (
            "organomegaly",
            {"findings": {"hepatomegaly": True, "splenomegaly": False}},
            (23, 23),
            "1 of 2 met: 23 points",
        ),
        ("cytopenia", {"observations": {"hemoglobin": "90 g/L"}}, (0, 34), "1 of 3 met, 2 unknown: 0 to 34 points"),
    ],
)
def test_an_item_of_a_score_ends_with_its_points(
    item: str, request_: dict[str, Any], points: tuple[int, int], sentence: str
) -> None:
    found = item_of(result_of("hscore", **request_), item)
    assert found.points == Interval(Decimal(points[0]), Decimal(points[1]))
    assert found.reason == sentence


def test_the_bands_of_one_observation_show_its_reading_once_above() -> None:
    result = result_of("hscore", observations={"ferritin": "3000 ug/L", "hemoglobin": "90 g/L"})
    ferritin, cytopenia = item_of(result, "ferritin"), item_of(result, "cytopenia")
    assert ferritin.reading is not None
    assert ferritin.reading.reported == "3000 ug/L"
    assert [item.status for item in ferritin.items] == [MET, NOT_MET]
    assert cytopenia.reading is None


def test_the_present_age_stands_in_for_the_age_at_onset_where_it_settles_it() -> None:
    young = item_of(
        result_of("mh-score", patient={"age_years": Decimal("1.5")}, findings={"fever": True}), "age_at_onset_years"
    )
    assert (young.points, young.reason) == (
        point(Decimal(37)),
        "anything at or below 1.5 is at or below 1.6: 37 points",
    )
    older = item_of(result_of("mh-score", patient={"age_years": 10}, findings={"fever": True}), "age_at_onset_years")
    assert older.status is UNKNOWN
    assert older.reason == "anything at or below 10 leaves open whether it is at or below 1.6: 0 to 37 points"


@pytest.mark.parametrize(
    ("item", "request_", "low", "high", "sentence"),
    [
        (
            "cns_dysfunction",
            {"findings": {"cns_dysfunction": True}},
            "2.44",
            "2.44",
            "present: 2.44 at a weight of 2.44",
        ),
        ("hemorrhage", {"findings": {"hemorrhage": False}}, "0", "0", "absent: 0 at a weight of 1.54"),
        ("hemorrhage", {"findings": {"fever": True}}, "0", "1.54", "not reported: 0 to 1.54 at a weight of 1.54"),
        (
            "active_arthritis",
            {"findings": {"fever": True}},
            "-1.30",
            "0",
            "not reported: -1.3 to 0 at a weight of -1.3",
        ),
        (
            "active_arthritis",
            {"findings": {"active_arthritis": True}},
            "-1.30",
            "-1.30",
            "present: -1.3 at a weight of -1.3",
        ),
        (
            "platelets",
            {"findings": {"fever": True}},
            "-4.5",
            "-0.015",
            "not reported: -4.5 to -0.015 over the plausible range",
        ),
        ("ldh", {"observations": {"ldh": "1702 U/L"}}, "1.702", "1.702", "0.001 x 1702 U/L gives 1.702"),
        (
            "ldh",
            {"observations": {"ldh": ">3600 U/L"}},
            "3.6",
            "Infinity",
            "0.001 x anything above 3600 U/L gives 3.6 or more",
        ),
        (
            "platelets",
            {"observations": {"platelets": ">100 10*9/L"}},
            "-Infinity",
            "-0.3",
            "-0.003 x anything above 100 10*9/L gives -0.3 or less",
        ),
        (
            "fibrinogen",
            {"observations": {"fibrinogen": "3.6 g/L"}},
            "-1.44",
            "-1.44",
            "-0.004 x 3.6 g/L (360 mg/dL) gives -1.44",
        ),
        (
            "fibrinogen",
            {"observations": {"fibrinogen": {"interpretation": "L"}}},
            "-4",
            "-0.12",
            f"{WORD_ALONE.format('L')}: -4 to -0.12 over the plausible range",
        ),
        (
            "ferritin",
            {"observations": {"ferritin": {"interpretation": "N"}}},
            "0.0005",
            "10",
            f"{NO_RANGE.format('N')}: 0.0005 to 10 over the plausible range",
        ),
    ],
)
def test_a_summand_says_its_weight_and_what_it_gives(
    item: str, request_: dict[str, Any], low: str, high: str, sentence: str
) -> None:
    found = item_of(result_of("ms-score", **request_), item)
    assert found.points is not None
    assert (found.points.low, found.points.high) == (Decimal(low), Decimal(high))
    assert found.reason == sentence


def test_no_summand_gives_less_than_nothing_of_nothing() -> None:
    found = item_of(result_of("ms-score", observations={"platelets": "<100 10*9/L"}), "platelets")
    assert found.reason == "-0.003 x anything below 100 10*9/L gives -0.3 to 0"


@pytest.mark.parametrize(
    ("item", "observations", "status", "sentence"),
    [
        ("ferritin", {"ferritin": "905 ug/L"}, MET, "905 ng/mL"),
        ("ferritin", {"ferritin": ">10000 ug/L"}, UNKNOWN, "anything above 10000 ng/mL"),
        ("ferritin", {"ferritin": {"interpretation": "H"}}, UNKNOWN, WORD_ALONE.format("H")),
        ("esr", {"esr": {"interpretation": "N"}}, UNKNOWN, NO_RANGE.format("N")),
        ("esr", {"ferritin": "905 ug/L"}, UNKNOWN, "not reported"),
        ("esr", {"esr": "0 mm/h"}, UNKNOWN, "anything at or below 1 mm/h"),
        ("esr", {"esr": "<1 mm/h"}, UNKNOWN, "anything at or below 1 mm/h"),
        ("esr", {"esr": "<5 mm/h"}, UNKNOWN, "anything below 5 mm/h"),
        ("esr", {"esr": "1 mm/h"}, MET, "1 mm/h"),
    ],
)
def test_a_side_of_a_ratio_says_what_is_divided(
    item: str, observations: dict[str, Any], status: object, sentence: str
) -> None:
    found = item_of(result_of("ferritin-esr-ratio", observations=observations), item)
    assert (found.status, found.reason, found.points) == (status, sentence, None)


def test_open_ends_of_a_summand_are_open() -> None:
    found = item_of(result_of("ms-score", observations={"ldh": ">3600 U/L"}), "ldh")
    assert found.points == Interval(Decimal("3.600"), INFINITY, low_open=True, high_open=True)
