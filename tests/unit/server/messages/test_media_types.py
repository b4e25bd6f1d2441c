"""What the Accept header leaves in, and what it rules out."""

import pytest
from flask import Flask

from service.server.messages.media_types import accepts

KIND, OTHER = "application/json", "application/problem+json"


@pytest.mark.parametrize(
    ("header", "is_accepted"),
    [
        (None, True),
        ("", True),
        ("*/*", True),
        ("application/*;q=0.1", True),
        (KIND, True),
        (f"{KIND}; charset=utf-8; q=0.5", True),
        (f"text/html, {OTHER}", True),
        (KIND.upper(), True),
        (OTHER.upper(), True),
        (f"{OTHER};q=0, text/html", False),
        (f"{KIND};q=0, */*", False),
        ("application/*;q=0, */*", False),
        ("text/html", False),
        ("*/json", False),
        ("json", False),
    ],
)
def test_a_kind_is_accepted_unless_it_is_ruled_out(header: str | None, *, is_accepted: bool) -> None:
    with Flask(__name__).test_request_context(headers={"Accept": header} if header is not None else {}):
        assert accepts(KIND, OTHER) is is_accepted
