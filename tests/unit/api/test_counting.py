"""What is counted of an assessment: categories, verdicts, and why an input of the leading set stayed unknown."""

from typing import Any

import pytest

from service.api import counting
from service.api.problems import Entry
from tests.support.results import assessed

Calls = list[tuple[str, ...]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    found: Calls = []
    for name in ("assessment", "verdict", "unknown_input", "rejected_input"):
        monkeypatch.setattr(counting.metrics, name, lambda *said, name=name: found.append((name, *said[:2])))
    return found


def test_an_assessment_and_each_verdict_that_is_reported_are_counted(calls: Calls) -> None:
    request: dict[str, Any] = {"observations": {"ferritin": "684 ug/L"}, "findings": {"fever": True}}
    counting.assessed("batch", assessed("eular-acr-printo-2016", "ohi-index", **request))
    assert calls == [
        ("assessment", "batch", "indeterminate"),
        ("verdict", "eular-acr-printo-2016", "not_met"),
        ("verdict", "ohi-index", "not_met"),
    ]


def test_what_the_leading_set_lacks_is_counted_with_its_reason(calls: Calls) -> None:
    observations = {
        "ferritin": "<700 ug/L",
        "platelets": {"interpretation": "L"},
        "triglycerides": {"interpretation": "N"},
        "fibrinogen": "1 g/L",
    }
    counting.assessed(
        "json",
        assessed("hscore", context={"condition": "sjia"}, findings={"fever": True}, observations=observations),
    )
    assert [call[1:] for call in calls if call[0] == "unknown_input"] == [
        ("ferritin", "left_open"),
        ("platelets", "word_only"),
        ("ast", "missing"),
        ("triglycerides", "unusable"),
    ]
    assert {reason for _, reason in (call[1:] for call in calls if call[0] == "unknown_input")} <= set(
        counting.UNKNOWN_REASONS
    )


def test_what_was_left_out_is_counted_as_unknown_and_as_rejected(calls: Calls) -> None:
    entries = [
        Entry(("observations", "ferritin"), "implausible_value", ""),
        Entry(("observations", "wbc", "unit"), "unit_required", ""),
    ]
    counting.assessed("json", assessed("hscore", findings={"fever": True}), entries)
    assert [call for call in calls if call[0] == "unknown_input"] == [
        ("unknown_input", "ferritin", "omitted"),
        ("unknown_input", "wbc", "omitted"),
    ]
    assert [call for call in calls if call[0] == "rejected_input"] == [
        ("rejected_input", "ferritin", "implausible_value"),
        ("rejected_input", "wbc", "unit_required"),
    ]


def test_the_faults_of_a_refused_request_are_counted_by_input_and_code(calls: Calls) -> None:
    counting.refused([Entry(("findings", "fever"), "invalid_value", ""), Entry(("nonsense",), "unknown_field", "")])
    assert calls == [("rejected_input", "fever", "invalid_value"), ("rejected_input", "", "unknown_field")]


def test_a_fault_in_a_course_is_counted_by_its_input_too(calls: Calls) -> None:
    counting.refused(
        [
            Entry(("observations", "wbc", "unit"), "unit_required", "").under(("panels", "7")),
            Entry(("panels", "7", "nonsense"), "unknown_field", ""),
            Entry(("panels",), "invalid_value", ""),
        ]
    )
    assert [call[1] for call in calls] == ["wbc", "", ""]
