"""What a CDS Hooks call must hold, and what it may."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.calls import MET, PATH
from tests.support.records import call, carded, send


@pytest.mark.parametrize(
    "changed",
    [
        {"hook": None},
        {"hookInstance": None},
        {"hookInstance": "x" * 257},
        {"context": None},
        {"context": {"userId": "x"}},
        {"context": {"patientId": 7}},
        {"hook": "encounter-discharge"},
        {"prefetch": []},
    ],
)
def test_what_is_missing_is_400(client: FlaskClient, changed: dict[str, Any]) -> None:
    status, answer, _ = send(client, PATH, call(MET, **changed))
    assert (status, answer["issue"][0]["code"]) == (400, "invalid")


@pytest.mark.parametrize("document", [[], "x", 7, None])
def test_what_is_no_object_is_400(client: FlaskClient, document: Any) -> None:
    assert send(client, PATH, document)[0] == 400


def test_unknown_members_are_ignored(client: FlaskClient) -> None:
    more = {"extension": {"org.example": {"a": 1}}, "fhirServer": "https://ehr.example/fhir", "unknown": 1}
    assert carded(client, MET, **more) == carded(client, MET)
