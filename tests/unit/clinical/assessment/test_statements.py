"""Statements beside results: each where all its grounds hold and nowhere else; none changes a category."""

from typing import Any

import pytest

from service.clinical.assessment.statements import OF_COURSES, STATEMENTS, fall_of, statements
from service.clinical.data.toml_reader import BadData
from service.clinical.measurement.interval import Verdict
from tests.support.panels import panel_of
from tests.support.results import assessed

ADULT, CHILD = {"age_years": 40}, {"age_years": 10}
REPLACED = {"confounders": ["fibrinogen_replacement"]}
MET_BESIDE = {"platelets": "80 10*9/L", "ast": "90 U/L"}


def told(**request: Any) -> list[str]:
    return [statement.id for statement in statements(panel_of(**{"findings": {"fever": True}} | request))]


def with_range(value: float, unit: str, high: float, **more: Any) -> dict[str, Any]:
    return {"value": value, "unit": unit, "reference_range": {"low": 2, "high": high, "unit": unit}, **more}


def from_low(value: float, unit: str, low: float) -> dict[str, Any]:
    """Return a result with the lower end of a range alone."""
    return {"value": value, "unit": unit, "reference_range": {"low": low, "unit": unit}}


SAID: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "ferritin_not_specific": (
        [
            {"patient": ADULT, "observations": {"ferritin": "50000.1 ug/L"}},
            {"patient": ADULT, "context": {"condition": "other"}, "observations": {"ferritin": ">100000 ng/mL"}},
            {"patient": ADULT, "context": {"condition": "sepsis"}, "observations": {"ferritin": "200 nmol/L"}},
        ],
        [
            {"patient": ADULT, "observations": {"ferritin": "50000 ug/L"}},
            {"patient": ADULT, "observations": {"ferritin": ">40000 ug/L"}},
            {"patient": CHILD, "observations": {"ferritin": "60000 ug/L"}},
            {"observations": {"ferritin": "60000 ug/L"}},
            {"patient": ADULT, "context": {"condition": "sjia"}, "observations": {"ferritin": "60000 ug/L"}},
            {"patient": ADULT},
        ],
    ),
    "fibrinogen_replaced": ([{"context": REPLACED}], [{"context": {"confounders": ["itp"]}}]),
    "fibrinogen_high": (
        [
            {"observations": {"fibrinogen": with_range(4.2, "g/L", 4)}},
            {"observations": {"fibrinogen": {"interpretation": "H"}}},
            {"observations": {"fibrinogen": {"value": 581, "unit": "mg/dL", "interpretation": "HH"}}},
        ],
        [
            {"observations": {"fibrinogen": "420 mg/dL"}},
            {"observations": {"fibrinogen": "900 mg/dL"}},
            {"observations": {"fibrinogen": {"interpretation": "N"}}},
            {"observations": {"fibrinogen": from_low(581, "mg/dL", 200)}},
            {"observations": {"fibrinogen": with_range(4.2, "g/L", 4)}, "context": REPLACED},
            {"observations": {"fibrinogen": with_range(4, "g/L", 4)}},
            {"observations": {"fibrinogen": with_range(3.5, "g/L", 4, comparator=">")}},
        ],
    ),
    "il18_assays": ([{"observations": {"il18": "900 pg/mL"}}], [{"observations": {"crp": "9 mg/L"}}]),
    "cxcl9_outcome": (
        [
            {"patient": ADULT, "observations": {"cxcl9": "16100 pg/mL"}},
            {"patient": ADULT, "observations": {"cxcl9": "17 ng/mL"}},
        ],
        [
            {"patient": ADULT, "observations": {"cxcl9": "16099 pg/mL"}},
            {"patient": CHILD, "observations": {"cxcl9": "20000 pg/mL"}},
        ],
    ),
    "kawasaki_predictors": ([{"context": {"condition": "kawasaki"}}], [{"context": {"condition": "sjia"}}]),
    "hook_effect": (
        [
            {"observations": MET_BESIDE | {"ferritin": "140 ng/mL"}},
            {"observations": MET_BESIDE | {"ferritin": "<100 ug/L"}},
            {"observations": MET_BESIDE | {"ferritin": "300 pmol/L"}},
            {"observations": MET_BESIDE | {"ferritin": {"interpretation": "N"}}},
            {"observations": MET_BESIDE | {"ferritin": {"interpretation": "L"}}},
            {"observations": MET_BESIDE | {"ferritin": with_range(300, "ug/L", 400)}},
            {"observations": MET_BESIDE | {"ferritin": {"value": 250, "unit": "ug/L", "interpretation": "N"}}},
            {"observations": MET_BESIDE | {"ferritin": from_low(100, "ug/L", 15)}},
        ],
        [
            {"observations": MET_BESIDE | {"ferritin": "141 ng/mL"}},
            {"observations": MET_BESIDE | {"ferritin": with_range(500, "ug/L", 400)}},
            {"observations": MET_BESIDE | {"ferritin": from_low(5000, "ug/L", 15)}},
            {"observations": MET_BESIDE | {"ferritin": {"value": 100, "unit": "ug/L", "interpretation": "H"}}},
            {"observations": MET_BESIDE | {"ferritin": {"interpretation": "H"}}},
            {"observations": MET_BESIDE | {"ferritin": {"interpretation": "A"}}},
            {"observations": {"platelets": "80 10*9/L", "ast": "40 U/L", "ferritin": "100 ng/mL"}},
            {"observations": {"platelets": {"interpretation": "L"}, "ast": "90 U/L", "ferritin": "100 ng/mL"}},
            {"observations": MET_BESIDE},
        ],
    ),
}


def test_every_statement_is_tried_with_and_without_its_grounds() -> None:
    assert [*SAID, *OF_COURSES] == list(STATEMENTS)


@pytest.mark.parametrize("key", SAID)
def test_a_statement_stands_where_all_its_grounds_hold(key: str) -> None:
    said, unsaid = SAID[key]
    assert [request for request in said if key not in told(**request)] == []
    assert [request for request in unsaid if key in told(**request)] == []


@pytest.mark.parametrize("key", SAID)
def test_each_statement_is_a_caution_of_the_answer(key: str) -> None:
    request = {"findings": {"fever": True}} | SAID[key][0][0]
    [caution] = [caution for caution in assessed(**request).cautions if caution.code == key]
    assert (caution.severity, caution.message) == (STATEMENTS[key].severity, STATEMENTS[key].message)
    assert all(len(sentence.split()) <= 25 for sentence in caution.message.replace(": ", ". ").split(". "))


def test_a_fibrinogen_that_was_given_never_reassures() -> None:
    """Two items are met with a low fibrinogen and one without: what the patient's own would be is not known."""
    observations = {
        "ferritin": "905 ug/L",
        "platelets": "100 10*9/L",
        "ast": "20 U/L",
        "triglycerides": "1 mmol/L",
        "fibrinogen": "4 g/L",
        "esr": "60 mm/h",
    }
    findings = {"fever": True} | dict.fromkeys(
        ["hepatomegaly", "splenomegaly", "cns_dysfunction", "hemorrhage", "hemophagocytosis", "immunosuppression"],
        False,
    )
    request: dict[str, Any] = {"observations": observations | {"wbc": "9 10*9/L"}, "findings": findings}
    plain = assessed(**request, context={"condition": "sjia"})
    given = assessed(**request, context={"condition": "sjia"} | REPLACED)
    assert (plain.classification.category, given.classification.category) == ("unlikely", "indeterminate")
    assert given.results[0].verdict_without_confounded is Verdict.UNKNOWN
    assert "does not reassure" in given.summary


def test_in_a_linear_score_too_a_fibrinogen_that_was_given_never_reassures() -> None:
    """By the MS score alone: every other set stays not met whatever the fibrinogen was."""
    absent = ["cns_dysfunction", "hemorrhage", "hepatomegaly", "splenomegaly", "hemophagocytosis", "immunosuppression"]
    observations = {
        "ferritin": "600 ng/mL",
        "platelets": "290 10*9/L",
        "ldh": "600 U/L",
        "fibrinogen": "4 g/L",
        "ast": "20 U/L",
        "wbc": "9 10*9/L",
        "triglycerides": "1 mmol/L",
        "hemoglobin": "130 g/L",
        "neutrophils": "5 10*9/L",
    }
    findings = {"fever": True, "active_arthritis": True, "low_or_absent_nk_activity": False}
    request: dict[str, Any] = {"observations": observations, "findings": findings | dict.fromkeys(absent, False)}
    plain = assessed(**request, context={"condition": "sjia"})
    given = assessed(**request, context={"condition": "sjia"} | REPLACED)
    assert (plain.classification.category, given.classification.category) == ("unlikely", "indeterminate")
    [score] = [result for result in given.results if result.criteria.id == "ms-score"]
    assert (score.verdict, score.verdict_without_confounded) == (Verdict.NOT_MET, Verdict.UNKNOWN)
    assert [item.id for item in score.items if item.confounded] == ["fibrinogen"]


def test_a_statement_that_names_no_fall_has_none() -> None:
    with pytest.raises(BadData, match="three_fs: the key 'fall' is missing"):
        fall_of("three_fs")
