"""One panel through the house: which sets are evaluated, which are listed, and which tests are suggested."""

from dataclasses import replace
from typing import Any

import pytest

from service.clinical.assessment.assess import DISCLAIMER, assess
from service.clinical.assessment.suggestions import WATCH_LIST, Suggestion
from service.clinical.criteria import CATALOGUE
from service.clinical.panel.panel import Panel
from tests.support.panels import panel_of
from tests.support.results import assessed


def listed(*criteria: str, **request: Any) -> list[str]:
    return [result.criteria.id for result in assessed(*criteria, **request).results]


def suggested(*criteria: str, **request: Any) -> list[str]:
    return [suggestion.observation for suggestion in assessed(*criteria, **request).suggestions]


def test_without_a_choice_every_set_is_listed_in_the_order_of_the_contract() -> None:
    assert listed(findings={"fever": True}) == list(CATALOGUE)


def test_only_the_sets_asked_for_are_listed_in_the_order_of_the_contract() -> None:
    assert listed("hscore", "ms-score", context={"condition": "sjia"}, findings={"fever": True}) == [
        "ms-score",
        "hscore",
    ]


def test_the_category_rests_on_the_sets_it_needs_whatever_was_asked_for() -> None:
    request_: dict[str, Any] = {
        "context": {"condition": "sjia"},
        "findings": {"fever": True, "cns_dysfunction": True},
        "observations": {"ferritin": "905 ug/L", "platelets": "116 10*9/L"},
    }
    alone, all_ = assessed("ohi-index", **request_), assessed(**request_)
    assert alone.classification.category == all_.classification.category
    basis, whole = alone.classification.basis, all_.classification.basis
    assert [(result.criteria.id, result.verdict, result.missing) for result in basis] == [
        (result.criteria.id, result.verdict, result.missing) for result in whole
    ]
    assert alone.summary == all_.summary
    assert [result.criteria.id for result in alone.results] == ["ohi-index"]


SETTLES = "by itself it could settle the 2016 criteria"


def test_what_would_decide_the_leading_set_is_suggested_first_each_test_once() -> None:
    request_: dict[str, Any] = {"context": {"condition": "sjia"}, "findings": {"fever": True}}
    found = assessed(**request_, observations={"ferritin": "905 ug/L", "platelets": "116 10*9/L"}).suggestions
    sets = ("eular-acr-printo-2016", "ms-score", "ravelli-2005")
    why = "by itself it could settle the 2016 criteria and 2 more"
    assert found[0] == Suggestion("fibrinogen", "3255-7", why, sets)
    assert [test.observation for test in found[:3]] == ["fibrinogen", "ast", "triglycerides"]
    assert [len(test.decides) for test in found[:3]] == [3, 2, 1]
    names = [test.observation for test in found]
    assert len(names) == len(set(names))


def test_serial_tests_that_are_missing_follow_and_those_measured_do_not() -> None:
    request_: dict[str, Any] = {"context": {"condition": "jsle"}, "findings": {"fever": True}}
    observations = {"ferritin": "905 ug/L", "ast": "90 U/L"}
    found = assessed("parodi-2009", **request_, observations=observations).suggestions
    assert [test.observation for test in found] == [key for key in WATCH_LIST if key not in observations]
    assert {(test.why, test.decides, test.follow) for test in found} == {("", (), True)}


def test_a_test_that_decides_a_set_not_made_for_the_patient_is_not_suggested_for_it() -> None:
    request_: dict[str, Any] = {"context": {"condition": "sjia"}, "observations": {"scd25": "9000 U/mL"}}
    assert "ferritin" in assessed("ohi-index", **request_).results[0].decisive
    assert not [test for test in assessed(**request_).suggestions if "ohi-index" in test.decides]


def test_a_result_in_words_alone_is_still_suggested() -> None:
    assert "crp" in suggested(observations={"crp": {"interpretation": "H"}})
    assert "crp" not in suggested(observations={"crp": "120 mg/L"})


def test_a_test_is_suggested_with_the_first_of_its_codes() -> None:
    found = {suggestion.observation: suggestion.loinc for suggestion in assessed(findings={"fever": True}).suggestions}
    assert found["cxcl9"] == "98115-9"
    assert found["il18"] == "33823-6"


def test_a_finding_that_would_decide_is_no_test_to_suggest() -> None:
    observations = {"ferritin": "905 ug/L", "platelets": "116 10*9/L", "ast": "90 U/L"}
    found = assessed(context={"condition": "sjia"}, observations=observations)
    assert found.results[0].decisive == ("fever", "temperature")
    names = [suggestion.observation for suggestion in found.suggestions]
    assert names[0] == "temperature"
    assert "fever" not in names


@pytest.mark.parametrize(
    ("criteria", "first"),
    [("ohi-index", "scd25"), ("ravelli-2005", "platelets"), ("ferritin-esr-ratio", "esr"), ("mh-score", "hemoglobin")],
)
def test_without_a_leading_set_those_asked_for_suggest(criteria: str, first: str) -> None:
    request_ = {"findings": {"cns_dysfunction": True}, "observations": {"ferritin": "1500 ug/L"}}
    assert suggested(criteria, **request_)[0] == first


def test_an_assessment_keeps_its_panel_and_the_same_panel_gives_the_same() -> None:
    panel = panel_of(context={"condition": "sjia"}, findings={"fever": True}, observations={"ferritin": "905 ug/L"})
    found = assess(panel)
    assert found.panel is panel
    assert assess(panel) == found


def test_an_assessment_is_finished_and_a_brief_one_lacks_only_its_items() -> None:
    panel = panel_of(
        context={"condition": "sjia", "medications": [{"name": "tocilizumab"}]},
        observations={"ferritin": "905 ug/L", "triglycerides": "300 mg/dL"},
    )
    full, brief = assess(panel), assess(panel, brief=True)
    assert [result.criteria.id for result in full.results if not result.items] == [
        *("parodi-2009", "ohi-index"),
        *("clupus-ferritin-2021", "mals-ferritin-2017"),
    ]
    assert brief.results == tuple(result.explained(()) for result in full.results)
    assert replace(brief, results=(), classification=full.classification) == replace(full, results=())
    assert [caution.code for caution in full.cautions] == ["il6_blockade"]
    assert [warning.code for warning in full.warnings] == ["fasting_unknown"]


def test_an_empty_panel_is_indeterminate_and_lacks_everything() -> None:
    found = assess(Panel())
    assert found.classification.category == "indeterminate"
    assert set(WATCH_LIST) <= {suggestion.observation for suggestion in found.suggestions}
    assert (found.cautions, found.warnings) == ((), ())


def test_the_disclaimer_says_aid_and_not_to_wait() -> None:
    assert "not a diagnosis" in DISCLAIMER
    assert "Do not delay treatment" in DISCLAIMER


OPEN_2016: dict[str, Any] = {"context": {"condition": "sjia"}, "findings": {"fever": True}}


def named_tests(criteria: str = "", **observations: Any) -> dict[str, Suggestion]:
    """Return the tests that could settle a set, by observation."""
    found = assessed(*[criteria] if criteria else [], **OPEN_2016 | {"observations": observations})
    return {suggestion.observation: suggestion for suggestion in found.suggestions if suggestion.decides}


@pytest.mark.parametrize("ferritin", [">12500 ug/L", ">684 ug/L", "<500 ug/L", "905 ug/L"])
def test_a_bound_that_settles_the_leading_set_is_an_answer(ferritin: str) -> None:
    asked = named_tests(ferritin=ferritin, platelets="100 10*9/L").get("ferritin")
    assert asked is None or "eular-acr-printo-2016" not in asked.decides


@pytest.mark.parametrize(
    "platelets", [{"interpretation": "L"}, {"interpretation": "L", "reference_range": {"low": 150, "unit": "10*9/L"}}]
)
def test_a_word_that_settles_a_limit_is_an_answer(platelets: Any) -> None:
    asked = named_tests(ferritin="905 ug/L", platelets=platelets).get("platelets")
    assert asked is None or "eular-acr-printo-2016" not in asked.decides


def test_a_bound_that_leaves_a_limit_open_is_suggested_with_that_reason() -> None:
    found = named_tests(ferritin=">500 ug/L", platelets="100 10*9/L", ast="90 U/L")["ferritin"]
    assert found.is_known_in_part
    assert found.why.startswith("its result leaves the 2016 criteria open; an exact number could settle")
    worded = named_tests(ferritin={"interpretation": "H"}, platelets="100 10*9/L", ast="90 U/L")["ferritin"]
    assert "open; a number could settle" in worded.why
