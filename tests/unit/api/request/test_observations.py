"""The observations and findings of a request: a fault of one hides nothing of the others."""

from decimal import Decimal
from typing import Any

import pytest
from marshmallow import ValidationError

from service.api.request.observations import Findings, Observations


def test_a_fault_of_one_observation_hides_nothing_of_the_others() -> None:
    raw = {
        "ferritin": "905 ug/L",
        "platelets": "116",
        "wbc": {"value": "5", "unit": 5},
        "ast": None,
        "platlets": "1 /uL",
        "crp": "120 g/L",
    }
    found = Observations().deserialize(raw)
    assert list(found.readings) == ["ferritin"]
    assert [(entry.pointer, entry.code) for entry in found.entries] == [
        ("/observations/platelets", "unit_required"),
        ("/observations/wbc/value", "not_a_number"),
        ("/observations/wbc/unit", "invalid_value"),
        ("/observations/platlets", "unknown_field"),
        ("/observations/crp", "implausible_value"),
    ]


@pytest.mark.parametrize("field", [Observations(), Findings()])
def test_what_is_no_object_is_refused_whole(field: Any) -> None:
    for raw in ([], "ferritin", True):
        with pytest.raises(ValidationError):
            field.deserialize(raw)


def test_a_finding_is_true_false_or_unknown() -> None:
    raw = {"fever": True, "hepatomegaly": False, "splenomegaly": None}
    assert Findings().deserialize(raw) == ({"fever": True, "hepatomegaly": False}, [])


@pytest.mark.parametrize("value", [Decimal(1), Decimal(0), "yes", "", "N/A", [], {}], ids=str)
def test_nothing_else_is_a_finding(value: Any) -> None:
    found, entries = Findings().deserialize({"fever": value, "splenomegaly": True, "fevr": True})
    assert found == {"splenomegaly": True}
    assert [(entry.pointer, entry.code) for entry in entries] == [
        ("/findings/fevr", "unknown_field"),
        ("/findings/fever", "invalid_value"),
    ]
