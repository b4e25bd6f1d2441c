"""``on_invalid: omit``: a bad value counts as unknown and is named; nothing else is lost, and nothing is guessed."""

from typing import Any

import pytest

from service.clinical.panel.panel import CONDITIONS

GOOD = {"ferritin": "905 ug/L", "fibrinogen": "1 g/L"}
OMIT = {"on_invalid": "omit"}


def test_a_bad_value_counts_as_unknown_and_is_named(post: Any) -> None:
    status, document = post(observations=GOOD | {"platelets": "116 10*12/L"}, findings={"fever": True}, options=OMIT)
    assert status == 200
    warning = document["warnings"][0]
    assert (warning["code"], warning["pointer"]) == ("implausible_value", "/observations/platelets")
    assert warning["message"].startswith("Left out, counts as unknown. No living patient")
    assert "platelets" in document["criteria"][0]["missing"]


def test_a_slip_in_a_key_is_left_out_with_the_key_that_was_meant(post: Any) -> None:
    warnings = post(observations=GOOD | {"platlets": "1 /uL"}, options=OMIT)[1]["warnings"]
    assert warnings[0]["message"].endswith("Did you mean 'platelets'?")


def test_what_would_have_been_accepted_is_named(post: Any) -> None:
    warnings = post(observations=GOOD | {"esr": "5 g"}, context={"condition": "SLE"}, options=OMIT)[1]["warnings"]
    assert [warning["message"].partition(" Accepted: ")[2] for warning in warnings[:2]] == [
        f"{', '.join(CONDITIONS)}.",
        "mm/h, mm.",
    ]


def test_the_rest_is_assessed_as_if_it_had_not_been_sent_and_the_summary_says_so(post: Any) -> None:
    bad = {"platelets": "116 10*12/L", "wbc": "5.4x109", "platlets": "1 /uL", "ast": {"value": "5", "unit": "U/L"}}
    with_bad = post(observations=GOOD | bad, findings={"fever": True, "fevr": True}, options=OMIT)[1]
    without = post(observations=GOOD, findings={"fever": True})[1]
    verdicts = [
        [
            (criteria_set["verdict"], criteria_set["missing"], criteria_set["decisive"])
            for criteria_set in it["criteria"]
        ]
        for it in (with_bad, without)
    ]
    assert verdicts[0] == verdicts[1]
    unread = (
        " AST, fever, platelet count and white cell count were sent but could not be read, so this does not reassure."
    )
    summary = without["classification"]["summary"] + unread
    assert with_bad["classification"] == without["classification"] | {"summary": summary}
    assert len(with_bad["warnings"]) == len(without["warnings"]) + 5


def test_of_two_values_that_contradict_each_other_neither_counts(post: Any) -> None:
    observations = GOOD | {"neutrophils": "6 10*9/L", "wbc": "5 10*9/L"}
    document = post(observations=observations, options=OMIT | {"criteria": ["hscore", "hlh-2004"]})[1]
    missing = {key for criteria_set in document["criteria"] for key in criteria_set["missing"]}
    assert {"neutrophils", "wbc"} <= missing


def test_a_bad_age_and_condition_count_as_unknown(post: Any) -> None:
    context = {"condition": "lupus", "medications": [{"name": "tocilizumab", "last_dose": "soon"}]}
    status, document = post(patient={"age_years": 400}, context=context, findings={"fever": True}, options=OMIT)
    assert status == 200
    assert document["classification"]["primary"] is None
    assert [caution["code"] for caution in document["cautions"]] == [
        "il6_blockade"
    ]  # the drug counts, its day is unknown


SJIA = {"condition": "sjia"}
CALM = {"observations": {"ferritin": "100 ug/L"}, "findings": {"fever": False}}


@pytest.mark.parametrize(
    ("context", "category"),
    [
        ({"medications": ["tocilizumab"]}, "indeterminate"),
        ({"medications": "tocilizumab"}, "indeterminate"),
        ({"medications": {"name": "tocilizumab"}}, "indeterminate"),
        ({"medications": [{"drug": "tocilizumab"}]}, "indeterminate"),
        ({"medications": [{"name": "x" * 201}]}, "indeterminate"),
        ({"drugs": [{"name": "tocilizumab"}]}, "indeterminate"),
        ({"medications": [{"name": "methotrexate", "last_dose": "soon", "dose": "15 mg"}]}, "unlikely"),
        ({"confounders": ["flu"]}, "unlikely"),
    ],
)
def test_a_drug_that_cannot_be_read_may_be_one_that_hides(post: Any, context: dict[str, Any], category: str) -> None:
    status, document = post(**CALM, context=SJIA | context, options=OMIT)
    assert (status, document["classification"]["category"]) == (200, category)
    assert ("could not be read" in document["classification"]["summary"]) == (category == "indeterminate")


def test_beside_a_drug_that_cannot_be_read_a_laboratory_part_that_is_met_is_possible(post: Any) -> None:
    met = {"ferritin": "905 ug/L", "platelets": "116 10*9/L", "ast": "60 U/L"}
    open_drug = {"context": SJIA | {"medications": ["tocilizumab"]}, "options": OMIT}
    _, document = post(observations=met, findings={"fever": False}, **open_drug)
    assert document["classification"]["category"] == "possible"
    _, document = post(observations=met, findings={"fever": True}, **open_drug)
    assert document["classification"]["category"] == "likely"
    assert "could not be read" not in document["classification"]["summary"]


@pytest.mark.parametrize("findings", [{"molecular_hlh_diagnosis": "pending"}, {"molecular_hlh_diagnose": True}])
def test_a_molecular_diagnosis_that_cannot_be_read_is_not_absent(post: Any, findings: dict[str, Any]) -> None:
    clear = {"fever": False, "splenomegaly": False, "hemophagocytosis": False, "low_or_absent_nk_activity": False}
    asked = {"observations": {"ferritin": "100 ug/L"}, "options": OMIT | {"criteria": ["hlh-2004"]}}
    assert post(findings=clear, **asked)[1]["criteria"][0]["verdict"] == "not_met"
    answer = post(findings=clear | findings, **asked)[1]["criteria"][0]
    assert (answer["verdict"], answer["decisive"]) == ("indeterminate", ["molecular_hlh_diagnosis"])


def test_what_was_asked_for_is_never_guessed(post: Any) -> None:
    assert post(findings={"fever": True}, options=OMIT | {"criteria": ["hlh"]})[0] == 422
    assert post(findings={"fever": True}, options=OMIT, nonsense=1)[0] == 422
    assert post(findings=[], observations=GOOD, options=OMIT)[0] == 422
    assert post(observations={}, options=OMIT)[0] == 422
