"""CDS Hooks clients prove who they are by a token that names the very address they call."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.server.messages.strict_json import dumps, loads
from service.server.settings import Settings
from tests.support.records import bundle, call, condition, met_panel
from tests.support.tokens import AUDIENCE, EC, ISSUER, PUBLIC, RSA, hmac_with_public_key, public, token, unsigned

DISCOVERY, SERVICE, FEEDBACK = "/cds-services", "/cds-services/mas-criteria", "/cds-services/mas-criteria/feedback"


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    keys = tmp_path / "jwks.json"
    keys.write_bytes(dumps({"keys": [public(EC, "ec"), public(RSA, "rsa")]}))
    guarded = Settings(
        auth_mode="jwt",
        jwt_issuers=(ISSUER,),
        jwt_audience=AUDIENCE,
        jwt_jwks_file=str(keys),
        public_url=PUBLIC,
        cors_origins=("https://ehr.example",),
    )
    return create_app(guarded).test_client()


def status(client: FlaskClient, path: str, given: str) -> int:
    headers = {"Authorization": f"Bearer {given}"} if given else {}
    if path == DISCOVERY:
        return client.get(path, headers=headers).status_code
    body = {"feedback": []} if path == FEEDBACK else call({"labs": bundle(condition(), *met_panel())})
    return client.post(path, data=dumps(body), content_type="application/json", headers=headers).status_code


@pytest.mark.parametrize(("path", "passed"), [(DISCOVERY, 200), (SERVICE, 200), (FEEDBACK, 400)])
def test_the_audience_is_the_address_called(client: FlaskClient, path: str, passed: int) -> None:
    assert status(client, path, token(aud=f"{PUBLIC}{path}")) == passed
    assert status(client, path, token(aud=[f"{PUBLIC}{path}/", "https://other.example"])) == passed
    assert status(client, path, token(RSA, "RS384", "rsa", aud=f"{PUBLIC}{path}")) == passed


@pytest.mark.parametrize("path", [DISCOVERY, SERVICE, FEEDBACK])
def test_without_such_a_token_the_answer_is_401_and_says_no_more(client: FlaskClient, path: str) -> None:
    aud = f"{PUBLIC}{path}"
    bad = [
        "",
        "nonsense",
        token(aud=AUDIENCE),
        token(aud="http://localhost/cds-services"),
        token(aud=aud, iss="https://other.example"),
        token(aud=aud, jti=None),
        token(aud=aud, exp=1),
        unsigned({"alg": "none", "kid": "ec", "typ": "JWT"}),
        hmac_with_public_key({"alg": "HS256", "kid": "ec", "typ": "JWT"}),
    ]
    assert [status(client, path, token) for token in bad] == [401] * len(bad)
    answer = client.get(DISCOVERY)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert loads(answer.data)["issue"][0]["details"] == {"text": "Authentication is required."}
    assert answer.content_type == "application/json"


def test_preflights_need_no_token(client: FlaskClient) -> None:
    asked = {"Origin": "https://ehr.example", "Access-Control-Request-Method": "POST"}
    for path in (DISCOVERY, SERVICE, FEEDBACK):
        assert client.options(path, headers=asked).status_code == 200


def test_fhir_asks_for_a_token_in_its_own_words(client: FlaskClient) -> None:
    answer = client.get("/fhir/metadata")
    assert (answer.status_code, answer.content_type) == (401, "application/fhir+json")
    assert loads(answer.data)["issue"][0]["code"] == "login"
