"""The sentences a clinician can read aloud: the category, its ground, the next step, and what not to be calmed by."""

from typing import Any

import pytest

from service.clinical.assessment.summary import OPENINGS
from tests.support.results import assessed
from tests.unit.clinical.assessment.test_category import LABORATORY, NO_SIGNS, QUIET

TOCILIZUMAB = [{"name": "tocilizumab"}]
DOES_NOT_REASSURE = "IL-6 blockade may hide fever and ferritin, so this does not reassure."
MOLECULAR = "The molecular diagnosis alone meets the HLH-2004 criteria; it speaks for primary HLH."
FERRITIN_AND_PLATELETS = {"ferritin": "905 ug/L", "platelets": "116 10*9/L"}


def said(condition: str | None = "sjia", medications: Any = None, **request: Any) -> str:
    return assessed(context={"condition": condition, "medications": medications}, **request).summary


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (
            {"findings": {"fever": True}, "observations": LABORATORY},
            "MAS is likely: the 2016 criteria are met by measured results.",
        ),
        (
            {
                "findings": {"fever": True},
                "observations": {
                    "ferritin": "905 ug/L",
                    "triglycerides": "200 mg/dL",
                    "platelets": "300 10*9/L",
                    "fibrinogen": {"interpretation": "L"},
                },
            },
            (
                "MAS is probable: the 2016 criteria are met once results given only in words are counted. "
                "AST or fibrinogen alone could settle the 2016 criteria."
            ),
        ),
        (
            {
                "findings": {"fever": True},
                "observations": {**FERRITIN_AND_PLATELETS, "fibrinogen": {"interpretation": "L"}},
            },
            (
                "MAS is probable: the 2016 criteria and the 2005 guidelines are met once results given only in words "
                "are counted. AST, triglycerides or fibrinogen alone could settle the 2016 criteria."
            ),
        ),
        (
            {"findings": {"fever": True, "cns_dysfunction": True}, "observations": FERRITIN_AND_PLATELETS},
            (
                "MAS is probable: the 2016 criteria are still open; the 2005 guidelines are met. "
                "AST, triglycerides or fibrinogen alone could settle the 2016 criteria."
            ),
        ),
        (
            {"findings": {"fever": False, "cns_dysfunction": True, "hemorrhage": True}},
            "MAS is possible: the 2016 criteria are not met; the 2005 guidelines are met.",
        ),
        (
            {"findings": {"fever": True}, "observations": {"crp": "50 mg/L"}},
            (
                "The panel does not decide about MAS: the 2016 criteria are still open, and no supporting set is met. "
                "Ferritin alone could settle the 2016 criteria."
            ),
        ),
        (
            {"findings": {"fever": True}, "observations": {"ferritin": "905 ug/L"}},
            (
                "The panel does not decide about MAS: the 2016 criteria are still open, and no supporting set is met. "
                "No single further result could settle the 2016 criteria."
            ),
        ),
        (
            {"observations": {**LABORATORY}},
            (
                "The panel does not decide about MAS: the 2016 criteria are still open, and no supporting set is met. "
                "Fever or body temperature alone could settle the 2016 criteria."
            ),
        ),
        (
            {"findings": NO_SIGNS, "observations": QUIET},
            "MAS is unlikely on this panel: the 2016 criteria are not met, and no supporting set is met.",
        ),
    ],
)
def test_the_category_its_ground_and_the_next_step(request_: dict[str, Any], sentence: str) -> None:
    assert said(**request_) == sentence


def test_under_il6_blockade_what_is_not_met_does_not_reassure() -> None:
    assert said(medications=TOCILIZUMAB, findings={"fever": True}, observations={"ferritin": "100 ug/L"}) == (
        "The panel does not decide about MAS: the 2016 criteria are not met; no supporting set is met, but "
        "the MS score, the 2005 guidelines, the HScore and the HLH-2004 criteria are still open. " + DOES_NOT_REASSURE
    )


@pytest.mark.parametrize(
    ("condition", "request_"),
    [
        ("sjia", {"findings": {"fever": False}}),
        ("sjia", {"findings": {"fever": False}, "observations": {"ferritin": {"interpretation": "N"}}}),
        (
            "aosd",
            {"findings": NO_SIGNS, "observations": {key: value for key, value in QUIET.items() if key != "ferritin"}},
        ),
    ],
)
def test_without_a_measured_ferritin_unlikely_does_not_reassure(condition: str, request_: dict[str, Any]) -> None:
    assert said(condition, **request_).startswith("MAS is unlikely on this panel: ")
    assert said(condition, **request_).endswith(". Ferritin was not measured, and without it this does not reassure.")
    measured = {"ferritin": QUIET["ferritin"]}
    with_ferritin = request_ | {"observations": request_.get("observations", {}) | measured}
    assert "reassure" not in said(condition, **with_ferritin)


def test_under_il6_blockade_a_laboratory_part_without_fever_is_named() -> None:
    assert said(medications=TOCILIZUMAB, findings={"fever": False}, observations=LABORATORY) == (
        "MAS is possible: the 2016 criteria are not met, but their laboratory part is met, and fever may be "
        "suppressed; no supporting set is met, but the MS score, the 2005 guidelines, the HScore and the HLH-2004 "
        f"criteria are still open. {DOES_NOT_REASSURE}"
    )


def test_sets_met_only_by_words_are_never_told_as_met_without_a_word() -> None:
    words = {"fibrinogen": {"interpretation": "L"}, "platelets": {"interpretation": "L"}}
    only_words = {"findings": {"fever": False}, "observations": words}
    assert said(**only_words) == (
        "MAS is possible: the 2016 criteria are not met; "
        "the 2005 guidelines are met once results given only in words are counted."
    )
    ferritin = {"ferritin": "905 ug/L", **words}
    assert said(findings={"fever": True, "cns_dysfunction": True, "hemorrhage": True}, observations=ferritin) == (
        "MAS is probable: the 2016 criteria and the MS score are met once results given only in words are counted; "
        "the 2005 guidelines are met. No single further result could settle the 2016 criteria."
    )


@pytest.mark.parametrize(
    ("confounder", "ending"),
    [
        ("familial_hyperlipidaemia", "; without those that another condition may explain they are still open."),
        ("itp", "."),
    ],
)
def test_what_another_condition_may_explain_is_said_where_the_verdict_rests_on_it(confounder: str, ending: str) -> None:
    found = assessed(
        context={"condition": "sjia", "confounders": [confounder]}, findings={"fever": True}, observations=LABORATORY
    )
    assert found.summary == f"MAS is likely: the 2016 criteria are met by measured results{ending}"


def test_a_laboratory_part_met_only_by_words_is_told_so() -> None:
    observations = {"ferritin": "905 ug/L", "triglycerides": "200 mg/dL", "fibrinogen": {"interpretation": "L"}}
    assert (
        "their laboratory part is met once results given only in words are counted, and fever may be suppressed"
        in said(medications=TOCILIZUMAB, findings={"fever": False}, observations=observations)
    )


@pytest.mark.parametrize("measured", [{"ldh": "200 U/L"}, {}])
def test_unlikely_names_the_supporting_sets_that_are_still_open(measured: dict[str, str]) -> None:
    observations = {key: value for key, value in QUIET.items() if key != "ldh"} | measured
    state = "and no supporting set is met" if measured else "no supporting set is met, but the MS score is still open"
    joined = ", " if measured else "; "
    assert said(findings=NO_SIGNS, observations=observations) == (
        f"MAS is unlikely on this panel: the 2016 criteria are not met{joined}{state}."
    )


@pytest.mark.parametrize("category", ["likely", "probable"])
def test_where_nothing_could_reassure_il6_blockade_is_not_mentioned(category: str) -> None:
    word = {"interpretation": "L"} if category == "probable" else "1 g/L"
    observations = {**FERRITIN_AND_PLATELETS, "fibrinogen": word}
    text = said(medications=TOCILIZUMAB, findings={"fever": True}, observations=observations)
    assert text.startswith(OPENINGS[category])
    assert "IL-6" not in text


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (
            {"findings": {"fever": True}},
            "The panel does not decide about MAS: the underlying condition is not known, and no criteria set is met.",
        ),
        (
            {
                "findings": {"fever": True},
                "observations": {
                    **FERRITIN_AND_PLATELETS,
                    "ast": {"interpretation": "H", "reference_range": {"high": 50, "unit": "U/L"}},
                },
            },
            "MAS is possible: the underlying condition is not known, and the 2016 criteria are met.",
        ),
        (
            {"findings": {"molecular_hlh_diagnosis": True}},
            f"MAS is possible: the underlying condition is not known, and the HLH-2004 criteria are met. {MOLECULAR}",
        ),
        (
            {"findings": {"fever": True}, "observations": {**FERRITIN_AND_PLATELETS, "ast": "90 U/L"}},
            ("MAS is possible: the underlying condition is not known, and the 2016 criteria are met."),
        ),
    ],
)
def test_without_a_condition_that_is_said_and_no_test_is_named_that_would_decide(
    request_: dict[str, Any], sentence: str
) -> None:
    assert said(None, **request_) == sentence


def test_a_score_is_one_and_criteria_are_many() -> None:
    assert said("other", patient={"age_years": 40}, findings={"molecular_hlh_diagnosis": True}) == (
        f"MAS is probable: the HScore is still open; the HLH-2004 criteria are met. {MOLECULAR} "
        "No single further result could settle the HScore."
    )
    assert said("other", patient={"age_years": 4}, findings={"molecular_hlh_diagnosis": True}) == (
        f"MAS is likely: the HLH-2004 criteria are met. {MOLECULAR}"
    )


FOUR_OF_EIGHT: dict[str, Any] = {
    "findings": {"fever": True, "splenomegaly": True, "hemophagocytosis": True, "low_or_absent_nk_activity": False},
    "observations": {
        "ferritin": "600 ug/L",
        "scd25": "100 U/mL",
        "fibrinogen": "2 g/L",
        "triglycerides": "1 mmol/L",
        "hemoglobin": "120 g/L",
        "platelets": "200 10*9/L",
        "neutrophils": "2 10*9/L",
    },
}


@pytest.mark.parametrize(
    ("part", "missing", "name"),
    [
        ("observations", "scd25", "Soluble CD25"),
        ("observations", "triglycerides", "Triglycerides"),
        ("findings", "low_or_absent_nk_activity", "Low or absent NK-cell activity"),
    ],
)
def test_a_test_is_named_as_clinicians_write_it(part: str, missing: str, name: str) -> None:
    known = FOUR_OF_EIGHT | {part: {key: value for key, value in FOUR_OF_EIGHT[part].items() if key != missing}}
    assert said("malignancy", **known).endswith(f"{name} alone could settle the HLH-2004 criteria.")


def test_an_age_is_named_too() -> None:
    """Haemoglobin between the two limits: only the age says which of them holds."""
    observations = FOUR_OF_EIGHT["observations"] | {"hemoglobin": "95 g/L", "platelets": "90 10*9/L"}
    text = said("malignancy", **FOUR_OF_EIGHT | {"observations": observations})
    assert text.endswith("Age alone could settle the HLH-2004 criteria.")


@pytest.mark.parametrize(
    ("observations", "sentence"),
    [
        (
            {"ferritin": "1600 ug/L", "ast": "90 U/L"},
            "MAS is likely: the 2009 lupus guidelines are met by measured results; the lupus ferritin rule is met.",
        ),
        (
            {"ferritin": {"interpretation": "H", "reference_range": {"high": 700, "unit": "ug/L"}}, "ast": "90 U/L"},
            "MAS is likely: the 2009 lupus guidelines are met by measured results; the lupus ferritin rule is met.",
        ),
        (
            {"ferritin": "600 ug/L", "ast": "90 U/L"},
            "MAS is probable: the 2009 lupus guidelines are met by measured results. ",
        ),
    ],
)
def test_in_lupus_the_set_that_makes_it_likely_is_named(observations: dict[str, Any], sentence: str) -> None:
    told = said("jsle", patient={"age_years": 14}, findings={"fever": True}, observations=observations)
    assert told.startswith(sentence)


def test_in_lupus_all_sets_that_support_are_named() -> None:
    observations = {
        "ferritin": "9000 ug/L",
        "ast": "90 U/L",
        "temperature": "40 Cel",
        "triglycerides": "5 mmol/L",
        "fibrinogen": "1 g/L",
        "platelets": "90 10*9/L",
        "hemoglobin": "80 g/L",
    }
    told = said("jsle", patient={"age_years": 14}, observations=observations)
    assert "the lupus ferritin rule and the HScore are met" in told
