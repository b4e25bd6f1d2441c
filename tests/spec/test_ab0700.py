"""The two patients of abstract AB0700, as published, against the table of the clinical reference."""

from decimal import Decimal
from typing import Any

import pytest

from service.clinical.assessment.assess import Assessment, assess
from service.clinical.evaluation.set_result import SetResult, verdict_text
from service.clinical.measurement.interval import INFINITY, point
from tests.support.panels import panel_of
from tools.contract.sources import examples

EXAMPLES = examples("assess")


def assessed(name: str) -> Assessment:
    return assess(panel_of(**EXAMPLES[name]["value"]))


VERDICTS = {
    "patient_1": {
        "eular-acr-printo-2016": ("indeterminate", "met"),
        "ravelli-2005": ("indeterminate", "met"),
        "ms-score": ("indeterminate", "met"),
        "ferritin-esr-ratio": ("met", "met"),
        "hlh-2004": ("indeterminate", "indeterminate"),
        "hlh-2024": ("indeterminate", "indeterminate"),
        "hscore": ("indeterminate", "indeterminate"),
        "mh-score": ("indeterminate", "indeterminate"),
        "parodi-2009": ("met", "met"),
        "ohi-index": ("not_met", "not_met"),
    },
    "patient_2": {
        "eular-acr-printo-2016": ("indeterminate", "indeterminate"),
        "ravelli-2005": ("met", "met"),
        "ms-score": ("met", "met"),
        "ferritin-esr-ratio": ("met", "met"),
        "hlh-2004": ("indeterminate", "indeterminate"),
        "hlh-2024": ("indeterminate", "indeterminate"),
        "hscore": ("indeterminate", "indeterminate"),
        "mh-score": ("indeterminate", "indeterminate"),
        "parodi-2009": ("met", "met"),
        "ohi-index": ("indeterminate", "indeterminate"),
    },
}


@pytest.mark.parametrize(("patient", "key"), [(name, key) for name, table in VERDICTS.items() for key in table])
def test_each_set_gives_the_verdicts_of_the_table(patient: str, key: str) -> None:
    result = {result.criteria.id: result for result in assessed(patient).results}[key]
    assert (verdict_text(result.verdict), verdict_text(result.verdict_implied)) == VERDICTS[patient][key]


@pytest.mark.parametrize(
    ("patient", "key", "low", "high"),
    [
        ("patient_1", "hscore", "56", "253"),
        ("patient_2", "hscore", "88", "327"),
        ("patient_1", "mh-score", "12", "64"),
        ("patient_2", "mh-score", "12", "64"),
        ("patient_1", "ferritin-esr-ratio", "452.5", "452.5"),
        ("patient_2", "ferritin-esr-ratio", "1000", "Infinity"),
        ("patient_1", "ms-score", "-4.8345", "0.3455"),
        ("patient_2", "ms-score", "-0.503", "Infinity"),
    ],
)
def test_each_score_is_the_interval_of_the_table(patient: str, key: str, low: str, high: str) -> None:
    score = next(result.score for result in assessed(patient).results if result.criteria.id == key)
    assert score is not None
    assert (score.low, score.high) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    ("patient", "key", "met", "unknown"),
    [
        ("patient_1", "eular-acr-printo-2016", 1, 3),
        ("patient_1", "hlh-2004", 3, 4),
        ("patient_1", "hlh-2024", 3, 3),
        ("patient_2", "eular-acr-printo-2016", 1, 3),
        ("patient_2", "hlh-2004", 3, 5),
        ("patient_2", "hlh-2024", 3, 4),
    ],
)
def test_each_count_is_that_of_the_table(patient: str, key: str, met: int, unknown: int) -> None:
    count = next(result.count for result in assessed(patient).results if result.criteria.id == key)
    assert count is not None
    assert (count.met, count.unknown) == (met, unknown)


def completed(name: str, key: str, observations: dict[str, str], **findings: bool) -> SetResult:
    """Return a set on the patient with further results, as the table supposes them."""
    request = EXAMPLES[name]["value"]
    more = {
        "observations": request["observations"] | observations,
        "findings": request["findings"] | findings,
    }
    return next(result for result in assess(panel_of(**request | more)).results if result.criteria.id == key)


@pytest.mark.parametrize(
    ("patient", "arthritis", "most"), [("patient_1", False, 641), ("patient_1", True, 316), ("patient_2", True, 1399)]
)
def test_the_ms_score_is_met_up_to_the_fibrinogen_of_the_table(patient: str, arthritis: bool, most: int) -> None:
    for fibrinogen, verdict in ((most, "met"), (most + 1, "not_met")):
        known = {
            "fibrinogen": f"{fibrinogen} mg/dL",
            "ferritin": "905 ug/L" if patient == "patient_1" else "10000 ug/L",
        }
        signs = {} if patient == "patient_2" else {"cns_dysfunction": False, "hemorrhage": False}
        result = completed(patient, "ms-score", known, active_arthritis=arthritis, **signs)
        assert verdict_text(result.verdict) == verdict, fibrinogen


@pytest.mark.parametrize(("patient", "score"), [("patient_1", 182), ("patient_2", 214)])
def test_the_hscore_of_the_table_with_the_results_it_supposes(patient: str, score: int) -> None:
    known = {"temperature": "39 Cel", "triglycerides": "2 mmol/L", "fibrinogen": "1.5 g/L", "ast": "60 U/L"}
    signs = {"hemophagocytosis": False, "immunosuppression": patient == "patient_1"}
    result = completed(patient, "hscore", known | {"wbc": "5.4 10*9/L"}, **signs)
    assert result.score == point(Decimal(score))


def test_a_ratio_of_more_than_a_thousand_excludes_the_thousand_itself() -> None:
    score = next(result.score for result in assessed("patient_2").results if result.criteria.id == "ferritin-esr-ratio")
    assert score is not None
    assert score.low_open
    assert score.high == INFINITY


@pytest.mark.parametrize(
    ("patient", "supporting", "caution"),
    [
        ("patient_1", ["ravelli-2005", "ms-score"], "glucocorticoid"),
        ("patient_2", ["ravelli-2005", "ms-score"], "il1_blockade"),
    ],
)
def test_both_patients_are_probable_and_it_is_said_why(patient: str, supporting: list[str], caution: str) -> None:
    found = assessed(patient)
    assert found.classification.category == "probable"
    assert found.classification.primary == "eular-acr-printo-2016"
    assert sorted(basis.criteria.id for basis in found.classification.basis[1:]) == sorted(supporting)
    assert caution in [said.code for said in found.cautions]
    assert "AST, triglycerides or fibrinogen alone could settle the 2016 criteria" in found.summary


def test_the_2016_fibrinogen_of_patient_1_counts_only_among_the_implied() -> None:
    result = assessed("patient_1").results[0]
    fibrinogen = next(item for item in result.items if item.id == "fibrinogen")
    assert (fibrinogen.status.value, fibrinogen.status_implied.value) == ("unknown", "met")
    assert result.decisive == ("ast", "triglycerides", "fibrinogen")


def errors_of(document: dict[str, Any]) -> dict[str, str]:
    return {error["pointer"]: error["code"] for error in document["errors"]}


def test_patient_1_as_printed_is_refused_with_every_typo_named(post: Any) -> None:
    status, document = post(**EXAMPLES["patient_1_as_printed"]["value"])
    assert status == 422
    assert errors_of(document) == {
        "/observations/platelets": "implausible_value",
        "/observations/wbc": "invalid_quantity",
        "/observations/crp": "implausible_value",
    }
    assert [error.get("suggestion") for error in document["errors"]] == ["10*9/L", "10*9/L", "mg/L"]


def test_patient_1_baseline_and_patient_2_as_printed_are_refused_as_well(post: Any) -> None:
    status, document = post(observations={"wbc": "22×109", "crp": "120 g/L"})
    assert (status, set(errors_of(document).values())) == (422, {"invalid_quantity", "implausible_value"})
    status, document = post(observations={"ferritin": ">10000 ug/L", "platelets": "115×10^12/L"})
    assert (status, errors_of(document)) == (422, {"/observations/platelets": "implausible_value"})
    assert document["errors"][0]["suggestion"] == "10*9/L"
