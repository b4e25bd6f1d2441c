"""Feedback is counted and forgotten."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.server.observing import metrics
from tests.support.calls import PATH
from tests.support.records import send

FEEDBACK = {"card": "7f1a", "outcome": "overridden", "outcomeTimestamp": "2026-11-23T08:00:00.000Z"}
OURS = {
    "reason": {"code": "other-cause", "system": "https://mas-risk.example/fhir/CodeSystem/override-reason"},
    "userComment": "Smith",
}
ACCEPTED = FEEDBACK | {"outcome": "accepted", "acceptedSuggestions": [{"id": "1"}]}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[tuple[str, str]]]:
    seen: list[tuple[str, str]] = []
    monkeypatch.setattr(metrics, "cds_feedback", lambda outcome, reason: seen.append((outcome, reason)))
    return lambda: seen


def test_feedback_is_counted_and_forgotten(
    client: FlaskClient, counted: Callable[[], Any], capfd: pytest.CaptureFixture[str]
) -> None:
    foreign = {"reason": {"code": "other-cause", "system": "https://x.example"}}
    entries = [FEEDBACK, FEEDBACK | {"overrideReason": OURS}, FEEDBACK | {"overrideReason": foreign}, ACCEPTED]
    status, answer, _ = send(client, f"{PATH}/feedback", {"feedback": entries})
    assert (status, answer) == (200, {})
    assert counted() == [
        ("overridden", "none"),
        ("overridden", "other-cause"),
        ("overridden", "other"),
        ("accepted", "none"),
    ]
    assert "Smith" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "entry",
    [
        FEEDBACK | {"card": ""},
        FEEDBACK | {"outcome": "ignored"},
        FEEDBACK | {"outcome": ["accepted"]},
        FEEDBACK | {"outcomeTimestamp": "yesterday"},
        ACCEPTED | {"acceptedSuggestions": []},
        ACCEPTED | {"acceptedSuggestions": [{}]},
        7,
    ],
)
def test_feedback_of_another_form_is_400_and_not_counted(
    client: FlaskClient, counted: Callable[[], Any], entry: Any
) -> None:
    assert send(client, f"{PATH}/feedback", {"feedback": [FEEDBACK, entry]})[0] == 400
    assert counted() == []


@pytest.mark.parametrize("document", [{}, [], {"feedback": []}, {"feedback": {}}, {"feedback": [FEEDBACK] * 101}])
def test_feedback_needs_a_list(client: FlaskClient, document: Any) -> None:
    status, answer, _ = send(client, f"{PATH}/feedback", document)
    assert status == 400
    starts = "The body must be a JSON object" if isinstance(document, list) else "feedback must be an array"
    assert answer["issue"][0]["details"]["text"].startswith(starts)
