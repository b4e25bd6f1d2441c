"""The addresses of CDS Hooks: who is answered, and with what status."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.server.messages.strict_json import loads
from tests.support.calls import MET, PATH, with_settings
from tests.support.records import bundle, call, carded, met_panel, observation, send


@pytest.mark.parametrize(("method", "path", "status"), [("GET", PATH, 405), ("GET", "/cds-services/a/b/c", 404)])
def test_what_is_not_offered_is_said_in_the_services_own_words(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert "URL" not in loads(answer.data)["issue"][0]["details"]["text"]


def test_an_unknown_service_is_404_and_a_trailing_slash_is_the_same_service(client: FlaskClient) -> None:
    assert send(client, "/cds-services/other", call(MET))[0] == 404
    assert send(client, "/cds-services/other/feedback", {})[0] == 404
    assert send(client, f"{PATH}/", call(MET))[0] == 200


def test_two_patients_in_the_prefetch_are_refused(client: FlaskClient) -> None:
    labs = bundle(*met_panel(), observation("1742-6", 9, "U/L", subject={"reference": "Patient/p2"}))
    status, answer, _ = send(client, PATH, call({"labs": labs}))
    assert (status, answer["resourceType"]) == (422, "OperationOutcome")


def test_results_of_another_patient_than_the_open_chart_are_said_to_be_so(client: FlaskClient) -> None:
    [card] = carded(client, MET, context={"patientId": "other", "userId": "Practitioner/1"})
    assert "another patient" in card["detail"]
    assert "another patient" not in carded(client, MET)[0]["detail"]


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("application/fhir+json, */*; q=0.1", 200),
        ("application/json;q=0, application/fhir+json", 200),
        ("application/json;q=0, */*", 406),
        ("text/html", 406),
    ],
)
def test_accept(client: FlaskClient, accept: str, status: int) -> None:
    assert send(client, PATH, call(MET), Accept=accept)[0] == status


def test_a_fault_of_ours_tells_nothing_of_the_patient(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("Smith")

    monkeypatch.setattr("service.ehr.cds_hooks.routes.assess", fail)
    status, answer, headers = send(client, PATH, call(MET))
    assert (status, headers["Content-Type"]) == (500, "application/json")
    assert "Smith" not in str(answer)


def test_browsers_are_answered_only_for_listed_origins() -> None:
    asked = {
        "Origin": "https://ehr.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    for path in ("/cds-services", PATH, f"{PATH}/feedback"):
        closed = with_settings().options(path, headers=asked)
        assert "Access-Control-Allow-Origin" not in closed.headers
        opened = with_settings(cors_origins=("https://ehr.example",)).options(path, headers=asked)
        assert opened.status_code == 200
        assert opened.headers["Access-Control-Allow-Origin"] == "https://ehr.example"
        assert "Authorization" in opened.headers["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Credentials" not in opened.headers
