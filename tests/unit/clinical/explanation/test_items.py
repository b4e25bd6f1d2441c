"""Every item says why: what came, in which unit it was compared, and what a word or a missing test comes to."""

from decimal import Decimal
from typing import Any

import pytest

from service.clinical.measurement.interval import MET, NOT_MET, UNKNOWN
from tests.support.results import NO_RANGE, WORD_ALONE, item_of, result_of

CRITERIA_2016 = "eular-acr-printo-2016"


def reason(key: str, *path: str, **request: Any) -> str:
    return item_of(result_of(key, **request), *path).reason


@pytest.mark.parametrize(
    ("observation", "sent", "sentence"),
    [
        ("platelets", "116 10*9/L", "116 is at or below 181"),
        ("platelets", "182 10*9/L", "182 is above 181"),
        ("platelets", "<100 10*9/L", "anything below 100 is at or below 181"),
        ("platelets", "<=100 10*9/L", "anything at or below 100 is at or below 181"),
        ("platelets", ">400 10*9/L", "anything above 400 is above 181"),
        ("platelets", "116 K/uL", "116 10*3/uL (116 10*9/L) is at or below 181 10*9/L"),
        ("platelets", "<1 lakh/mm3", "anything below 1 lakh/mm3 (anything below 100 10*9/L) is at or below 181 10*9/L"),
        ("ferritin", ">10000 ug/L", "anything above 10000 ug/L (anything above 10000 ng/mL) is above 684 ng/mL"),
        ("ferritin", ">=10000 ng/mL", "anything at or above 10000 is above 684"),
        ("ferritin", "<500 ng/mL", "anything below 500 is at or below 684"),
        ("ast", "0.5 ukat/L", "0.5 ukat/L (30 U/L) is at or below 48 U/L"),
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
        ("platelets", "H", NOT_MET, ": anything above 350 is above 181"),
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
            "body temperature: anything below 37 is below 38",
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
    assert [(item.id, item.reason) for item in fever.items] == [
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
    assert [item.reason for item in infant.items] == ["95 is below 100", "0.05 y (18.2625 d) is below 28 d"]


@pytest.mark.parametrize(
    ("key", "path", "observation"),
    [
        (CRITERIA_2016, ("platelets",), "platelets"),
        ("ms-score", ("ldh",), "ldh"),
        ("ferritin-esr-ratio", ("ferritin",), "ferritin"),
        ("hscore", ("ferritin",), "ferritin"),
    ],
)
def test_what_was_sent_and_not_read_is_not_called_unreported(key: str, path: tuple[str, ...], observation: str) -> None:
    request = {"observations": {observation: "12500 H"}, "findings": {"active_arthritis": True}}
    told = reason(key, *path, options={"on_invalid": "omit"}, **request)
    assert "was sent but could not be read" in told
    assert "not reported" not in told


def test_a_finding_that_was_sent_and_not_read_is_not_called_unreported() -> None:
    findings = {"fever": "yes", "splenomegaly": True}
    assert (
        reason("hlh-2004", "fever", options={"on_invalid": "omit"}, findings=findings)
        == "was sent but could not be read"
    )


def test_a_size_that_was_sent_and_not_read_is_not_called_unmeasured() -> None:
    request = {"observations": {"liver_below_costal_margin": "5 furlong"}, "findings": {"hepatomegaly": True}}
    told = reason("ravelli-2005", "liver_below_costal_margin", options={"on_invalid": "omit"}, **request)
    assert told.endswith("is present, but it was sent but could not be read")


def test_what_was_not_sent_stays_unreported_beside_what_was_not_read() -> None:
    request = {"observations": {"platelets": "95 x"}, "findings": {"fever": True}}
    assert reason(CRITERIA_2016, "ast", options={"on_invalid": "omit"}, **request) == "not reported"
