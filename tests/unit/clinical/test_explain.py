"""Every item says why: what came, in which unit it was compared, and what a word or a missing test comes to."""

from decimal import Decimal
from typing import Any

import pytest

from service.clinical.interval import INFINITY, MET, NOT_MET, UNKNOWN, Interval, point
from tests.unit.clinical.results import item_of, result_of, statuses

CRITERIA_2016 = "eular-acr-printo-2016"
WORD_ALONE = "reported only as '{}', which counts for the implied verdict alone"
NO_RANGE = "reported as '{}' without a usable reference range, which proves nothing here"


def reason(key: str, *path: str, **request: Any) -> str:
    return item_of(result_of(key, **request), *path).reason


@pytest.mark.parametrize(
    ("observation", "sent", "sentence"),
    [
        ("platelets", "116 10*9/L", "116 is at or below 181"),
        ("platelets", "182 10*9/L", "182 is not at or below 181"),
        ("platelets", "<100 10*9/L", "anything below 100 is at or below 181"),
        ("platelets", "<=100 10*9/L", "anything at or below 100 is at or below 181"),
        ("platelets", ">400 10*9/L", "anything above 400 is not at or below 181"),
        ("platelets", "116 K/uL", "116 10*3/uL (116 10*9/L) is at or below 181 10*9/L"),
        ("platelets", "<1 lakh/mm3", "anything below 1 lakh/mm3 (anything below 100 10*9/L) is at or below 181 10*9/L"),
        ("ferritin", ">10000 ug/L", "anything above 10000 ug/L (anything above 10000 ng/mL) is above 684 ng/mL"),
        ("ferritin", ">=10000 ng/mL", "anything at or above 10000 is above 684"),
        ("ferritin", "<500 ng/mL", "anything below 500 is not above 684"),
        ("ast", "0.5 ukat/L", "0.5 ukat/L (30 U/L) is not above 48 U/L"),
        ("triglycerides", "1.77 mmol/L", "1.77 mmol/L (156.7689 mg/dL) is above 156 mg/dL"),
        ("fibrinogen", "10.58 umol/L", "10.58 umol/L (359.864 mg/dL) is at or below 360 mg/dL"),
    ],
)
def test_a_decided_item_says_the_value_the_side_and_the_limit(observation: str, sent: str, sentence: str) -> None:
    assert reason(CRITERIA_2016, observation, observations={observation: sent}) == sentence


@pytest.mark.parametrize(
    ("observation", "sent", "sentence"),
    [
        ("ferritin", "<700 ng/mL", "anything below 700 leaves open whether it is above 684"),
        (
            "platelets",
            "<2 lakh/mm3",
            "anything below 2 lakh/mm3 (anything below 200 10*9/L) leaves open whether it is at or below 181 10*9/L",
        ),
        ("triglycerides", ">150 mg/dL", "anything above 150 leaves open whether it is above 156"),
    ],
)
def test_a_censored_value_across_the_limit_leaves_it_open(observation: str, sent: str, sentence: str) -> None:
    item = item_of(result_of(CRITERIA_2016, observations={observation: sent}), observation)
    assert (item.status, item.status_implied) == (UNKNOWN, UNKNOWN)
    assert item.reason == sentence


def test_a_normal_result_is_told_by_the_ends_of_its_range() -> None:
    sent = {"interpretation": "N", "reference_range": {"low": 150, "high": 400, "unit": "10*9/L"}}
    assert reason(CRITERIA_2016, "platelets", observations={"platelets": sent}) == (
        "150 to 400 leaves open whether it is at or below 181"
    )


@pytest.mark.parametrize(
    ("observation", "word", "implied", "ending"),
    [
        (
            "fibrinogen",
            "L",
            MET,
            ": anything below 2 g/L (anything below 200 mg/dL) is at or below 360 mg/dL",
        ),
        (
            "fibrinogen",
            "H",
            UNKNOWN,
            ": anything above 3.5 g/L (anything above 350 mg/dL) leaves open whether it is at or below 360 mg/dL",
        ),
        ("platelets", "L", MET, ": anything below 150 is at or below 181"),
        ("platelets", "H", NOT_MET, ": anything above 350 is not at or below 181"),
        ("ferritin", "H", UNKNOWN, ": anything above 140 leaves open whether it is above 684"),
    ],
)
def test_a_word_alone_says_that_it_counts_for_the_implied_verdict(
    observation: str, word: str, implied: object, ending: str
) -> None:
    item = item_of(result_of(CRITERIA_2016, observations={observation: {"interpretation": word}}), observation)
    assert (item.status, item.status_implied) == (UNKNOWN, implied)
    assert item.reason == WORD_ALONE.format(word) + ending


def test_a_word_that_proves_nothing_says_so() -> None:
    observations = {"ast": {"interpretation": "N"}}
    assert reason(CRITERIA_2016, "ast", observations=observations) == NO_RANGE.format("N")


def test_a_mass_of_scd25_says_that_no_factor_leads_to_activity() -> None:
    item = item_of(result_of("ohi-index", observations={"scd25": "50 ng/mL"}), "scd25")
    assert (item.status, item.reason) == (UNKNOWN, "reported in ng/mL, which has no fixed factor to U/mL")


@pytest.mark.parametrize(
    ("finding", "status", "sentence"),
    [(True, MET, "present"), (False, NOT_MET, "absent"), (None, UNKNOWN, "not reported")],
)
def test_a_finding_is_present_absent_or_not_reported(finding: object, status: object, sentence: str) -> None:
    item = item_of(result_of("ravelli-2005", findings={"cns_dysfunction": finding, "fever": True}), "cns_dysfunction")
    assert (item.status, item.reason) == (status, sentence)


def test_what_was_not_sent_is_not_reported() -> None:
    assert reason(CRITERIA_2016, "ast", findings={"fever": True}) == "not reported"


@pytest.mark.parametrize(
    ("request_", "status", "sentence"),
    [
        ({"findings": {"fever": True}}, MET, "present"),
        ({"findings": {"fever": False}}, NOT_MET, "absent"),
        ({"observations": {"temperature": "38.0 Cel"}}, MET, "body temperature: 38 is at or above 38"),
        (
            {"observations": {"temperature": "<37 Cel"}},
            NOT_MET,
            "body temperature: anything below 37 is not at or above 38",
        ),
        (
            {"observations": {"temperature": "101 [degF]"}},
            MET,
            "body temperature: 101 [degF] (38.333 Cel) is at or above 38 Cel",
        ),
        ({"observations": {"temperature": "40 Cel"}, "findings": {"fever": False}}, NOT_MET, "absent"),
        ({"observations": {"ferritin": "1 ng/mL"}}, UNKNOWN, "not reported"),
    ],
)
def test_the_first_way_that_is_known_gives_the_reason(request_: dict[str, Any], status: object, sentence: str) -> None:
    item = item_of(result_of(CRITERIA_2016, **request_), "fever")
    assert (item.status, item.reason) == (status, sentence)


def test_a_temperature_that_was_sent_is_not_called_not_reported() -> None:
    item = item_of(result_of(CRITERIA_2016, observations={"temperature": "<39 Cel"}), "fever")
    assert item.status is UNKNOWN
    assert item.reason != "not reported"


def test_the_two_ways_to_know_one_thing_stand_below_it() -> None:
    fever = item_of(result_of(CRITERIA_2016, observations={"temperature": "39 Cel"}), "fever")
    assert [(one.id, one.reason) for one in fever.items] == [
        ("fever", "not reported"),
        ("temperature", "39 is at or above 38"),
    ]


@pytest.mark.parametrize("word", [None, {"interpretation": "H"}])
def test_an_absent_finding_settles_a_size_that_was_not_measured(word: object) -> None:
    result = result_of(
        "ravelli-2005", findings={"hepatomegaly": False}, observations={"liver_below_costal_margin": word}
    )
    item = item_of(result, "liver_below_costal_margin")
    assert (item.status, item.reason) == (NOT_MET, "hepatomegaly is absent, which settles it")


def test_a_finding_that_is_present_does_not_say_how_large() -> None:
    result = result_of("ravelli-2005", findings={"hepatomegaly": True})
    assert item_of(result, "liver_below_costal_margin").reason == "hepatomegaly is present, but it was not measured"
    assert (
        item_of(result_of("ravelli-2005", findings={"fever": True}), "liver_below_costal_margin").reason
        == "not reported"
    )
    fever = result_of("hscore", findings={"fever": True})
    assert item_of(fever, "temperature").reason == "fever is present, but it was not measured: 0 to 49 points"
    worded = result_of("ravelli-2005", observations={"liver_below_costal_margin": {"interpretation": "H"}})
    assert item_of(worded, "liver_below_costal_margin").reason == NO_RANGE.format("H")


def test_a_measured_size_counts_before_an_absent_finding() -> None:
    item = item_of(
        result_of("ravelli-2005", findings={"hepatomegaly": False}, observations={"liver_below_costal_margin": "4 cm"}),
        "liver_below_costal_margin",
    )
    assert (item.status, item.reason) == (MET, "4 is at or above 3")


@pytest.mark.parametrize(
    ("observations", "status", "sentence"),
    [
        ({"hemoglobin": "89 g/L", "platelets": "99 10*9/L"}, MET, "2 of 3 met, 1 unknown; 2 needed"),
        ({"hemoglobin": "89 g/L"}, UNKNOWN, "1 of 3 met, 2 unknown; 2 needed"),
        (
            {"hemoglobin": "100 g/L", "platelets": "100 10*9/L", "neutrophils": "1 10*9/L"},
            NOT_MET,
            "0 of 3 met; 2 needed",
        ),
    ],
)
def test_a_group_says_how_many_are_met_and_needed(observations: dict[str, str], status: object, sentence: str) -> None:
    item = item_of(result_of("hlh-2004", observations=observations), "cytopenia")
    assert (item.status, item.reason) == (status, sentence)


def test_a_group_in_which_all_count_needs_all() -> None:
    result = result_of("hlh-2004", patient={"age_years": Decimal("0.05")}, observations={"hemoglobin": "95 g/L"})
    assert item_of(result, "cytopenia", "anemia").reason == "1 of 2 met; 1 needed"
    infant = item_of(result, "cytopenia", "anemia", "neonatal_anemia")
    assert infant.reason == "2 of 2 met; 2 needed"
    assert [one.reason for one in infant.items] == ["95 is below 100", "0.05 y (18.2625 d) is below 28 d"]


def test_a_part_and_a_group_without_a_name_give_their_items_in_their_place() -> None:
    assert statuses(result_of(CRITERIA_2016, findings={"fever": True}).items) == {
        "fever": "met",
        "ferritin": "unknown",
        "platelets": "unknown",
        "ast": "unknown",
        "triglycerides": "unknown",
        "fibrinogen": "unknown",
    }


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
            "38.3 is not at or above 38.4: 0 points",
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
        ("fibrinogen", {"observations": {"fibrinogen": "2.6 g/L"}}, (0, 0), "2.6 is not at or below 2.5: 0 points"),
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
    assert [one.status for one in ferritin.items] == [MET, NOT_MET]
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
