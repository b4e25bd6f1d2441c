"""Headers of every answer, cached documents, and origins that may call."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest
from flask import Flask

from service.server.messages import headers
from service.server.settings import Settings
from tests.support.sample import create_app

API_POLICY = "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize("path", ["/livez", "/nowhere", "/metrics", "/v1/criteria/x"])
def test_every_answer_is_closed_by_default(path: str) -> None:
    """Errors too: not stored, not sniffed, not framed, no referrer."""
    answer = create_app(Settings()).test_client().get(path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == API_POLICY
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_document_is_cached_and_revalidated() -> None:
    """A strong ETag over the bytes; 304 for who has them."""
    client = create_app(Settings()).test_client()
    first = client.get("/v1/criteria")
    etag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert etag.startswith('"')
    for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = client.get("/v1/criteria", headers={"If-None-Match": known})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
        assert again.headers["Cache-Control"] == "public, max-age=300"
    assert client.get("/v1/criteria", headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.head("/v1/criteria").headers["ETag"] == etag


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        ("gzip", True),
        ("GZIP, br", True),
        ("br;q=1, gzip;q=0.1", True),
        ("*", True),
        ("identity;q=0, *;q=0.5", True),
        ("identity;q=0.5, gzip;q=0.5", True),
        ("identity, gzip;q=0.5", False),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("br", False),
        ("", False),
    ],
)
def test_a_document_is_packed_for_who_takes_it_so(accepted: str, is_packed: bool) -> None:
    client = create_app(Settings()).test_client()
    plain = client.get("/v1/criteria")
    asked = {"Accept-Encoding": accepted}
    answer = client.get("/v1/criteria", headers=asked)
    assert (answer.headers.get("Content-Encoding") == "gzip") is is_packed
    assert (gzip.decompress(answer.data) if is_packed else answer.data) == plain.data
    assert answer.content_length == len(answer.data) <= len(plain.data)
    assert (answer.headers["ETag"] == plain.headers["ETag"]) is not is_packed
    assert answer.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    again = client.get("/v1/criteria", headers={**asked, "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.headers["ETag"], again.headers["Vary"]) == (
        304,
        answer.headers["ETag"],
        "Accept-Encoding",
    )


def test_the_etag_follows_the_bytes_and_a_page_has_its_own_policy() -> None:
    """Another build, another ETag."""
    one, other = headers.Document(b"1", "text/html", policy="default-src 'self'"), headers.Document(b"2", "text/html")
    assert one.etag != other.etag
    app = Flask("pages")
    headers.install(app)
    app.add_url_rule("/", view_func=one.respond)
    assert app.test_client().get("/").headers["Content-Security-Policy"] == "default-src 'self'"


def test_no_origin_may_call_by_default() -> None:
    """Server to server needs no CORS."""
    answer = create_app(Settings()).test_client().get("/livez", headers={"Origin": "https://a.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("listed", "origin", "admitted"),
    [
        ("https://a.example", "https://a.example", True),
        ("https://a.example", "https://A.example", True),
        ("https://a.example", "https://b.example", False),
        ("https://a.example", "https://a.example.evil", False),
        ("https://a.example", "", False),
        ("*", "https://b.example", True),
    ],
)
def test_listed_origins_may_call(listed: str, origin: str, admitted: bool) -> None:
    """The origin is echoed when listed; caches are told that answers differ by it."""
    client = create_app(Settings(cors_origins=(listed,))).test_client()
    answer = client.get("/livez", headers={"Origin": origin} if origin else {})
    assert (answer.headers.get("Access-Control-Allow-Origin") == origin) is admitted or not origin
    assert ("Access-Control-Allow-Origin" in answer.headers) is admitted
    assert answer.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Access-Control-Allow-Methods" not in answer.headers


def test_a_preflight_is_answered_without_credentials(tmp_path: object) -> None:
    """Browsers send none with it."""
    client = create_app(Settings(cors_origins=("https://a.example",))).test_client()
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    answer = client.options("/v1/assessments", headers=asked)
    assert answer.status_code == 200
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert answer.headers["Access-Control-Max-Age"] == "600"


def test_what_needs_a_key_is_not_for_shared_caches(tmp_path: Path) -> None:
    """A proxy would hand it to callers without one."""
    keys = tmp_path / "keys"
    keys.write_text(f"ehr:{hashlib.sha256(b'secret').hexdigest()}\n")
    client = create_app(Settings(auth_mode="api_key", api_keys_file=str(keys))).test_client()
    answer = client.get("/v1/criteria", headers={"X-API-Key": "secret"})
    assert answer.headers["Cache-Control"] == "private, max-age=300"
