"""Which set leads for whom, and the category that follows: every row of the contract's table."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from service.clinical.assessment.assess import assess
from service.clinical.assessment.category import CATEGORIES, guide_for
from service.clinical.panel.panel import CONDITIONS, Panel
from tests.support.panels import panel_of
from tests.support.results import assessed

CRITERIA_2016 = "eular-acr-printo-2016"
SJIA_SUPPORT = ("ms-score", "ravelli-2005", "hscore", "hlh-2004")
LEADING = {
    ("sjia", None): (CRITERIA_2016, SJIA_SUPPORT),
    ("suspected_sjia", None): (CRITERIA_2016, SJIA_SUPPORT),
    ("aosd", 40): (CRITERIA_2016, ("hscore", "ms-score")),
    ("jsle", 12): ("parodi-2009", ("clupus-ferritin-2021", "hscore", "hlh-2004")),
    ("malignancy", 40): ("hscore", ("ohi-index", "hlh-2004")),
    ("malignancy", None): ("hlh-2004", ("ohi-index", "hscore")),
    ("haematological_malignancy", 40): ("hscore", ("ohi-index", "hlh-2004")),
    ("haematological_malignancy", 17): ("hlh-2004", ("ohi-index", "hscore")),
    ("solid_tumour", 18): ("hscore", ("hlh-2004",)),
    ("solid_tumour", None): ("hlh-2004", ("hscore",)),
    ("sepsis", 18): ("mals-ferritin-2017", ("hscore", "hlh-2004-icu-2020")),
    ("sepsis", 3): ("mals-ferritin-2017", ("hlh-2004",)),
    ("sepsis", None): ("mals-ferritin-2017", ("hlh-2004",)),
    ("kawasaki", 3): (CRITERIA_2016, ("hlh-2004", "hscore")),
    ("other", 18): ("hscore", ("hlh-2004",)),
    ("other", 17): ("hlh-2004", ("hscore",)),
    ("other", None): ("hlh-2004", ("hscore",)),
}
SIGNS = {"fever": True, "hepatomegaly": True, "splenomegaly": True}
LABORATORY = {"ferritin": "905 ug/L", "triglycerides": "200 mg/dL", "fibrinogen": "3 g/L", "platelets": "300 10*9/L"}
"""Meets the laboratory part of 2016 and no other set."""
QUIET = {
    "ferritin": "100 ug/L",
    "platelets": "400 10*9/L",
    "ast": "20 U/L",
    "wbc": "12 10*9/L",
    "fibrinogen": "5 g/L",
    "ldh": "200 U/L",
    "triglycerides": "1 mmol/L",
    "hemoglobin": "120 g/L",
    "neutrophils": "8 10*9/L",
    "scd25": "500 U/mL",
    "temperature": "38.5 Cel",
    "esr": "60 mm/h",
}
NO_SIGNS = dict.fromkeys(
    [
        *("hepatomegaly", "splenomegaly", "cns_dysfunction", "hemorrhage", "hemophagocytosis", "immunosuppression"),
        "low_or_absent_nk_activity",
    ],
    False,
) | {"fever": True, "active_arthritis": True}
SEVERE = {
    "temperature": "40 Cel",
    "ferritin": "9000 ug/L",
    "triglycerides": "5 mmol/L",
    "fibrinogen": "1 g/L",
    "hemoglobin": "70 g/L",
    "platelets": "50 10*9/L",
    "wbc": "2 10*9/L",
    "neutrophils": "0.5 10*9/L",
    "ast": "500 U/L",
    "ldh": "3000 U/L",
    "scd25": "9000 U/mL",
    "esr": "5 mm/h",
}


@pytest.mark.parametrize(("patient", "sets"), LEADING.items(), ids=str)
def test_which_set_leads_and_which_support_it(
    patient: tuple[str, int | None], sets: tuple[str, tuple[str, ...]]
) -> None:
    condition, age = patient
    panel = panel_of(context={"condition": condition}, patient={"age_years": age}, findings={"fever": True})
    guide = guide_for(panel)
    assert (guide.primary, guide.supporting) == sets
    assert guide.needed == (sets[0], *sets[1])


def test_every_condition_has_a_leading_set() -> None:
    assert {condition for condition, _ in LEADING} == set(CONDITIONS)


def test_without_a_condition_no_set_leads_and_only_those_count_that_presuppose_no_diagnosis() -> None:
    guide = guide_for(Panel())
    assert guide.primary is None
    assert guide.supporting == (CRITERIA_2016, "hlh-2004", "hlh-2024", "hscore")
    assert guide.needed == guide.supporting


TOCILIZUMAB = [{"name": "tocilizumab"}]
TABLE = {
    "likely: the leading set is met by measurement": (
        {"findings": {"fever": True}, "observations": LABORATORY},
        "likely",
        [],
    ),
    "likely: under IL-6 blockade as well": (
        {"findings": {"fever": True}, "observations": LABORATORY, "context": {"medications": TOCILIZUMAB}},
        "likely",
        [],
    ),
    "probable: met once words count": (
        {
            "findings": {"fever": True},
            "observations": {
                "ferritin": "905 ug/L",
                "triglycerides": "200 mg/dL",
                "fibrinogen": {"interpretation": "L"},
                "platelets": "300 10*9/L",
            },
        },
        "probable",
        [],
    ),
    "probable: open, but a supporting set is met": (
        {"findings": {"fever": True, "cns_dysfunction": True, "hemorrhage": True}, "observations": {"crp": "50 mg/L"}},
        "probable",
        ["ravelli-2005"],
    ),
    "probable: open, but a supporting set is met once words count": (
        {
            "findings": {"fever": True, "cns_dysfunction": True},
            "observations": {"fibrinogen": {"interpretation": "L"}},
        },
        "probable",
        ["ravelli-2005"],
    ),
    "possible: not met, but a supporting set is": (
        {"findings": {"fever": False, "cns_dysfunction": True, "hemorrhage": True}},
        "possible",
        ["ravelli-2005"],
    ),
    "possible: not met, but a supporting set is once words count": (
        {
            "findings": {"fever": False, "cns_dysfunction": True},
            "observations": {"fibrinogen": {"interpretation": "L"}},
        },
        "possible",
        ["ravelli-2005"],
    ),
    "possible: laboratory part met, no fever under IL-6 blockade": (
        {"findings": {"fever": False}, "observations": LABORATORY, "context": {"medications": TOCILIZUMAB}},
        "possible",
        [],
    ),
    "indeterminate: open, and no supporting set is met": (
        {"findings": {"fever": True}, "observations": {"crp": "50 mg/L"}},
        "indeterminate",
        [],
    ),
    "indeterminate: open on a quiet panel without ferritin": (
        {"findings": NO_SIGNS, "observations": {"ast": "20 U/L", "platelets": "400 10*9/L"}},
        "indeterminate",
        [],
    ),
    "indeterminate: not met under IL-6 blockade never reassures": (
        {"findings": NO_SIGNS, "observations": QUIET, "context": {"medications": TOCILIZUMAB}},
        "indeterminate",
        [],
    ),
    "indeterminate: laboratory part open, no fever under IL-6 blockade": (
        {"findings": {"fever": False}, "observations": {"crp": "5 mg/L"}, "context": {"medications": TOCILIZUMAB}},
        "indeterminate",
        [],
    ),
    "unlikely: not met, and no supporting set is": (
        {"findings": NO_SIGNS, "observations": QUIET},
        "unlikely",
        [],
    ),
    "unlikely: not met, the supporting sets still open": (
        {"findings": {"fever": True}, "observations": {"ferritin": "100 ug/L"}},
        "unlikely",
        [],
    ),
    "unlikely: laboratory part met, but no fever and no blockade": (
        {"findings": {"fever": False}, "observations": LABORATORY},
        "unlikely",
        [],
    ),
}


@pytest.mark.parametrize(("request_", "category", "support"), TABLE.values(), ids=TABLE)
def test_each_row_of_the_table(request_: dict[str, Any], category: str, support: list[str]) -> None:
    context = {"condition": "sjia"} | request_.get("context", {})
    found = assessed(**request_ | {"context": context}).classification
    assert found.category == category
    assert [basis.criteria.id for basis in found.basis] == [CRITERIA_2016, *support]


def test_the_table_has_a_row_for_every_category() -> None:
    assert {category for _, category, _ in TABLE.values()} == set(CATEGORIES)


def test_a_leading_set_met_by_words_stays_probable_whatever_supports_it() -> None:
    observations = {"ferritin": "905 ug/L", "platelets": "116 10*9/L", "fibrinogen": {"interpretation": "L"}}
    found = assessed(context={"condition": "sjia"}, findings={"fever": True}, observations=observations).classification
    assert found.category == "probable"
    assert [basis.criteria.id for basis in found.basis] == [CRITERIA_2016, "ravelli-2005"]


@pytest.mark.parametrize("name", ["tocilizumab", "Sarilumab", "siltuximab", "L04AC07"])
@pytest.mark.parametrize(
    ("last_dose", "collected_at", "category"),
    [
        (None, "2026-11-20", "indeterminate"),
        ("2026-09-25", "2026-11-20", "indeterminate"),  # 8 weeks
        ("2026-09-24", "2026-11-20", "unlikely"),
        ("2026-11-21", "2026-11-20", "indeterminate"),  # after the panel
        ("2020-01-01", None, "indeterminate"),  # the panel's day is not known
    ],
)
def test_il6_blockade_by_the_day_of_the_last_dose(
    name: str, last_dose: str | None, collected_at: str | None, category: str
) -> None:
    context = {"condition": "sjia", "medications": [{"name": name, "last_dose": last_dose}]}
    found = assessed(context=context, findings=NO_SIGNS, observations=QUIET, collected_at=collected_at).classification
    assert found.category == category
    assert found.on_il6_blockade is (category == "indeterminate")


@pytest.mark.parametrize("name", ["anakinra", "prednisone", "emapalumab", "methotrexate"])
def test_no_other_treatment_changes_the_category(name: str) -> None:
    context = {"condition": "sjia", "medications": [{"name": name}]}
    assert assessed(context=context, findings=NO_SIGNS, observations=QUIET).classification.category == "unlikely"


def test_il6_blockade_does_not_lift_a_laboratory_part_without_a_missing_fever() -> None:
    """Febrile or of unknown fever, the set itself speaks; only its absence may be the drug's doing."""
    context = {"condition": "sjia", "medications": TOCILIZUMAB}
    found = assessed(context=context, observations=LABORATORY).classification
    assert (found.category, found.is_laboratory_only) == ("indeterminate", False)
    found = assessed(context=context, observations=LABORATORY, findings={"fever": False}).classification
    assert (found.category, found.is_laboratory_only) == ("possible", True)


def test_a_laboratory_part_met_only_by_words_still_makes_it_possible_under_il6_blockade() -> None:
    observations = LABORATORY | {"fibrinogen": {"interpretation": "L"}}
    context = {"condition": "sjia", "medications": TOCILIZUMAB}
    found = assessed(context=context, observations=observations, findings={"fever": False}).classification
    assert (found.category, found.is_laboratory_only) == ("possible", True)


def test_under_il6_blockade_only_the_2016_criteria_have_a_laboratory_part_to_stand_alone() -> None:
    context = {"condition": "jsle", "medications": TOCILIZUMAB}
    findings = NO_SIGNS | {"fever": False}
    observations = {"ferritin": "690 ug/L", "ast": "90 U/L", "temperature": "37 Cel"}
    found = assessed(context=context, observations=observations, findings=findings).classification
    assert (found.primary, found.category, found.is_laboratory_only) == ("parodi-2009", "indeterminate", False)


@pytest.mark.parametrize("patient", LEADING, ids=str)
@pytest.mark.parametrize(
    ("observations", "findings", "category"),
    [(SEVERE, SIGNS, "likely"), (QUIET, NO_SIGNS, "unlikely"), ({"crp": "50 mg/L"}, {}, "indeterminate")],
    ids=["a severe panel", "a quiet panel", "an all but empty panel"],
)
def test_the_leading_set_decides_for_every_condition(
    patient: tuple[str, int | None], observations: dict[str, str], findings: dict[str, bool], category: str
) -> None:
    condition, age = patient
    if (condition, category) == ("jsle", "unlikely"):
        findings = findings | {"fever": False}
        observations = observations | {"temperature": "37 Cel"}
    found = assessed(
        context={"condition": condition},
        patient={"age_years": age and Decimal(age)},
        observations=observations,
        findings=findings,
    ).classification
    assert (found.category, found.primary) == (category, LEADING[patient][0])


SUPPORTED = {
    "ms-score": ("aosd", {"findings": {"fever": False, "cns_dysfunction": True, "hemorrhage": True}}),
    "hscore": ("aosd", {"findings": {"fever": False, "hemophagocytosis_marrow": True}}),
    "hlh-2004": ("jsle", {"findings": {"molecular_hlh_diagnosis": True}}),
    "clupus-ferritin-2021": ("jsle", {"observations": {"ferritin": "699 ug/L"}}),
    "hlh-2004-icu-2020": (
        "sepsis",
        {
            "patient": {"age_years": 50},
            "findings": {"fever": True, "splenomegaly": True, "hemophagocytosis": True},
            "observations": {"ferritin": "500 ug/L"},
        },
    ),
    "ohi-index": ("malignancy", {"observations": {"scd25": "4000 U/mL", "ferritin": "1001 ng/mL"}}),
}
LIFTED = {
    "ms-score": {"platelets": "100 10*9/L", "ldh": "1000 U/L", "fibrinogen": "200 mg/dL", "ferritin": "600 ng/mL"},
    "hscore": {
        "temperature": "40 Cel",
        "ferritin": "600 ng/mL",
        "triglycerides": "5 mmol/L",
        "fibrinogen": "1 g/L",
        "ast": "40 U/L",
    },
}


@pytest.mark.parametrize("key", SUPPORTED)
def test_each_supporting_set_can_lift_what_the_leading_one_leaves(key: str) -> None:
    condition, request_ = SUPPORTED[key]
    observations = request_.get("observations", {}) | LIFTED.get(key, {})
    found = assessed(**request_ | {"context": {"condition": condition}, "observations": observations}).classification
    assert found.category in ("probable", "possible")
    assert key in [basis.criteria.id for basis in found.basis[1:]]


@pytest.mark.parametrize(
    ("request_", "category", "basis"),
    [
        ({"findings": {"cns_dysfunction": True, "hemorrhage": True}}, "indeterminate", []),
        ({"observations": SEVERE}, "possible", [CRITERIA_2016, "hlh-2004", "hlh-2024", "hscore"]),
        (
            {
                "findings": {"fever": True},
                "observations": LABORATORY | {"fibrinogen": {"interpretation": "L"}},
            },
            "possible",
            [CRITERIA_2016],
        ),
        ({"findings": {"molecular_hlh_diagnosis": True}}, "possible", ["hlh-2004"]),
        ({"observations": {"ferritin": "905 ug/L", "esr": "2 mm/h"}}, "indeterminate", []),
        (
            {"patient": {"age_at_onset_years": 1}, "observations": {"neutrophils": "1 10*9/L"}},
            "indeterminate",
            [],
        ),
        ({"observations": QUIET, "findings": NO_SIGNS}, "indeterminate", []),
    ],
    ids=[
        "a set that presupposes sJIA met",
        "sets met",
        "a set met by words",
        "a diagnosis",
        "the ratio met",
        "the MH score met",
        "a quiet panel",
    ],
)
def test_without_a_condition_a_panel_is_possible_or_indeterminate(
    request_: dict[str, Any], category: str, basis: list[str]
) -> None:
    found = assessed(**request_).classification
    assert (found.category, found.primary, [result.criteria.id for result in found.basis]) == (category, None, basis)


def test_a_score_that_favours_primary_hlh_never_raises_the_category() -> None:
    request_: dict[str, Any] = {"patient": {"age_at_onset_years": 1}, "findings": NO_SIGNS}
    observations = QUIET | {"neutrophils": "1 10*9/L"}
    found = assessed("mh-score", **request_ | {"observations": observations, "context": {"condition": "sjia"}})
    assert found.results[0].verdict.value == "met"
    assert found.classification.category == "unlikely"


AFEBRILE = NO_SIGNS | {"fever": False}


def calm(**changes: Any) -> Panel:
    """Return an afebrile child with sJIA in whom nothing speaks for MAS, with some fields of the panel changed."""
    panel = panel_of(context={"condition": "sjia"}, findings=AFEBRILE, observations=QUIET | {"temperature": "36.8 Cel"})
    return replace(panel, **changes)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, ""),
        ({"unread": frozenset({"cxcl9", "d_dimer"})}, ""),  # no set that counts for sJIA reads these
        ({"unread": frozenset({"ferritin"})}, "The newest ferritin gave no result, so this does not reassure."),
        (
            {"unread": frozenset({"cxcl9", "ast", "fever"})},
            "Fever was sent but could not be read, and the newest AST gave no result, so this does not reassure.",
        ),
        ({"unread": frozenset({"medications"})}, "A treatment may be among what could not be read"),
        ({"may_hold_more": True}, "The record may hold something newer, or something that was not read"),
    ],
    ids=["whole", "unread, not needed", "ferritin", "several", "medications", "may hold more"],
)
def test_nothing_is_unlikely_beside_what_was_not_read(changes: dict[str, Any], sentence: str) -> None:
    assessment = assess(calm(**changes))
    assert assessment.classification.category == ("indeterminate" if sentence else "unlikely")
    assert sentence in assessment.summary
    assert ("reassure" in assessment.summary) == bool(sentence)


def test_what_could_not_be_read_takes_nothing_from_a_set_that_is_met() -> None:
    met = panel_of(context={"condition": "sjia"}, findings={"fever": True}, observations=SEVERE)
    doubtful = replace(met, unread=frozenset({"alt", "crp", "medications", "active_arthritis"}), may_hold_more=True)
    assert [assess(panel).classification.category for panel in (met, doubtful)] == ["likely", "likely"]


@pytest.mark.parametrize(
    ("ferritin", "sentence"),
    [
        (None, "Ferritin was not measured, and without it this does not reassure."),
        ({"interpretation": "H"}, "Ferritin is known only in words, and without its number this does not reassure."),
        (">100 ug/L", "Ferritin may lie on either side of its limit, so this does not reassure."),
        ("684 ug/L", ""),
    ],
)
def test_unlikely_without_a_ferritin_that_is_known_says_that_it_does_not_reassure(
    ferritin: object, sentence: str
) -> None:
    panel = panel_of(
        context={"condition": "sjia"}, findings=AFEBRILE, observations=QUIET | {"ferritin": ferritin, "esr": "60 mm/h"}
    )
    assessment = assess(panel)
    assert assessment.classification.category == "unlikely"
    assert sentence in assessment.summary
    assert ("reassure" in assessment.summary) == bool(sentence)


PARODI_MET = {"ldh": "900 U/L", "ast": "90 U/L", "ferritin": "600 ug/L", "temperature": "39 Cel"}


@pytest.mark.parametrize(
    ("ferritin", "category"), [("600 ug/L", "probable"), ("699 ug/L", "likely"), ({"interpretation": "H"}, "probable")]
)
def test_the_lupus_guidelines_make_likely_only_what_another_set_supports(ferritin: Any, category: str) -> None:
    observations = PARODI_MET | {"ferritin": ferritin}
    found = assessed(context={"condition": "jsle"}, observations=observations, patient={"age_years": 12})
    assert found.classification.basis[0].verdict.value == "met"
    assert found.classification.category == category
    assert ("specificity 25 %" in found.summary) == (category == "probable")
