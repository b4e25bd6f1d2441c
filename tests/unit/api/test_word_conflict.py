"""A number, its reference range and its word that contradict each other: which of them is wrong cannot be told."""

from typing import Any

import pytest

from service.api.request.panel import read_panel_request
from service.server.messages.strict_json import dumps, loads

DENIED = [("interpretation_conflict", "/observations/fibrinogen")]


def denied(sent: Any) -> list[tuple[str, str]]:
    """Return the faults of a result of fibrinogen, which is read unless it has one."""
    asked = read_panel_request(loads(dumps({"observations": {"fibrinogen": sent}})))
    found = [(entry.code, entry.pointer) for entry in asked.omitted]
    assert ("fibrinogen" in asked.panel.readings, "fibrinogen" in asked.panel.unread) == (not found, bool(found))
    return found


@pytest.mark.parametrize(
    ("value", "word", "conflict"),
    [
        (3, "L", True),
        (3, "LL", True),
        (5, "L", True),
        (3, "H", True),
        (3, "HH", True),
        (1, "H", True),
        (1, "N", True),
        (5, "N", True),
        (1, "L", False),
        (2, "L", False),
        (4, "H", False),
        (5, "H", False),
        (2, "N", False),
        (4, "N", False),
        (3, "A", False),
    ],
)
def test_a_number_that_its_word_and_its_range_deny_is_named(value: int, word: str, conflict: bool) -> None:
    sent = {"value": value, "unit": "g/L", "interpretation": word}
    reference = {"low": 2, "high": 4, "unit": "g/L"}
    found = denied(sent | {"reference_range": reference})
    assert found == (DENIED if conflict else [])
    assert denied(sent) == []


def test_a_word_is_denied_only_by_a_number_and_an_end_that_leave_no_doubt() -> None:
    sent = {"value": 3, "unit": "g/L", "comparator": "<", "interpretation": "L"}
    reference = {"low": 2, "high": 4, "unit": "g/L"}
    assert denied(sent | {"reference_range": reference}) == []
    above = sent | {"comparator": ">", "reference_range": reference}
    assert denied(above) == DENIED
    high_only = {"value": 3, "unit": "g/L", "interpretation": "H", "reference_range": {"low": 2, "unit": "g/L"}}
    assert denied(high_only) == DENIED
    for word in ("L", "N", "H"):
        alone = {"interpretation": word, "reference_range": reference}
        assert denied(alone) == []


def test_beside_such_a_number_nothing_is_unlikely_and_no_request_is_refused(post: Any) -> None:
    reference = {"low": 30, "high": 400, "unit": "ug/L"}
    calm = {"platelets": "300 10*9/L", "ast": "25 U/L", "fibrinogen": "4.2 g/L", "triglycerides": "0.7 mmol/L"}
    for value, word, expected in ((120, "N", "unlikely"), (12500, "N", "indeterminate"), (120, "H", "indeterminate")):
        ferritin = {"value": value, "unit": "ug/L", "interpretation": word, "reference_range": reference}
        status, answer = post(
            context={"condition": "sjia"}, observations=calm | {"ferritin": ferritin}, findings={"fever": True}
        )
        assert (status, answer["classification"]["category"]) == (200, expected)
