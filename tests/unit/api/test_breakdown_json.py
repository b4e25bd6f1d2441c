"""What is remembered of one panel shows nothing of it in the answer to the next."""

from typing import Any

import pytest

from service.api.response.breakdown_json import ITEMS
from service.clinical.criteria import CATALOGUE, ORDER
from service.clinical.evaluation.evaluate import PREPARED
from tests.unit.api.documents import answer_to

FIRST: dict[str, Any] = {
    "patient": {"age_years": 11, "age_at_onset_years": 9},
    "observations": {
        "ferritin": "7123.5 ng/mL",
        "platelets": {"value": 98, "unit": "10*9/L", "comparator": "<"},
        "triglycerides": "301 mg/dL",
        "fibrinogen": {"interpretation": "LL"},
        "wbc": {"interpretation": 'odd "1"'},
        "esr": "13 mm/h",
    },
    "findings": {"fever": True},
    "context": {"condition": "sjia"},
}
SECOND: dict[str, Any] = FIRST | {
    "patient": {"age_years": 12, "age_at_onset_years": 8},
    "observations": {
        "ferritin": "8456.5 ng/mL",
        "platelets": {"value": 99, "unit": "10*9/L", "comparator": "<"},
        "triglycerides": "302 mg/dL",
        "fibrinogen": {"interpretation": "L"},
        "wbc": {"interpretation": "odd \\2"},
        "esr": "14 mm/h",
    },
}


TEXTS: list[Any] = [one for texts in ITEMS.of_items.values() for one in texts]


def forget() -> None:
    for one in (*TEXTS, *ITEMS.of_sets.values(), *(one for made in PREPARED.values() for one in made.standings)):
        if hasattr(one, "cache_clear"):
            one.cache_clear()


@pytest.mark.parametrize("key", ORDER)
def test_a_panel_of_the_same_verdicts_is_answered_with_its_own_values(key: str) -> None:
    forget()
    alone = answer_to(key, **SECOND)
    forget()
    answer_to(key, **FIRST)
    assert answer_to(key, **SECOND) == alone


def test_what_is_remembered_is_bounded_and_holds_no_value() -> None:
    forget()
    answer_to(**FIRST)
    remembered: list[Any] = [*TEXTS, *ITEMS.of_sets.values()]
    assert len(ITEMS.of_sets) == len(CATALOGUE) - 2
    assert all(one.cache_info().maxsize for one in remembered)
    assert {one.cache_info().currsize for one in remembered} == {1}
    answer_to(**SECOND)
    assert {one.cache_info().currsize for one in remembered} == {1}


def test_rules_whose_leaves_are_numbers_of_a_patient_are_not_remembered() -> None:
    numbers = {key for key, one in PREPARED.items() if one.plan.holds_numbers}
    assert numbers == {"ms-score", "ferritin-esr-ratio"}
    for key in numbers:
        assert not [one for one in PREPARED[key].standings if hasattr(one, "cache_info")]
        assert id(PREPARED[key].explanation) not in ITEMS.of_sets
