"""``GET /launch`` without a browser: when it is there, what its policy allows, and what it tells its scripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.server.settings import Settings
from service.web import launch
from tests.web.test_files import Tags

SMART: dict[str, Any] = {
    "smart_client_id": "mas-page",
    "smart_issuers": ("https://ehr.example/r4", "https://ehr.example/stu3", "https://sim.example:8443/v/r4/*"),
    "smart_auth_origins": ("https://login.example",),
    "smart_frame_origins": ("https://desk.example", "https://ehr.example"),
}


def with_launch(**more: Any) -> FlaskClient:
    return create_app(Settings(**SMART | more)).test_client()


def policy_of(client: FlaskClient, path: str) -> dict[str, str]:
    said = client.get(path).headers["Content-Security-Policy"]
    return dict(directive.split(" ", 1) for directive in said.split("; "))


@pytest.mark.parametrize("off", [{"smart_client_id": "", "smart_issuers": ()}, {"web": False}])
def test_without_its_settings_or_the_page_there_is_no_launch(off: dict[str, Any]) -> None:
    client = with_launch(**off)
    unknown = client.get("/nothing")
    for path in ("/launch", "/page/smart/launch.js"):
        answer = client.get(path)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
        assert answer.get_json() | {"request_id": ""} == unknown.get_json() | {"request_id": ""}


def test_the_policy_follows_from_the_settings() -> None:
    policy = policy_of(with_launch(), "/launch")
    assert policy["connect-src"] == "'self' https://ehr.example https://sim.example:8443 https://login.example"
    assert policy["frame-ancestors"] == "https://ehr.example https://sim.example:8443 https://desk.example"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["form-action"] == policy["base-uri"] == policy["default-src"] == "'none'"


def test_no_header_denies_the_frames_that_the_policy_allows() -> None:
    assert "X-Frame-Options" not in with_launch().get("/launch").headers


def test_the_page_itself_stays_as_strict_as_without_a_launch(client: FlaskClient) -> None:
    assert policy_of(with_launch(), "/") == policy_of(client, "/")
    assert 'id="launch"' not in with_launch().get("/").get_data(as_text=True)


def test_the_scripts_are_told_the_queries_of_the_cds_hooks_service() -> None:
    client = with_launch()
    [told] = Tags(client.get("/launch").get_data(as_text=True)).values("data-known")
    known = json.loads(told)
    assert known["queries"] == client.get("/cds-services").get_json()["services"][0]["prefetch"]
    assert known["required"] in known["queries"]
    assert (known["client"], known["issuers"]) == ("mas-page", list(SMART["smart_issuers"]))
    assert known["authorities"] == ["https://login.example"]


def test_a_site_with_queries_of_its_own_reads_with_those(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('[prefetch]\nconditions = "Condition?patient={{context.patientId}}&category=x"\n', encoding="utf-8")
    page = with_launch(code_map_file=str(site)).get("/launch").get_data(as_text=True)
    [told] = Tags(page).values("data-known")
    assert json.loads(told)["queries"]["conditions"].endswith("category=x")


@pytest.mark.parametrize(
    "said", ["", "?iss=https://ehr.example/r4&launch=x", "?code=x&state=y", "?error=access_denied"]
)
def test_the_same_page_is_served_whatever_the_address_says(said: str) -> None:
    client = with_launch()
    assert client.get(f"/launch{said}").data == client.get("/launch").data


def test_each_language_has_its_launch() -> None:
    answer = with_launch().get("/launch", headers={"Accept-Language": "de"})
    assert answer.headers["Content-Language"] == "de"
    assert "Aus dem Kliniksystem" in answer.get_data(as_text=True)


def test_every_file_of_the_launch_is_there() -> None:
    client = with_launch()
    tags = Tags(client.get("/launch").get_data(as_text=True))
    assert "page/smart/launch.css" in tags.values("href")
    assert [client.get(f"/page/smart/{name}").status_code for name in launch.FILES] == [200] * len(launch.FILES)
    assert client.get("/page/smart/nothing.js").status_code == 404


def test_with_authentication_the_page_of_the_launch_is_open_and_asks_for_the_key(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"ward:{'0' * 64}\n", encoding="utf-8")
    answer = with_launch(auth_mode="api_key", api_keys_file=str(keys)).get("/launch")
    assert answer.status_code == 200
    assert "key" in Tags(answer.get_data(as_text=True)).values("id")
