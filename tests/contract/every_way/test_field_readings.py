"""Inputs from the field that version 1 refused or told unclearly: what each is answered, as a caller sees it."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.server.messages.strict_json import dumps, loads


def answered(client: FlaskClient, **request: Any) -> tuple[int, dict[str, Any]]:
    answer = client.post("/v1/assessments", data=dumps(request), content_type="application/json")
    return answer.status_code, loads(answer.data)


def observed(document: Any) -> dict[str, str]:
    """Every value as reported, by input."""
    found: dict[str, str] = {}
    if isinstance(document, dict):
        if isinstance(document.get("observed"), dict):
            found[document["id"]] = document["observed"]["reported"]
        for below in document.values():
            found |= observed(below)
    elif isinstance(document, list):
        for below in document:
            found |= observed(below)
    return found


def test_thousands_are_read_where_one_number_alone_can_be_meant(client: FlaskClient) -> None:
    observations = {"ferritin": "1,234.5 ug/L", "platelets": "1,234,567 /uL", "ldh": ">40,000 U/L"}
    status, document = answered(
        client, observations=observations, options={"criteria": ["parodi-2009", "ravelli-2005"]}
    )
    assert status == 200
    assert observed(document) | {"ldh": ">40000 U/L", "platelets": "1234567 /uL"} == observed(document)


@pytest.mark.parametrize("platelets", [{"value": 152, "unit": "THOUS/MCL"}, {"value": 152, "unit": "10+3/ul"}])
def test_a_count_in_thousands_is_read(client: FlaskClient, platelets: dict[str, Any]) -> None:
    status, document = answered(client, observations={"platelets": platelets})
    assert (status, observed(document)["platelets"]) == (200, "152 10*3/uL")


def test_a_full_width_caret_is_a_caret(client: FlaskClient) -> None:
    status, document = answered(client, observations={"platelets": "15 10＾4/μl"})
    assert (status, observed(document)["platelets"]) == (200, "15 10*4/uL")


@pytest.mark.parametrize("text", ["12500 H", "12500*", "12500(R)", "H 12500"])
def test_a_flag_in_a_text_is_named_and_the_unit_is_not_blamed(client: FlaskClient, text: str) -> None:
    status, document = answered(client, observations={"ferritin": text})
    (fault,) = document["errors"]
    assert (status, fault["code"]) == (422, "invalid_quantity")
    assert "flag" in fault["detail"]
    assert "interpretation" in fault["detail"]


def test_a_unit_that_is_too_long_names_the_limit(client: FlaskClient) -> None:
    unit = "a" + "\u0315" * 16_000 + "\u0316" * 16_000
    status, document = answered(client, observations={"ferritin": {"value": 905, "unit": unit}})
    (fault,) = document["errors"]
    assert (status, fault["code"], fault["longest"]) == (422, "unit_not_accepted", 48)
    assert "48 characters" in fault["detail"]


@pytest.mark.parametrize("number", ["1e1000000000000000000", "0e99999999999999999999", "1e-1000000000000000000"])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/assessments", '{"observations": {"ferritin": {"value": %s, "unit": "ug/L"}}}'),
        (
            "/v1/trajectories",
            '{"panels": [{"collected_at": "2026-11-20", "observations": {"ferritin": {"value": %s}}}]}',
        ),
        ("/fhir/$evaluate-mas", '{"resourceType": "Observation", "valueQuantity": {"value": %s}}'),
        ("/cds-services/mas-criteria", '{"hook": "patient-view", "x": %s}'),
    ],
)
def test_a_number_whose_exponent_no_number_has_is_a_400(client: FlaskClient, path: str, body: str, number: str) -> None:
    answer = client.post(path, data=body % number, content_type="application/json")
    assert answer.status_code == 400


def test_a_batch_line_with_such_a_number_is_refused_by_itself(client: FlaskClient) -> None:
    lines = '{"findings": {"fever": true}, "x": 1e1000000000000000000}\n{"findings": {"fever": true}}\n'
    answer = client.post("/v1/assessments/batch", data=lines, content_type="application/x-ndjson")
    assert [loads(line)["status"] for line in answer.data.splitlines()] == [400, 200]
