"""What is missing, and which one further value could by itself settle the verdict."""

from decimal import Decimal
from typing import Any

import pytest

from service.clinical.measurement.interval import MET, NOT_MET, UNKNOWN
from tests.support.results import result_of

FEVER = {"findings": {"fever": True}}


def asked_for(key: str, **request: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    result = result_of(key, **request)
    return result.missing, result.decisive


def test_one_of_two_of_four_known_any_other_decides() -> None:
    missing, decisive = asked_for(
        "eular-acr-printo-2016", observations={"ferritin": "905 ug/L", "platelets": "116 10*9/L"}, **FEVER
    )
    assert missing == decisive == ("ast", "triglycerides", "fibrinogen")


def test_where_two_more_are_needed_only_the_mandatory_one_decides() -> None:
    """A ferritin at or below the limit settles it as not met; no other single value settles anything."""
    missing, decisive = asked_for("eular-acr-printo-2016", **FEVER)
    assert missing == ("ferritin", "platelets", "ast", "triglycerides", "fibrinogen")
    assert decisive == ("ferritin",)


def test_fever_alone_is_missing_in_two_forms_and_each_decides() -> None:
    observations = {"ferritin": "905 ug/L", "platelets": "116 10*9/L", "ast": "100 U/L"}
    missing, decisive = asked_for("eular-acr-printo-2016", observations=observations)
    assert missing == ("fever", "temperature", "triglycerides", "fibrinogen")
    assert decisive == ("fever", "temperature")


def test_a_verdict_that_is_settled_leaves_inputs_missing_but_none_decisive() -> None:
    missing, decisive = asked_for("eular-acr-printo-2016", findings={"fever": False})
    assert missing == ("ferritin", "platelets", "ast", "triglycerides", "fibrinogen")
    assert decisive == ()


def test_a_censored_value_across_the_limit_is_still_missing() -> None:
    observations = {"ferritin": "<700 ng/mL", "platelets": "116 10*9/L", "ast": "100 U/L"}
    missing, decisive = asked_for("eular-acr-printo-2016", observations=observations, **FEVER)
    assert "ferritin" in missing
    assert decisive == ("ferritin",)


def test_a_word_alone_leaves_its_input_missing() -> None:
    missing, _ = asked_for("eular-acr-printo-2016", observations={"fibrinogen": {"interpretation": "L"}}, **FEVER)
    assert "fibrinogen" in missing


@pytest.mark.parametrize(
    ("request_", "open_", "closed"),
    [
        ({"findings": {"cns_dysfunction": True}}, {"liver_below_costal_margin", "hepatomegaly"}, set()),
        (
            {"findings": {"cns_dysfunction": True, "hepatomegaly": True}},
            {"liver_below_costal_margin"},
            {"hepatomegaly"},
        ),
        (
            {"findings": {"cns_dysfunction": True, "hepatomegaly": False}},
            set(),
            {"liver_below_costal_margin", "hepatomegaly"},
        ),
        (
            {"observations": {"liver_below_costal_margin": "<5 cm"}},
            {"liver_below_costal_margin"},
            {"hepatomegaly"},
        ),
        (
            {"observations": {"liver_below_costal_margin": {"interpretation": "H"}}},
            {"liver_below_costal_margin", "hepatomegaly"},
            set(),
        ),
    ],
)
def test_a_size_asks_for_its_finding_only_while_that_could_settle_it(
    request_: dict[str, Any], open_: set[str], closed: set[str]
) -> None:
    missing, _ = asked_for("ravelli-2005", **request_)
    assert open_ <= set(missing)
    assert not closed & set(missing)


def test_an_absent_finding_can_decide_where_its_presence_cannot() -> None:
    """All but the liver are known not to count: no enlargement at all leaves one item, too few."""
    observations = {"platelets": "300 10*9/L", "ast": "20 U/L", "wbc": "8 10*9/L", "fibrinogen": "4 g/L"}
    missing, decisive = asked_for(
        "ravelli-2005", observations=observations, findings={"cns_dysfunction": True, "hemorrhage": False}
    )
    assert missing == decisive == ("liver_below_costal_margin", "hepatomegaly")
    for sent, verdict in ((True, UNKNOWN), (False, NOT_MET)):
        findings = {"cns_dysfunction": True, "hemorrhage": False, "hepatomegaly": sent}
        assert result_of("ravelli-2005", observations=observations, findings=findings).verdict is verdict


def test_a_finding_whose_presence_leaves_the_size_open_does_not_decide() -> None:
    """One item is met: a large liver would be the second, an enlarged one of unknown size would not."""
    missing, decisive = asked_for("ravelli-2005", findings={"cns_dysfunction": True})
    assert {"liver_below_costal_margin", "hepatomegaly"} <= set(missing)
    assert "liver_below_costal_margin" in decisive
    assert "hepatomegaly" not in decisive


def test_what_a_better_way_has_settled_is_not_asked_for() -> None:
    missing, _ = asked_for("hlh-2004", observations={"spleen_below_costal_margin": "2 cm"}, **FEVER)
    assert not {"fever", "temperature", "splenomegaly", "spleen_below_costal_margin"} & set(missing)


def test_one_input_that_several_items_read_decides_through_all_of_them() -> None:
    """Haemoglobin stands in two limits of one item; one value of it settles both."""
    observations = {"platelets": "90 10*9/L", "neutrophils": "2 10*9/L", "ferritin": "600 ug/L", "scd25": "100 U/mL"}
    observations |= {"triglycerides": "3.1 mmol/L"}
    findings = {"fever": True, "splenomegaly": True, "hemophagocytosis": False, "low_or_absent_nk_activity": False}
    missing, decisive = asked_for(
        "hlh-2004", patient={"age_years": Decimal("0.05")}, observations=observations, findings=findings
    )
    assert "hemoglobin" in missing
    assert decisive == ("hemoglobin",)


def test_a_score_is_decided_by_what_can_lift_it_over_or_keep_it_under() -> None:
    known = {"immunosuppression": False, "hepatomegaly": True, "splenomegaly": True, "hemophagocytosis": False}
    observations = {
        "temperature": "40 Cel",
        "hemoglobin": "90 g/L",
        "wbc": "4 10*9/L",
        "platelets": "100 10*9/L",
        "fibrinogen": "3 g/L",
    }
    missing, decisive = asked_for("hscore", findings=known, observations=observations)
    assert missing == ("ferritin", "triglycerides", "ast")
    assert decisive == ("ferritin", "triglycerides")  # 121 so far: 50 or 64 reach 169, 19 does not


@pytest.mark.parametrize(
    ("observations", "decisive"),
    [
        ({"esr": "2 mm/h"}, ("ferritin",)),
        ({"ferritin": "905 ng/mL"}, ("esr",)),
        ({"ferritin": "905 ng/mL", "esr": "<100 mm/h"}, ("esr",)),
        ({"crp": "5 mg/L"}, ()),
    ],
)
def test_a_ratio_is_decided_by_the_side_that_is_missing(
    observations: dict[str, str], decisive: tuple[str, ...]
) -> None:
    assert asked_for("ferritin-esr-ratio", observations=observations)[1] == decisive


def test_an_esr_of_zero_stays_open_below_its_resolution_and_may_still_leave_the_ratio_open() -> None:
    result = result_of("ferritin-esr-ratio", observations={"ferritin": "20 ng/mL", "esr": "0 mm/h"})
    assert (result.verdict, result.missing) == (UNKNOWN, ("esr",))
    assert result_of("ferritin-esr-ratio", observations={"ferritin": "21.5 ng/mL", "esr": "0 mm/h"}).verdict is MET


def test_an_esr_cannot_decide_where_only_a_value_below_its_resolution_would() -> None:
    """With ferritin 20 the ratio reaches 21.5 only for an ESR below 0.93, which no result can show."""
    _, decisive = asked_for("ferritin-esr-ratio", observations={"ferritin": "20 ng/mL"})
    assert decisive == ("esr",)  # an ordinary ESR settles it as not met
    for esr, verdict in (("0 mm/h", UNKNOWN), ("1 mm/h", NOT_MET)):
        assert result_of("ferritin-esr-ratio", observations={"ferritin": "20 ng/mL", "esr": esr}).verdict is verdict


def test_a_linear_score_is_decided_within_the_plausible_range_and_at_an_open_end() -> None:
    known = {"cns_dysfunction": False, "hemorrhage": False, "active_arthritis": False}
    observations = {"platelets": "300 10*9/L", "ldh": "400 U/L", "ferritin": "684 ng/mL"}
    assert asked_for("ms-score", findings=known, observations=observations)[1] == ("fibrinogen",)
    observations |= {"fibrinogen": ">400 mg/dL"}  # -2.0316 at most: only far above 400 is it below -2.1
    result = result_of("ms-score", findings=known, observations=observations)
    assert (result.verdict, result.missing, result.decisive) == (UNKNOWN, ("fibrinogen",), ("fibrinogen",))


def test_a_finding_of_a_linear_score_can_decide_by_its_absence_alone() -> None:
    observations = {"platelets": "600 10*9/L", "ldh": "250 U/L", "fibrinogen": "650 mg/dL", "ferritin": "800 ng/mL"}
    known = {"hemorrhage": True, "active_arthritis": False}  # -2.53 without, -0.09 with CNS dysfunction
    assert asked_for("ms-score", findings=known, observations=observations) == (
        ("cns_dysfunction",),
        ("cns_dysfunction",),
    )


def test_a_present_age_can_settle_the_age_at_onset() -> None:
    """An infant's illness began before 1.6 years; of an older child only the age at onset says when."""
    known = {"findings": {"splenomegaly": False}, "observations": {"neutrophils": "1 10*9/L", "platelets": "90 10*9/L"}}
    known["observations"] |= {"hemoglobin": "90 g/L", "fibrinogen": "2 g/L"}
    assert asked_for("mh-score", **known) == (("age_at_onset_years", "age_years"),) * 2
    assert asked_for("mh-score", patient={"age_years": Decimal(4)}, **known) == (("age_at_onset_years",),) * 2
    assert result_of("mh-score", patient={"age_years": Decimal(1)}, **known).verdict is MET
