"""The answer to POST /v1/assessments: the shape of the contract, and every number in its place."""

from decimal import Decimal
from typing import Any

import pytest

from service import __version__
from service.api.problems import Entry
from service.api.response.assessment import assessment_document, result_document
from service.api.response.items import Results
from service.clinical.assessment.assess import DISCLAIMER, assess
from service.clinical.criteria import CATALOGUE, DIGEST, ORDER
from service.server.messages.strict_json import dumps, loads
from tests.support.documents import answer_to, set_of
from tests.support.panels import panel_of

PATIENT: dict[str, Any] = {
    "patient": {"age_years": 10},
    "context": {"condition": "sjia", "medications": [{"name": "anakinra"}], "confounders": ["itp"]},
    "observations": {"ferritin": "905 ug/L", "platelets": "116 10*9/L", "fibrinogen": {"interpretation": "L"}},
    "findings": {"fever": True},
}


def test_an_answer_has_the_members_of_the_contract_in_its_order() -> None:
    document = answer_to(**PATIENT)
    assert list(document) == [
        *("classification", "criteria", "cautions", "warnings", "suggested_tests", "disclaimer", "meta")
    ]
    assert [criteria_set["id"] for criteria_set in document["criteria"]] == list(CATALOGUE)
    assert document["disclaimer"] == DISCLAIMER
    assert document["meta"] == {"service_version": __version__, "criteria_digest": DIGEST}


def test_the_classification_names_its_ground() -> None:
    found = answer_to(**PATIENT)["classification"]
    assert (found["category"], found["primary"]) == ("probable", "eular-acr-printo-2016")
    assert found["summary"].startswith("MAS is probable")
    assert found["basis"] == [
        {"criteria": "eular-acr-printo-2016", "verdict": "indeterminate", "verdict_implied": "met"},
        {"criteria": "ravelli-2005", "verdict": "indeterminate", "verdict_implied": "met"},
    ]


def test_without_a_condition_the_leading_set_is_null() -> None:
    assert answer_to(findings={"fever": True})["classification"]["primary"] is None


def test_criteria_show_their_parts_and_their_count() -> None:
    found = set_of("eular-acr-printo-2016", **PATIENT)
    assert {key: found[key] for key in ("version", "applicability", "verdict", "verdict_implied")} == {
        "version": "1.0.0",
        "applicability": "applicable",
        "verdict": "indeterminate",
        "verdict_implied": "met",
    }
    laboratory = {"met": 1, "not_met": 0, "unknown": 3, "required": 2}
    assert found["parts"] == [
        {
            "id": "entry",
            "verdict": "met",
            "verdict_implied": "met",
            "count": {"met": 1, "not_met": 0, "unknown": 0, "required": 1},
        },
        {"id": "laboratory", "verdict": "indeterminate", "verdict_implied": "met", "count": laboratory},
    ]
    assert found["count"] == laboratory
    assert found["missing"] == found["decisive"] == ["ast", "triglycerides", "fibrinogen"]
    assert found["references"][0]["doi"] == "10.1136/annrheumdis-2015-208982"
    assert "score" not in found
    assert "probability" not in found


def test_a_part_of_which_nothing_is_counted_has_no_count() -> None:
    assessment = assess(panel_of(**PATIENT), ["eular-acr-printo-2016"])
    (result,) = assessment.results
    uncounted = result._replace(parts=tuple(part._replace(count=None) for part in result.parts))
    shown = result_document(uncounted, Results(assessment.panel))["parts"]
    assert [set(criteria) for criteria in shown] == [{"id", "verdict", "verdict_implied"}] * 2


def test_the_verdict_without_confounders_stands_only_where_one_was_named() -> None:
    assert set_of("eular-acr-printo-2016", **PATIENT)["verdict_without_confounded"] == "indeterminate"
    assert "verdict_without_confounded" not in set_of("hscore", **PATIENT)
    assert "verdict_without_confounded" not in set_of("eular-acr-printo-2016", findings={"fever": True})


def test_a_score_shows_both_ends_its_cut_off_and_what_words_imply() -> None:
    found = set_of("ms-score", **PATIENT)
    assert found["score"] == {
        "min": Decimal("-5.4775"),
        "max": Decimal("13.6025"),
        "cutoff": Decimal("-2.1"),
        "comparator": ">=",
        "implied": {"min": Decimal("-2.2775"), "max": Decimal("13.7225")},
    }
    assert "parts" not in found
    assert "count" not in found
    assert "probability" not in found


def test_an_open_end_of_a_score_is_null() -> None:
    found = set_of("ferritin-esr-ratio", observations={"ferritin": ">10000 ug/L", "esr": "10 mm/h"})
    assert (found["verdict"], found["score"]["min"], found["score"]["max"]) == ("met", 1000, None)


def test_a_probability_stands_at_both_ends_with_its_relation() -> None:
    assert set_of("hscore", findings={"fever": True})["probability"] == {
        "min": {"percent": 1, "relation": "<", "interpolated": False},
        "max": {"percent": 99, "relation": ">", "interpolated": False},
    }
    known = {"immunosuppression": True, "hepatomegaly": True, "splenomegaly": True, "hemophagocytosis": False}
    observations = {
        "temperature": "39.5 Cel",
        "hemoglobin": "92 g/L",
        "platelets": "110 10*9/L",
        "wbc": "5 10*9/L",
        "ferritin": "1999 ng/mL",
        "triglycerides": "1.49 mmol/L",
        "fibrinogen": "2.5 g/L",
        "ast": "29 U/L",
    }
    found = set_of("hscore", findings=known, observations=observations)
    assert (found["score"]["min"], found["score"]["max"], found["verdict"]) == (169, 169, "met")
    end = {"percent": Decimal("52.6"), "relation": "=", "interpolated": True}
    assert found["probability"] == {"min": end, "max": end}


def test_a_caution_carries_its_sources() -> None:
    caution = answer_to(**PATIENT)["cautions"][0]
    assert (caution["code"], caution["severity"]) == ("il1_blockade", "info")
    assert [reference["doi"] for reference in caution["references"]] == ["10.1002/acr.23277"]


def test_a_warning_points_at_its_value() -> None:
    warning = answer_to(observations={"triglycerides": "2 mmol/L"})["warnings"]
    assert [(warned["code"], warned["pointer"]) for warned in warning] == [
        ("fasting_unknown", "/observations/triglycerides")
    ]
    assert warning[0]["message"].endswith(".")


def test_what_was_left_out_comes_first_among_the_warnings() -> None:
    assessment = assess(panel_of(observations={"triglycerides": "2 mmol/L"}))
    entry = Entry(("observations", "a/b"), "unknown_field", "This field is not known here.")
    document = loads(dumps(assessment_document(assessment, [entry])))
    assert document["warnings"][0] == {
        "code": "unknown_field",
        "pointer": "/observations/a~1b",
        "message": "Left out, counts as unknown. This field is not known here.",
    }
    assert document["warnings"][1]["code"] == "fasting_unknown"


def test_a_suggested_test_has_its_code() -> None:
    found = {test["observation"]: test for test in answer_to(**PATIENT)["suggested_tests"]}
    assert found["ast"] == {
        "observation": "ast",
        "loinc": "1920-8",
        "decides": ["eular-acr-printo-2016", "ravelli-2005"],
        "follow": True,
        "why": "AST: by itself it could settle the 2016 criteria and 1 more",
    }
    assert found["cxcl9"]["loinc"] == "98115-9"


def test_no_sentence_about_a_suggested_test_is_said_twice() -> None:
    tests = answer_to(**PATIENT)["suggested_tests"]
    assert [test["why"] is None for test in tests] == [not test["decides"] for test in tests]
    said = [test["why"] for test in tests if test["why"]]
    assert len(said) == len(set(said)) > 1


@pytest.mark.parametrize("key", ORDER)
def test_every_item_of_every_set_says_why(key: str) -> None:
    def reasons(items: list[dict[str, Any]]) -> list[str]:
        return [text for item in items for text in (item["reason"], *reasons(item.get("items", [])))]

    for request in (PATIENT, {"findings": {"fever": True}}):
        assert all(reasons(set_of(key, **request)["items"]))
