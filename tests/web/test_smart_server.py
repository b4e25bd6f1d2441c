"""The server that the launch is tried against refuses what an EHR has to refuse; else a launch that works proves little."""

from __future__ import annotations

import base64
import hashlib
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPMessage
from typing import IO, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.support.smart_server import CLIENT, PATIENT, SmartServer

APP = "http://127.0.0.1:1/launch"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
STATE = "s" * 43


class Stays(urllib.request.HTTPRedirectHandler):
    """Does not follow: where it leads is what is looked at."""

    def redirect_request(self, req: Any, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str) -> None:
        return None


OPENER = urllib.request.build_opener(Stays)


def answer(address: str, form: dict[str, str] | None = None, token: str = "") -> tuple[int, HTTPMessage, bytes]:
    body = urlencode(form).encode() if form else None
    asked = urllib.request.Request(address, body, {"Authorization": f"Bearer {token}"} if token else {})
    try:
        with OPENER.open(asked) as found:
            return found.status, found.headers, found.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers, refusal.read()


@pytest.fixture
def server() -> Iterator[SmartServer]:
    with SmartServer() as found:
        found.ehr.redirect_uris = {APP}
        yield found


def signed_in(server: SmartServer, **changes: str) -> tuple[int, dict[str, str]]:
    """Ask for a code; an empty change leaves the parameter out. Return the status, and what was sent back to the app."""
    asked = {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": APP,
        "scope": "launch patient/Observation.rs",
        "state": STATE,
        "aud": server.base,
        "launch": server.launch(),
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changes
    query = urlencode({name: value for name, value in asked.items() if value})
    status, headers, _ = answer(f"{server.address}/auth/authorize?{query}")
    told = parse_qs(urlsplit(headers.get("Location", "")).query)
    return status, {name: values[0] for name, values in told.items()}


def exchanged(server: SmartServer, code: str, **changes: str) -> tuple[int, dict[str, Any]]:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": APP, "client_id": CLIENT}
    status, _, body = answer(f"{server.address}/auth/token", form | {"code_verifier": VERIFIER} | changes)
    return status, json.loads(body)


def test_a_right_sign_in_gives_a_token_for_the_patient_of_the_launch(server: SmartServer) -> None:
    _, told = signed_in(server)
    assert told["state"] == STATE
    status, given = exchanged(server, told["code"])
    assert (status, given["patient"], given["scope"]) == (200, PATIENT, "launch patient/Observation.rs")
    found = answer(f"{server.base}/Observation?patient={PATIENT}", token=given["access_token"])
    assert found[0] == 200


@pytest.mark.parametrize("wrong", [{"client_id": "other"}, {"redirect_uri": f"{APP}/"}, {"redirect_uri": ""}])
def test_who_is_not_registered_is_not_sent_back(server: SmartServer, wrong: dict[str, str]) -> None:
    assert signed_in(server, **wrong) == (400, {})


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"state": ""}, "invalid_request"),
        ({"state": "short"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"aud": "https://other.example"}, "invalid_request"),
        ({"launch": "unknown"}, "invalid_request"),
        ({"launch": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "launch patient/Observation.read"}, "invalid_scope"),
        ({"scope": "launch everything"}, "invalid_scope"),
    ],
)
def test_a_wrong_request_is_sent_back_with_its_error(server: SmartServer, wrong: dict[str, str], error: str) -> None:
    status, told = signed_in(server, **wrong)
    assert (status, told["error"], "code" in told) == (302, error, False)


@pytest.mark.parametrize(
    "wrong",
    [{"code_verifier": "w" * 43}, {"code_verifier": CHALLENGE}, {"redirect_uri": f"{APP}/"}, {"client_id": "other"}],
)
def test_a_code_is_for_the_app_that_asked_and_can_prove_it(server: SmartServer, wrong: dict[str, str]) -> None:
    _, told = signed_in(server)
    assert exchanged(server, told["code"], **wrong)[0] == 400


def test_a_code_and_a_launch_are_good_once(server: SmartServer) -> None:
    launch = server.launch()
    _, told = signed_in(server, launch=launch)
    assert exchanged(server, told["code"])[0] == 200
    assert exchanged(server, told["code"]) == (400, {"error": "invalid_grant"})
    assert signed_in(server, launch=launch)[1]["error"] == "invalid_request"


def test_codes_and_tokens_expire(server: SmartServer) -> None:
    server.ehr.code_seconds = 0
    assert exchanged(server, signed_in(server)[1]["code"])[0] == 400
    server.ehr.code_seconds, server.ehr.token_seconds = 60, 0
    _, given = exchanged(server, signed_in(server)[1]["code"])
    assert answer(f"{server.base}/Observation?patient={PATIENT}", token=given["access_token"])[0] == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"Observation?patient={PATIENT}", 200),
        ("Observation?patient=other", 403),
        ("Observation", 403),
        (f"Condition?patient={PATIENT}", 403),
        ("Patient/other", 403),
    ],
)
def test_a_token_opens_what_was_granted_of_its_patient(server: SmartServer, path: str, status: int) -> None:
    _, given = exchanged(server, signed_in(server)[1]["code"])
    assert answer(f"{server.base}/{path}", token=given["access_token"])[0] == status
    assert answer(f"{server.base}/{path}", token="guessed")[0] == 401
