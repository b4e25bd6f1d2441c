"""Credentials: every way in that should be shut is shut, and a refusal tells nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import Unauthorized

from service.server.auth import api_keys, guard
from service.server.observing import metrics
from service.server.settings import BadSetting, Settings
from tests.support.sample import create_app
from tests.support.tokens import (
    AUDIENCE,
    EC,
    ISSUER,
    OTHER_EC,
    PUBLIC,
    RSA,
    SHORT_EC,
    claims,
    hmac_with_public_key,
    public,
    token,
    unsigned,
    who,
)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A key set with an EC and an RSA key."""
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [public(EC, "ec"), public(RSA, "rsa")]}))
    return path


@pytest.fixture
def settings(key_file: Path) -> Settings:
    """Settings for tokens."""
    return Settings(
        auth_mode="jwt", jwt_issuers=(ISSUER,), jwt_audience=AUDIENCE, jwt_jwks_file=str(key_file), public_url=PUBLIC
    )


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    """A client of the guarded application."""
    return create_app(settings).test_client()


@pytest.mark.parametrize(
    "given",
    [
        token,
        lambda: token(RSA, "RS384", "rsa"),
        lambda: token(RSA, "RS256", "rsa"),
        lambda: token(aud=["x", AUDIENCE]),
        lambda: token(exp=time.time() - 30),
    ],
)
def test_good_tokens_name_their_issuer(client: FlaskClient, given: Callable[[], str]) -> None:
    """All three algorithms; an audience among several; a minute of clock difference."""
    answer = who(client, given())
    assert answer.status_code == 200
    assert json.loads(answer.data)[2] == ISSUER


ATTACKS = {
    "forged": (token(OTHER_EC), "signature"),
    "altered": (token()[:-4] + "AAAA", "signature"),
    "expired": (token(exp=time.time() - 120), "expired"),
    "no expiry": (token(exp=None), "claims"),
    "not issued yet": (token(iat=time.time() + 6000), "claims"),
    "not valid yet": (token(nbf=time.time() + 6000), "claims"),
    "no issue time": (token(iat=None), "claims"),
    "wrong audience": (token(aud="other"), "audience"),
    "no audience": (token(aud=None), "claims"),
    "wrong issuer": (token(iss="https://evil.example"), "issuer"),
    "no issuer": (token(iss=None), "claims"),
    "none": (unsigned({"alg": "none", "kid": "ec"}), "algorithm"),
    "None": (unsigned({"alg": "None", "kid": "ec"}), "algorithm"),
    "HS256 with the public key": (hmac_with_public_key({"alg": "HS256", "kid": "ec"}), "algorithm"),
    "HS384": (jwt.encode(claims(), "s" * 64, "HS384", headers={"kid": "ec"}), "algorithm"),
    "list of algorithms": (unsigned({"alg": ["ES384"], "kid": "ec"}), "algorithm"),
    "algorithm that is no text": (unsigned({"alg": {"ES384": 1}, "kid": "ec"}), "algorithm"),
    "RSA key as EC": (unsigned({"alg": "ES384", "kid": "rsa"}, lambda _: b"0" * 96), "key_id"),
    "PS256": (token(RSA, "PS256", "rsa"), "algorithm"),
    "ES256": (token(SHORT_EC, "ES256"), "algorithm"),
    "unknown kid": (token(kid="elsewhere"), "key_id"),
    "no kid": (token(kid=None), "key_id"),
    "kid of another key": (token(RSA, "RS384", "ec"), "key_id"),
    "key in the header": (
        jwt.encode(
            claims(),
            OTHER_EC,
            "ES384",
            headers={"kid": "ec", "jwk": public(OTHER_EC, "ec"), "jku": "http://127.0.0.1:1/"},
        ),
        "signature",
    ),
    "kid that is no text": (unsigned({"alg": "ES384", "kid": ["ec"]}), "malformed"),
    "unknown crit": (jwt.encode(claims(), EC, "ES384", headers={"kid": "ec", "crit": ["x"], "x": 1}), "malformed"),
    "nested header": (base64.urlsafe_b64encode(b'{"alg":"ES384","a":' + b"[" * 5000).decode() + ".e30.AA", "malformed"),
    "garbage": ("a.b.c", "malformed"),
    "not a token": ("aaaa", "malformed"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_get_the_same_401(client: FlaskClient, name: str) -> None:
    """One body for all; the reason is in the metric alone."""
    given, reason = ATTACKS[name]
    expected = who(client, token(exp=1))
    before = failures(reason)
    answer = who(client, given)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="mas", error="invalid_token"'
    assert answer.data == expected.data
    assert {k for k, _ in answer.headers} == {k for k, _ in expected.headers}
    assert failures(reason) == before + 1


def test_a_caller_who_sent_nothing_is_told_so_and_nobody_more(client: FlaskClient) -> None:
    """A header that a proxy took away is found at once; which part of a token is wrong is not told."""
    without, wrong = client.get("/who"), who(client, "wrong")
    assert without.headers["WWW-Authenticate"] == 'Bearer realm="mas"'
    assert (without.status_code, wrong.status_code) == (401, 401)
    assert without.get_data(as_text=True) != wrong.get_data(as_text=True)
    assert guard.NOT_ACCEPTED in html.unescape(wrong.get_data(as_text=True))


def failures(reason: str) -> float:
    """The count of one reason."""
    series = f'mas_auth_failures_total{{reason="{reason}"}} '
    return sum(float(line.split()[-1]) for line in metrics.rendered().decode().splitlines() if line.startswith(series))


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", "bearer\t", "Token x", "Bearer a b"])
def test_other_schemes_get_401(client: FlaskClient, header: str) -> None:
    """A bearer token and nothing else."""
    assert client.get("/who", headers={"Authorization": header}).status_code == 401


def test_open_paths_need_no_token_and_unknown_ones_do(client: FlaskClient) -> None:
    """Probes, metrics and preflights are open; what exists behind is not told."""
    for path in ("/livez", "/readyz", "/metrics"):
        assert client.get(path).status_code == 200
    assert client.options("/v1/assessments").status_code == 200
    assert client.get("/nowhere").status_code == 401
    assert client.post("/v1/assessments", data=b"{}").status_code == 401


def test_an_endpoint_may_demand_its_own_address_as_audience(client: FlaskClient) -> None:
    """By the configured public address, whatever the Host header says, with or without a closing slash; and a jti."""

    def called(**changes: Any) -> int:
        header = {"Authorization": f"Bearer {token(**changes)}", "Host": "evil.example"}
        return client.post("/cds-services/mas-criteria", headers=header).status_code

    address = f"{PUBLIC}/cds-services/mas-criteria"
    assert called(aud=address) == called(aud=[address + "/"]) == 200
    assert called(aud=address, jti=None) == 401
    for audience in (AUDIENCE, PUBLIC, "http://evil.example/cds-services/mas-criteria", f"{PUBLIC}/cds-services/other"):
        assert called(aud=audience) == 401


def test_without_a_public_address_the_configured_audience_holds(settings: Settings) -> None:
    """An address that is not known cannot be demanded."""
    chosen = Settings(
        auth_mode="jwt", jwt_issuers=(ISSUER,), jwt_audience=AUDIENCE, jwt_jwks_file=settings.jwt_jwks_file
    )
    header = {"Authorization": f"Bearer {token()}"}
    assert create_app(chosen).test_client().post("/cds-services/mas-criteria", headers=header).status_code == 200


def test_verify_serves_views_with_rules_of_their_own(settings: Settings) -> None:
    """The package that owns such a view passes the audience and the claims it wants."""
    with create_app(settings).test_request_context("/"):
        assert guard.verify(token(aud="mine", tenant="t"), ["mine"], ["tenant"]) == ISSUER
        with pytest.raises(Unauthorized):
            guard.verify(token(aud="mine"), ["mine"], ["tenant"])
        with pytest.raises(Unauthorized):
            guard.verify(token(aud="mine", tenant={"a": 1}), ["mine"], ["tenant"])


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"keys": []}', '{"keys": 5}', "null", "\xff", "[" * 100_000])
def test_a_bad_key_file_stops_the_start(key_file: Path, settings: Settings, text: str) -> None:
    """With the name of the setting."""
    key_file.write_text(text)
    with pytest.raises(BadSetting, match="MAS_JWT_JWKS_FILE"):
        create_app(settings)


def test_a_swapped_key_set_shuts_out_old_tokens(key_file: Path, settings: Settings) -> None:
    """The same id with another key is another key."""
    key_file.write_text(json.dumps({"keys": [public(OTHER_EC, "ec")]}))
    client = create_app(settings).test_client()
    assert who(client, token()).status_code == 401
    assert who(client, token(OTHER_EC)).status_code == 200


def test_a_key_bound_to_an_issuer_speaks_for_no_other(key_file: Path, settings: Settings) -> None:
    """One trusted issuer cannot sign as another when keys carry ``iss``; ids may coincide."""
    second = "https://second.example"
    bound = [public(EC, "k", iss=ISSUER), public(OTHER_EC, "k", iss=second)]
    key_file.write_text(json.dumps({"keys": bound}))
    chosen = Settings(auth_mode="jwt", jwt_issuers=(ISSUER, second), jwt_audience=AUDIENCE, jwt_jwks_file=str(key_file))
    client = create_app(chosen).test_client()
    assert who(client, token(EC, kid="k")).status_code == 200
    assert who(client, token(OTHER_EC, kid="k", iss=second)).status_code == 200
    assert who(client, token(OTHER_EC, kid="k")).status_code == 401
    assert who(client, token(EC, kid="k", iss=second)).status_code == 401


# API keys

KEYS = {"ehr-2026": "first-key", "ehr-2027": "second-key", "lab": "third-key"}


def digest(key: str) -> str:
    """The digest kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


@pytest.fixture
def guarded(tmp_path: Path) -> Flask:
    """An application guarded by API keys."""
    path = tmp_path / "keys"
    lines = [f"{name}:{digest(key)}  # rotates in March" for name, key in KEYS.items()]
    path.write_text("# callers\n\n" + "\n".join(lines) + "\n")
    return create_app(Settings(auth_mode="api_key", api_keys_file=str(path)))


@pytest.mark.parametrize("name", KEYS)
def test_each_key_names_its_caller(guarded: Flask, name: str) -> None:
    """In either header."""
    for header in ({"Authorization": f"Bearer {KEYS[name]}"}, {"X-API-Key": KEYS[name]}):
        assert json.loads(guarded.test_client().get("/who", headers=header).data)[2] == name


@pytest.mark.parametrize("key", ["wrong", "first-key2", "First-key", digest("first-key"), "é", ""])
def test_other_keys_get_401(guarded: Flask, key: str) -> None:
    """The digest in the file opens nothing."""
    given = key.encode().decode("latin-1")
    answer = guarded.test_client().get("/who", headers={"X-API-Key": given})
    assert answer.status_code == 401
    assert guarded.test_client().get("/livez").status_code == 200


def test_every_key_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time does not depend on which key was given, or whether any was right."""
    compared: list[bytes] = []

    def compare(known: bytes, given: bytes) -> bool:
        compared.append(known)
        return known == given

    monkeypatch.setattr(hmac, "compare_digest", compare)
    keys = api_keys.ApiKeys(tuple((name, bytes.fromhex(digest(key))) for name, key in KEYS.items()))
    for key in [*KEYS.values(), "wrong"]:
        compared.clear()
        keys.caller(key)
        assert len(compared) == len(KEYS)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["holds no key"]),
        ("# nothing\n", ["holds no key"]),
        ("ehr:abc\nlab\n", ["line 1", "line 2"]),
        (f"a b:{'0' * 64}\n", ["line 1"]),
        (f"a:{'0' * 64}\nb:{'0' * 64}\n", ["line 2 repeats"]),
    ],
)
def test_a_bad_key_list_stops_the_start(tmp_path: Path, text: str, problems: list[str]) -> None:
    """Every bad line by its number, none by its content."""
    path = tmp_path / "keys"
    path.write_text(text)
    with pytest.raises(BadSetting) as failure:
        api_keys.load(str(path))
    assert len(failure.value.problems) == len(problems)
    assert all(part in problem for part, problem in zip(problems, failure.value.problems, strict=True))
    assert "0000" not in str(failure.value)
    with pytest.raises(BadSetting, match="MAS_API_KEYS_FILE must be the path of a readable file"):
        api_keys.load(str(tmp_path))


def caller_named(header: str, given: dict[str, str]) -> object:
    """Who is noted as the caller when authentication is off and a header may name it."""
    client = create_app(Settings(caller_header=header)).test_client()
    return client.get("/who", headers=given).get_json(force=True)[2]


@pytest.mark.parametrize(
    ("value", "noted"),
    [
        ("laboratory", "laboratory"),
        ("spiffe://hospital.example/ns/lab/sa/engine", "spiffe://hospital.example/ns/lab/sa/engine"),
        ("a" * 128, "a" * 128),
        ("a" * 129, None),
        ("Miller, born 1971", None),
        ("a, b", None),
        ("", None),
    ],
)
def test_a_gateway_may_name_the_caller(value: str, noted: object) -> None:
    """What is no plain name could be anything, and is left out of the log."""
    assert caller_named("X-Caller", {"X-Caller": value}) == noted


def test_nobody_is_believed_who_was_not_asked() -> None:
    assert caller_named("", {"X-Caller": "laboratory"}) is None
    assert caller_named("X-Caller", {"X-Other": "laboratory"}) is None


def test_two_names_are_none() -> None:
    client = create_app(Settings(caller_header="X-Caller")).test_client()
    assert client.get("/who", headers=[("X-Caller", "a"), ("X-Caller", "b")]).get_json(force=True)[2] is None


def test_credentials_are_not_outdone_by_a_header(settings: Settings) -> None:
    client = create_app(replace(settings, caller_header="X-Caller")).test_client()
    answer = client.get("/who", headers={"Authorization": f"Bearer {token()}", "X-Caller": "other"})
    assert answer.get_json(force=True)[2] == ISSUER
