"""Every worked case that a criteria file brings, its boundary vectors and published patients among them."""

import pytest

from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.criteria_set import Case, CriteriaSet
from service.clinical.evaluation.evaluate import evaluate
from service.clinical.evaluation.set_result import SetResult, verdict_text
from tests.support.panels import panel_of

CASES = [
    pytest.param(criteria, case, id=f"{criteria.id}: {case.name}")
    for criteria in CATALOGUE.values()
    for case in criteria.cases
]


@pytest.mark.parametrize(("criteria", "case"), CASES)
def test_worked_case(criteria: CriteriaSet, case: Case) -> None:
    request = {"findings": {}, **case.request}
    request.setdefault("observations", {})
    if not request["observations"] and not request["findings"]:
        pytest.fail("a worked case needs a panel")
    request["observations"] = {key: worded(text) for key, text in request["observations"].items()}
    assert expected_part(evaluate(criteria, panel_of(**request)), case) == dict(case.expect)


def worded(text: str) -> object:
    return {"interpretation": text} if text in ("L", "H", "N") else text


def expected_part(result: SetResult, case: Case) -> dict[str, object]:
    """Return of the result what the case speaks of."""
    found = {
        "verdict": verdict_text(result.verdict),
        "verdict_implied": verdict_text(result.verdict_implied),
        "applicability": result.applicability,
        "score_min": result.score.low if result.score else None,
        "score_max": result.score.high if result.score else None,
        "met": result.count.met if result.count else None,
        "unknown": result.count.unknown if result.count else None,
        "decisive": list(result.decisive),
    }
    return {key: found[key] for key in case.expect}


@pytest.mark.parametrize("criteria", CATALOGUE.values(), ids=CATALOGUE)
def test_every_set_brings_a_case_for_every_verdict(criteria: CriteriaSet) -> None:
    assert {case.expect["verdict"] for case in criteria.cases} == {"met", "not_met", "indeterminate"}
