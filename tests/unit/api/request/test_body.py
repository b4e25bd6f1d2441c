"""The body of a request: strict JSON, or the status the sender has earned."""

import pytest
from flask import Flask, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from service.api.request.body import json_body


def body_of(content_type: str | None, data: bytes = b'{"a": 1}') -> object:
    with Flask(__name__).test_request_context(method="POST", data=data, content_type=content_type):
        return json_body(request)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        "application/json; charset=UTF8",
        "application/fhir+json",
    ],
)
def test_json_in_utf8_is_read(content_type: str) -> None:
    assert body_of(content_type) == {"a": 1}


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/xml", "application/x-www-form-urlencoded"])
def test_another_kind_of_body_is_415(content_type: str | None) -> None:
    with pytest.raises(UnsupportedMediaType, match="application/json"):
        body_of(content_type)


@pytest.mark.parametrize("charset", ["latin-1", "utf-16", "ascii"])
def test_another_charset_is_415(charset: str) -> None:
    with pytest.raises(UnsupportedMediaType, match="UTF-8"):
        body_of(f"application/json; charset={charset}")


def test_what_is_no_json_is_400_and_says_where_but_not_what() -> None:
    with pytest.raises(BadRequest) as caught:
        body_of("application/json", b'{"ferritin": 73915')
    assert "line 1 column" in str(caught.value.description)
    assert "73915" not in str(caught.value.description)
    assert caught.value.__cause__ is None
