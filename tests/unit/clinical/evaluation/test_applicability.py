"""For whom a set was made: as the contract says for each condition and age; its numbers are given for all."""

from decimal import Decimal
from itertools import product

import pytest

from service.clinical.criteria import ORDER
from service.clinical.measurement.interval import Interval
from service.clinical.panel.panel import CONDITIONS
from tests.support.results import result_of

AGES: dict[str, Decimal | None] = {"child": Decimal("17.9"), "adult": Decimal(18), "unknown": None}
FOR_SJIA = {"sjia": "applicable", "suspected_sjia": "applicable", "aosd": "extrapolated", None: "unknown"}
BY_CONDITION = {
    "eular-acr-printo-2016": FOR_SJIA | {"kawasaki": "extrapolated"},
    "ravelli-2005": FOR_SJIA,
    "ms-score": FOR_SJIA,
    "ferritin-esr-ratio": FOR_SJIA,
    "ohi-index": {
        "malignancy": "applicable",
        "haematological_malignancy": "applicable",
        "solid_tumour": "extrapolated",
        None: "unknown",
    },
    "mals-ferritin-2017": {"sepsis": "applicable", None: "unknown"},
}
BY_AGE = {
    "hlh-2004": {"child": "applicable", "adult": "extrapolated", "unknown": "unknown"},
    "hlh-2024": {"child": "applicable", "adult": "extrapolated", "unknown": "unknown"},
    "hscore": {"child": "extrapolated", "adult": "applicable", "unknown": "unknown"},
    "mh-score": {"child": "applicable", "adult": "not_applicable", "unknown": "applicable"},
}
IN_INTENSIVE_CARE = {"child": "not_applicable", "adult": "extrapolated", "unknown": "unknown"}
LUPUS = {"child": "applicable", "adult": "extrapolated", "unknown": "applicable"}


def expected_applicability(key: str, condition: str | None, group: str) -> str:
    """Return what the contract says of a set for a patient."""
    if key in BY_CONDITION:
        return BY_CONDITION[key].get(condition, "not_applicable")
    if key in BY_AGE:
        return BY_AGE[key][group]
    if key == "hlh-2004-icu-2020":
        return "applicable" if (condition, group) == ("sepsis", "adult") else IN_INTENSIVE_CARE[group]
    return {"jsle": LUPUS[group], None: "unknown"}.get(condition, "not_applicable")


@pytest.mark.parametrize("key", ORDER)
def test_for_whom_a_set_was_made(key: str) -> None:
    patients = list(product([*CONDITIONS, None], AGES))
    found = {
        (condition, group): result_of(
            key, context={"condition": condition}, patient={"age_years": AGES[group]}, findings={"fever": True}
        ).applicability
        for condition, group in patients
    }
    assert found == {patient: expected_applicability(key, *patient) for patient in patients}


def test_a_number_is_given_for_whomever_the_set_was_made() -> None:
    result = result_of("mh-score", patient={"age_years": 64}, observations={"neutrophils": "1 10*9/L"})
    assert result.applicability == "not_applicable"
    assert result.score == Interval(Decimal(37), Decimal(123))
