"""A parameter of the address that is not known is refused where a request is made, and sent where it belongs."""

import pytest
from flask.testing import FlaskClient

from service.server.messages.strict_json import dumps, loads

PANEL = {"observations": {"ferritin": "905 ug/L"}}
COURSE = {"panels": [PANEL | {"collected_at": "2026-11-20"}]}
SENT = {
    "/v1/assessments": (PANEL, "application/json"),
    "/v1/assessments/batch": (PANEL, "application/x-ndjson"),
    "/v1/trajectories": (COURSE, "application/json"),
}


@pytest.mark.parametrize(
    ("address", "pointer", "words", "facts"),
    [
        ("/v1/assessments?on_invalid=omit", "/on_invalid", "It belongs in options", {"accepted": ["view"]}),
        ("/v1/trajectories?criteria=hscore", "/criteria", "It belongs in options", {"accepted": ["view"]}),
        ("/v1/trajectories?x", "/x", "not known here", {"accepted": ["view"]}),
        ("/v1/assessments/batch?veiw=summary", "/veiw", "Did you mean 'view'?", {"did_you_mean": "view"}),
        ("/v1/assessments/batch?view=full&a~b/c=1", "/a~0b~1c", "are listed", {"accepted": ["view"]}),
    ],
)
def test_a_parameter_that_is_not_known_is_refused(
    client: FlaskClient, address: str, pointer: str, words: str, facts: dict[str, object]
) -> None:
    document, kind = SENT[address.partition("?")[0]]
    answer = client.post(address, data=dumps(document), content_type=kind)
    [error] = loads(answer.data)["errors"]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, pointer, "unknown_field")
    assert words in error["detail"]
    assert facts.items() <= error.items()
    assert not {"omit", "hscore", "summary"} & {*error["detail"].split()}


@pytest.mark.parametrize("address", [*SENT, *(f"{path}?" for path in SENT), "/v1/assessments/batch?view=summary"])
def test_an_address_without_one_is_taken(client: FlaskClient, address: str) -> None:
    document, kind = SENT[address.partition("?")[0]]
    assert client.post(address, data=dumps(document), content_type=kind).status_code == 200


def test_every_parameter_that_is_not_known_is_told(client: FlaskClient) -> None:
    answer = client.post("/v1/assessments?a=1&b=2&a=3", data=dumps(PANEL), content_type="application/json")
    assert [error["pointer"] for error in loads(answer.data)["errors"]] == ["/a", "/b"]


@pytest.mark.parametrize("path", SENT)
def test_a_parameter_given_twice_is_refused(client: FlaskClient, path: str) -> None:
    document, kind = SENT[path]
    answer = client.post(f"{path}?view=summary&view=full", data=dumps(document), content_type=kind)
    [error] = loads(answer.data)["errors"]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, "/view", "invalid_value")
    assert "more than once" in error["detail"]
