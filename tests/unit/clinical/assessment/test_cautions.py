"""Cautions: each only when its reason is there, and only beside a set that was made for the patient."""

from typing import Any

import pytest

from tests.support.results import assessed


def codes(*criteria: str, **request: Any) -> list[tuple[str, str]]:
    return [(caution.code, caution.severity) for caution in assessed(*criteria, **request).cautions]


def test_a_confounded_panel_carries_a_caution_once() -> None:
    context = {"confounders": ["itp", "infectious_hepatitis"]}
    request_: dict[str, Any] = {"context": context, "findings": {"fever": True}}
    assert codes(**request_) == [("confounded", "warning")]
    assert codes("hscore", **request_) == []  # the set that marks them was not asked for


def test_treatments_come_first_then_what_belongs_beside_a_verdict() -> None:
    context = {"condition": "sjia", "medications": [{"name": "tocilizumab"}], "confounders": ["itp"]}
    found = codes(context=context, findings={"fever": False}, patient={"age_years": 10})
    assert found == [("il6_blockade", "warning"), ("confounded", "warning"), ("eular-acr-printo-2016.not_met", "info")]


@pytest.mark.parametrize(("condition", "said"), [("sjia", True), ("aosd", True), ("jsle", False), (None, False)])
def test_a_note_stands_only_beside_a_set_that_was_made_for_the_patient(condition: str | None, said: bool) -> None:
    found = assessed(context={"condition": condition}, findings={"fever": False}).cautions
    found = [caution for caution in found if not caution.code.endswith(".performance")]
    assert [caution.code for caution in found] == (["eular-acr-printo-2016.not_met"] if said else [])
    if said:
        assert "63.6 %" in found[0].message
        assert [reference.doi for reference in found[0].references] == ["10.1002/acr.23482"]


def test_a_note_stands_only_beside_its_verdict() -> None:
    young = {"patient": {"age_years": 1}, "observations": {"neutrophils": "1 10*9/L"}}
    assert codes("mh-score", **young) == [("mh-score.met", "info")]
    assert codes("mh-score", **young | {"observations": {"neutrophils": "2 10*9/L"}}) == []


PERFORMANCE = {
    ("aosd", 40): ["eular-acr-printo-2016", "ms-score", "hscore"],
    ("aosd", None): ["eular-acr-printo-2016", "ms-score", "hscore"],  # the figure is of this disease, at any age
    ("sepsis", 40): ["hlh-2004", "hscore"],
    ("sepsis", 10): [],
    ("sepsis", None): [],
    ("sjia", 10): [],
    (None, 40): [],
}
"""The sets that say how they did in patients like this one."""


@pytest.mark.parametrize(("patient", "sets"), PERFORMANCE.items(), ids=str)
def test_how_a_set_did_in_other_patients_is_told_to_those_patients_only(
    patient: tuple[str | None, int | None], sets: list[str]
) -> None:
    condition, age = patient
    found = codes(context={"condition": condition}, patient={"age_years": age}, findings={"fever": True})
    assert [code for code, _ in found if "performance" in code] == [f"{key}.performance" for key in sets]
