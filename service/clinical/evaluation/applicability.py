"""Whether a set was made for a patient, worked out once for every patient there can be."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from service.clinical.criteria.criteria_set import Applicability
from service.clinical.panel.panel import CONDITIONS, UNKNOWN_CONDITION

LEAST_FAVOURABLE_FIRST = ("not_applicable", "unknown", "extrapolated", "applicable")
AGE_GROUPS = {True: "adult", False: "child", None: "unknown"}
ByPatient = Mapping[tuple[str, bool | None], str]
"""By condition, and by whether the patient is an adult (None: not known)."""


def applicability_of(fits: Applicability) -> ByPatient:
    """Return for every patient whether the set was made for one like that."""
    patients = product((*CONDITIONS, UNKNOWN_CONDITION), AGE_GROUPS)
    return {(condition, is_adult): _fit(fits, condition, is_adult) for condition, is_adult in patients}


def _fit(fits: Applicability, condition: str, is_adult: bool | None) -> str:
    """Return whether the set was made for a patient: by condition and age, the less favourable of the two."""
    by_condition = (fits.condition.get(condition) or fits.condition["otherwise"]) if fits.condition else ""
    by_age = fits.age[AGE_GROUPS[is_adult]] if fits.age else ""
    if not (by_condition and by_age):
        return by_condition or by_age
    return min(by_condition, by_age, key=LEAST_FAVOURABLE_FIRST.index)
