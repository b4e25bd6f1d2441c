"""Whatever goes wrong is one problem+json with the id of its request."""

from collections.abc import Callable

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from werkzeug.exceptions import BadRequest, HTTPException, MethodNotAllowed, ServiceUnavailable, TooManyRequests

from service.api import errors
from service.api.problems import Entry, InvalidRequest
from service.api.request.body import MalformedJson
from service.app import create_app
from service.server.messages.strict_json import loads
from service.server.settings import Settings


def client_that(fails: Callable[[], object]) -> FlaskClient:
    app = Flask(__name__)
    app.register_error_handler(Exception, errors.answer)
    app.add_url_rule("/", "fail", lambda: fails() or "")
    return app.test_client()


def raising(error: Exception) -> Callable[[], object]:
    def fail() -> object:
        raise error

    return fail


@pytest.mark.parametrize("status", [400, 401, 403, 408, 413, 414, 415, 422, 429, 500, 503])
def test_an_http_error_keeps_its_status_and_becomes_a_problem(status: int) -> None:
    answer = client_that(lambda: abort(status)).get("/", headers={"X-Request-Id": "id-1"})
    document = loads(answer.data)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert (document["status"], document["request_id"], document["errors"]) == (status, "id-1", [])
    assert document["detail"]


@pytest.mark.parametrize(
    ("error", "header", "value"),
    [
        (MethodNotAllowed(["GET", "POST"]), "Allow", "GET, POST"),
        (TooManyRequests(retry_after=30), "Retry-After", "30"),
        (ServiceUnavailable(retry_after=5), "Retry-After", "5"),
    ],
)
def test_the_headers_that_tell_a_caller_what_to_do_are_kept(error: HTTPException, header: str, value: str) -> None:
    assert client_that(raising(error)).get("/").headers[header] == value


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/v1/assesments", " Did you mean /v1/assessments?"),
        ("/v1/assessments/", " Did you mean /v1/assessments?"),
        ("/criteria", " Did you mean /v1/criteria?"),
        ("/v1/criteria/hlh2004", " Did you mean hlh-2004?"),
        ("/v1/criteria/x", ""),
        ("/nowhere", ""),
        ("/v1/" + 9000 * "x", ""),
    ],
)
def test_an_address_that_is_near_another_is_answered_with_it(path: str, meant: str) -> None:
    answer = create_app(Settings(web=False)).test_client().get(path)
    assert answer.status_code == 404
    assert loads(answer.data)["detail"].partition(".")[2].removeprefix("yaml lists the addresses.") == meant


def test_a_request_that_cannot_be_used_lists_its_faults() -> None:
    entries = [Entry(("a",), "not_a_number", "A number."), Entry(("b",), "invalid_value", "A word.")]
    answer = client_that(raising(InvalidRequest(entries))).get("/")
    document = loads(answer.data)
    assert (answer.status_code, document["detail"]) == (422, "2 fields need attention.")
    assert [error["pointer"] for error in document["errors"]] == ["/a", "/b"]


def test_any_other_exception_is_a_500_without_a_word_of_it() -> None:
    answer = client_that(raising(ValueError("ferritin was 73915"))).get("/")
    assert answer.status_code == 500
    assert "73915" not in answer.text
    assert "ValueError" not in answer.text


@pytest.mark.parametrize(
    ("error", "slug"), [(MalformedJson("Not so."), "malformed-json"), (BadRequest("Not so."), "bad-request")]
)
def test_a_body_that_broke_off_is_another_problem_than_one_that_is_no_json(error: HTTPException, slug: str) -> None:
    assert loads(client_that(raising(error)).get("/").data)["type"] == f"/docs#problem-{slug}"


def test_each_request_has_an_id_of_its_own() -> None:
    client = client_that(lambda: abort(404))
    first, second = (loads(client.get("/").data)["request_id"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "*/*",
        "application/*",
        "application/json",
        "application/problem+json",
        "text/html, application/json;q=0.1",
    ],
)
def test_a_caller_who_takes_json_is_served(client: FlaskClient, accept: str | None) -> None:
    assert client.get("/v1/analytes", headers={"Accept": accept} if accept else {}).status_code == 200


@pytest.mark.parametrize(
    "accept", ["text/html", "application/xml", "application/json;q=0, text/html", "application/json;q=0, */*"]
)
def test_a_caller_who_rules_json_out_is_refused(client: FlaskClient, accept: str) -> None:
    answer = client.get("/v1/analytes", headers={"Accept": accept})
    assert (answer.status_code, answer.content_type) == (406, "application/problem+json")


def test_an_unknown_address_and_an_unknown_set_are_404(client: FlaskClient) -> None:
    for path in ("/nowhere", "/v1/criteria/hscore-2", "/v1/criteria/"):
        answer = client.get(path)
        assert (answer.status_code, loads(answer.data)["type"]) == (404, "/docs#problem-not-found")


def test_a_method_that_is_not_allowed_is_405_with_those_that_are(client: FlaskClient) -> None:
    answer = client.get("/v1/assessments")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
