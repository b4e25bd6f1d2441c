"""A row of results: the same columns for an assessment and a refusal, and no cell that a spreadsheet would run."""

from decimal import Decimal
from typing import Any

import pytest

from service.api.response.assessment import summarised_result
from service.api.response.brief_document import scored_document
from service.clinical.assessment.assess import assess
from service.cohort.intake.header import UnusableTable
from service.cohort.results import COLUMNS, header_row, result_row
from tests.support.panels import panel_of

ANSWER: dict[str, Any] = {
    "status": 200,
    "assessment": scored_document(
        assess(
            panel_of(
                observations={"ferritin": ">10000 ug/L", "esr": "10 mm/h"},
                context={"medications": [{"name": "anakinra"}]},
            )
        )
    ),
}


def cells(number: int, identity: str, answer: dict[str, Any]) -> dict[str, str]:
    return dict(zip(COLUMNS, result_row(number, identity, answer), strict=True))


def test_an_assessment() -> None:
    found = cells(7, "A", ANSWER)
    assert (found["row"], found["id"], found["status"], found["category"], found["primary"]) == (
        "7",
        "A",
        "200",
        "indeterminate",
        "",
    )
    assert (found["ferritin-esr-ratio"], found["ferritin-esr-ratio.implied"]) == ("met", "met")
    assert (found["ferritin-esr-ratio.min"], found["ferritin-esr-ratio.max"]) == ("1000", "")
    assert (found["cautions"], found["problems"]) == ("il1_blockade", "")


def test_what_is_missing_and_where_it_would_decide() -> None:
    assessment = assess(panel_of(observations={"ferritin": "905 ug/L", "platelets": "116 10*9/L"}))
    found = cells(1, "", {"status": 200, "assessment": scored_document(assessment, (), summarised_result)})
    missing = found["missing"].split(";")
    assert {"ast", "fibrinogen", "fever"} <= set(missing)
    assert len(missing) == len(set(missing))
    assert {"ferritin", "platelets"}.isdisjoint(missing)
    turning = dict(part.split(":") for part in found["decisive"].split(";"))
    expected = {result.criteria.id: ",".join(result.decisive) for result in assessment.results if result.decisive}
    assert turning == expected
    assert "temperature" in turning["eular-acr-printo-2016"].split(",")


def test_a_refusal() -> None:
    entry = {"pointer": "/observations/ferritin", "code": "unit_required", "detail": "Send the unit."}
    found = cells(1, "", {"status": 422, "problem": {"detail": "x", "errors": [entry, entry]}})
    assert found["problems"] == "; ".join(["/observations/ferritin unit_required: Send the unit."] * 2)
    listed = entry | {"accepted": ["ng/mL", "ug/L"]}
    found = cells(1, "", {"status": 422, "problem": {"detail": "x", "errors": [listed]}})
    assert found["problems"] == "/observations/ferritin unit_required: Send the unit. Accepted: ng/mL, ug/L."
    assert cells(1, "", {"status": 400, "problem": {"detail": "Not usable."}})["problems"] == "Not usable."


def test_what_was_left_out_is_told() -> None:
    omission = {
        "pointer": "/observations/crp",
        "code": "implausible_value",
        "message": "Left out, counts as unknown. No.",
    }
    other = {"pointer": "/observations/ast", "code": "unusual_value", "message": "Outside the usual."}
    answer = {"status": 200, "assessment": ANSWER["assessment"] | {"warnings": [omission, other]}}
    found = cells(1, "", answer)
    assert found["problems"] == "/observations/crp implausible_value: Left out, counts as unknown. No."
    assert found["warnings"] == "/observations/ast unusual_value"


def test_a_set_of_another_version_adds_no_column() -> None:
    strange = {"id": "newer-set", "verdict": "met", "verdict_implied": "met", "score": {"min": Decimal(1), "max": None}}
    answer = {
        "status": 200,
        "assessment": {"classification": {"category": "unlikely", "primary": None}, "criteria": [strange]},
    }
    assert [cell for cell in result_row(1, "", answer) if cell] == ["1", "200", "unlikely"]


def test_the_summary_says_why_a_calm_answer_does_not_reassure() -> None:
    calm = {"platelets": "300 10*9/L", "ast": "25 U/L", "fibrinogen": "4.2 g/L", "triglycerides": "0.7 mmol/L"}
    panel = panel_of(observations=calm, findings={"fever": True}, context={"condition": "sjia"})
    found = cells(1, "", {"status": 200, "assessment": scored_document(assess(panel))})
    assert "Ferritin was not measured, and without it this does not reassure." in found["summary"]


def test_numbers_keep_their_sign_and_texts_are_no_formulas() -> None:
    score = {
        "id": "ms-score",
        "verdict": "=1",
        "verdict_implied": "met",
        "score": {"min": Decimal("-2.1"), "max": None},
    }
    assessment = {"classification": {"category": "@x", "primary": None, "summary": "a\nb"}, "criteria": [score]}
    found = cells(1, "x" * 300 + "\n", {"status": 200, "assessment": assessment})
    assert (found["ms-score.min"], found["ms-score"], found["category"]) == ("-2.1", "'=1", "'@x")
    assert (found["summary"], found["id"]) == ("a\\u000ab", "x" * 200 + "…")


def test_columns_that_are_kept_follow_and_are_no_formulas() -> None:
    assert header_row() == list(COLUMNS)
    assert header_row(["MAS", "=x"]) == [*COLUMNS, "MAS", "'=x"]
    assert result_row(1, "", ANSWER, ["yes", "=1+1", "x" * 300])[len(COLUMNS) :] == ["yes", "'=1+1", "x" * 200 + "…"]
    with pytest.raises(UnusableTable, match="a column 'category' of their own"):
        header_row(["MAS", "category"])
