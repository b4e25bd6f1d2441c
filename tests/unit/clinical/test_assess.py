"""One panel through the house: which sets are evaluated, which are listed, and which tests are suggested."""

from typing import Any

import pytest

from service.clinical.assessment.assess import DISCLAIMER, WATCH_LIST, Suggestion, assess
from service.clinical.criteria import CATALOGUE
from service.clinical.panel.panel import Panel
from tests.conftest import panel_of
from tests.unit.clinical.results import assessed

SERIAL = "among the tests to follow serially in the 2022 EULAR/ACR points to consider (list from expert memory)"


def listed(*criteria: str, **request: Any) -> list[str]:
    return [one.criteria.id for one in assessed(*criteria, **request).results]


def suggested(*criteria: str, **request: Any) -> list[str]:
    return [one.observation for one in assessed(*criteria, **request).suggestions]


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
    assert [(one.criteria.id, one.verdict, one.missing) for one in basis] == [
        (one.criteria.id, one.verdict, one.missing) for one in whole
    ]
    assert alone.summary == all_.summary
    assert [one.criteria.id for one in alone.results] == ["ohi-index"]


def test_what_would_decide_the_leading_set_is_suggested_first_each_test_once() -> None:
    request_: dict[str, Any] = {"context": {"condition": "sjia"}, "findings": {"fever": True}}
    found = assessed(**request_, observations={"ferritin": "905 ug/L", "platelets": "116 10*9/L"}).suggestions
    assert found[0] == Suggestion("ast", "1920-8", "by itself it could settle the 2016 criteria")
    assert [one.observation for one in found[:3]] == ["ast", "triglycerides", "fibrinogen"]
    names = [one.observation for one in found]
    assert len(names) == len(set(names))


def test_serial_tests_that_are_missing_follow_and_those_measured_do_not() -> None:
    request_: dict[str, Any] = {"context": {"condition": "jsle"}, "findings": {"fever": True}}
    found = assessed(**request_, observations={"ferritin": "905 ug/L", "ast": "90 U/L"}).suggestions
    assert [one.observation for one in found] == [key for key in WATCH_LIST if key not in ("ferritin", "ast")]
    assert {one.why for one in found} == {SERIAL}


def test_a_result_in_words_alone_is_still_suggested() -> None:
    assert "crp" in suggested(observations={"crp": {"interpretation": "H"}})
    assert "crp" not in suggested(observations={"crp": "120 mg/L"})


def test_a_test_without_a_code_is_suggested_without_one() -> None:
    found = {one.observation: one.loinc for one in assessed(findings={"fever": True}).suggestions}
    assert found["cxcl9"] == ""
    assert found["il18"] == "33823-6"


def test_a_finding_that_would_decide_is_no_test_to_suggest() -> None:
    observations = {"ferritin": "905 ug/L", "platelets": "116 10*9/L", "ast": "90 U/L"}
    found = assessed(context={"condition": "sjia"}, observations=observations)
    assert found.results[0].decisive == ("fever", "temperature")
    names = [one.observation for one in found.suggestions]
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


def test_an_assessment_is_finished_and_a_brief_one_lacks_only_its_items_and_what_is_missing() -> None:
    panel = panel_of(
        context={"condition": "sjia", "medications": [{"name": "tocilizumab"}]},
        observations={"ferritin": "905 ug/L", "triglycerides": "300 mg/dL"},
    )
    full, brief = assess(panel), assess(panel, brief=True)
    assert all(result.items for result in full.results)
    assert not any(result.items for result in brief.results)
    assert [caution.code for caution in full.cautions] == ["il6_blockade"]
    assert [warning.code for warning in full.warnings] == ["fasting_unknown"]
    assert (brief.cautions, brief.warnings, brief.summary) == (full.cautions, full.warnings, full.summary)


def test_an_empty_panel_is_indeterminate_and_lacks_everything() -> None:
    found = assess(Panel())
    assert found.classification.category == "indeterminate"
    assert set(WATCH_LIST) <= {one.observation for one in found.suggestions}
    assert (found.cautions, found.warnings) == ((), ())


def test_the_disclaimer_says_aid_and_not_to_wait() -> None:
    assert "not a diagnosis" in DISCLAIMER
    assert "Do not delay treatment" in DISCLAIMER
