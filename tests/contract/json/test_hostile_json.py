"""Bodies that a careless reader accepts or dies of: every one earns a 4xx problem and nothing else."""

import json

import pytest
from flask.testing import FlaskClient

from service.server.messages.strict_json import loads

PANEL = '{"observations": {"ferritin": %s}}'
QUANTITY = '{"observations": {"ferritin": {"value": %s, "unit": "ng/mL"}}}'

NOT_JSON = {
    "NaN": QUANTITY % "NaN",
    "Infinity": QUANTITY % "Infinity",
    "-Infinity": QUANTITY % "-Infinity",
    "a number beyond any": QUANTITY % "1e400",
    "a number below any": QUANTITY % "1e-400",
    "a number of 5000 digits": QUANTITY % ("9" * 5000),
    "an exponent that no number has": QUANTITY % "1e1000000000000000000",
    "nothing to a power that no number has": QUANTITY % "0e99999999999999999999",
    "a negative exponent that no number has": QUANTITY % "1e-1000000000000000000",
    "the same key twice": '{"observations": {"ferritin": "100 ng/mL", "ferritin": "99999 ng/mL"}}',
    "the same key twice at the top": '{"observations": {}, "observations": {"ferritin": "1 ng/mL"}}',
    "5000 lists deep": "[" * 5000,
    "5000 lists deep, closed": "[" * 5000 + "]" * 5000,
    "100 objects deep": '{"a":' * 100 + "1" + "}" * 100,
    "nothing": "",
    "blanks": "   ",
    "a trailing comma": '{"observations": {"ferritin": "905 ng/mL",}}',
    "a comment": '{"observations": {} /* none */}',
    "two documents": "{}{}",
    "single quotes": "{'observations': {}}",
    "a bare control character": '{"observations": {"ferritin": "905\n ng/mL"}}',
    "half a surrogate pair": '{"observations": {"\\ud800": "1 ng/mL"}}',
    "half a surrogate pair, capitals": '{"observations": {"\\uD800": "1 ng/mL"}}',
}
NOT_A_PANEL = {
    "null": "null",
    "true": "true",
    "a text": '"ferritin"',
    "a number": "42",
    "a list": "[]",
    "a list of panels": '[{"observations": {"ferritin": "905 ng/mL"}}]',
    "an empty object": "{}",
    "an empty panel": '{"observations": {}, "findings": {}}',
    "a number as text": QUANTITY % '"12.5"',
    "a number with an underscore": QUANTITY % '"1_000"',
    "digits of another script": PANEL % '"٣ ng/mL"',
    "true as a number": QUANTITY % "true",
    "a list as a number": QUANTITY % "[5]",
    "a list as an observation": PANEL % "[]",
    "true as an observation": PANEL % "true",
    "a bare number": PANEL % "905",
    "a NUL": PANEL % '"905\\u0000 ng/mL"',
    "a very long quantity": PANEL % ('"905 ng/mL' + " " * 5000 + '"'),
    "1 for true": '{"findings": {"fever": 1}}',
    "yes for true": '{"findings": {"fever": "yes"}}',
    "findings as a list": '{"findings": ["fever"]}',
    "observations as a list": '{"observations": ["ferritin"]}',
    "a patient as a list": '{"patient": [], "findings": {"fever": true}}',
    "options as text": '{"options": "all", "findings": {"fever": true}}',
    "an unknown set": '{"options": {"criteria": ["hlh"]}, "findings": {"fever": true}}',
    "no set at all": '{"options": {"criteria": []}, "findings": {"fever": true}}',
    "a set that is a list": '{"options": {"criteria": [[]]}, "findings": {"fever": true}}',
    "a day that is none": '{"collected_at": "2026-02-30", "findings": {"fever": true}}',
    "a time without offset": '{"collected_at": "2026-02-20T08:00:00", "findings": {"fever": true}}',
    "a time that is none": '{"collected_at": "2026-02-20T25:00:00Z", "findings": {"fever": true}}',
    "a medication without a name": '{"context": {"medications": [{}]}, "findings": {"fever": true}}',
    "a medication as text": '{"context": {"medications": ["anakinra"]}, "findings": {"fever": true}}',
    "201 medications": json.dumps({"context": {"medications": [{"name": "x"}] * 201}, "findings": {"fever": True}}),
}


def send(client: FlaskClient, body: bytes, **headers: str) -> tuple[int, dict[str, object]]:
    headers.setdefault("Content-Type", "application/json")
    answer = client.post("/v1/assessments", data=body, headers=headers)
    assert answer.content_type == "application/problem+json"
    document = loads(answer.data)
    assert document["status"] == answer.status_code
    return answer.status_code, document


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_not_json_is_a_400(client: FlaskClient, body: str) -> None:
    status, document = send(client, body.encode())
    assert status == 400
    assert "Not usable JSON" in str(document["detail"])
    assert document["type"] == "/docs#problem-malformed-json"


@pytest.mark.parametrize("body", NOT_A_PANEL.values(), ids=NOT_A_PANEL)
def test_what_is_not_a_panel_is_a_422_with_a_pointer(client: FlaskClient, body: str) -> None:
    status, document = send(client, body.encode())
    assert status == 422
    assert document["errors"]


@pytest.mark.parametrize(
    "body",
    [
        '{"findings": {"fever": true}}'.encode("utf-16"),
        '{"findings": {"fever": true}}'.encode("utf-32"),
        b'{"findings": {"fever\xff": true}}',
        b'{"observations": {"ferritin": "905 \xb5g/L"}}',
    ],
    ids=["UTF-16", "UTF-32", "not UTF-8", "Latin-1"],
)
def test_only_utf_8_is_read(client: FlaskClient, body: bytes) -> None:
    assert send(client, body)[0] == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": ""},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Encoding": "deflate"},
        {"Content-Encoding": "br"},
        {"Transfer-Encoding": "gzip, chunked"},
    ],
    ids=str,
)
def test_another_format_is_a_415(client: FlaskClient, headers: dict[str, str]) -> None:
    assert send(client, b'{"findings": {"fever": true}}', **headers)[0] == 415


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "application/vnd.lab+json"]
)
def test_json_by_another_name_is_read(client: FlaskClient, content_type: str) -> None:
    answer = client.post("/v1/assessments", data=b'{"findings": {"fever": true}}', content_type=content_type)
    assert answer.status_code == 200


def test_a_byte_order_mark_is_passed_over(client: FlaskClient) -> None:
    answer = client.post(
        "/v1/assessments", data=b'\xef\xbb\xbf{"findings": {"fever": true}}', content_type="application/json"
    )
    assert answer.status_code == 200


def test_an_escaped_pair_of_surrogates_is_one_character(client: FlaskClient) -> None:
    body = b'{"findings": {"fever": true}, "context": {"medications": [{"name": "\\ud83d\\ude00"}]}}'
    assert client.post("/v1/assessments", data=body, content_type="application/json").status_code == 200


def test_a_body_over_the_limit_is_a_413(client: FlaskClient) -> None:
    body = b'{"findings": {"fever": true}}' + b" " * (1 << 20)
    assert send(client, body)[0] == 413


@pytest.mark.parametrize(
    "path", ["/v1/assessment", "/v1/assessments/", "/v1/criteria/none", "/V1/criteria", "/v1//criteria"]
)
def test_another_address_is_a_problem_or_the_same(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (404, 405)
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("path", ["", "//", "//livez", "//metrics", "///v1/criteria"])
def test_another_spelling_of_an_address_is_another_address(client: FlaskClient, path: str) -> None:
    answer = client.get("/", environ_overrides={"PATH_INFO": path, "REQUEST_URI": path})
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert "Location" not in answer.headers


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "QUERY"])
def test_another_method_is_a_405_that_says_what_is_allowed(client: FlaskClient, method: str) -> None:
    answer = client.open("/v1/assessments", method=method)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
    assert answer.content_type == "application/problem+json"


def test_head_and_options_are_answered(client: FlaskClient) -> None:
    assert client.head("/v1/criteria").status_code == 200
    assert "POST" in client.options("/v1/assessments").headers["Allow"]


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/json;q=0", "image/*"])
def test_an_accept_without_json_is_a_406(client: FlaskClient, accept: str) -> None:
    assert send(client, b'{"findings": {"fever": true}}', Accept=accept)[0] == 406


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/*",
        "application/json",
        "text/html, */*;q=0.1",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8;q=0.5, text/plain",
    ],
)
def test_an_accept_with_json_is_answered(client: FlaskClient, accept: str) -> None:
    headers = {"Accept": accept, "Content-Type": "application/json"}
    answer = client.post("/v1/assessments", data=b'{"findings": {"fever": true}}', headers=headers)
    assert answer.status_code == 200
