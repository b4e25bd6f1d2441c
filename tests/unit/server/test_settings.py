"""The settings table: one row per field, each checked, all mistakes told at once."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import certifi
import pytest

from service.server import settings as module
from service.server.settings import TABLE, BadSetting, Settings, cautions, from_environment

SMART = {"MAS_SMART_CLIENT_ID": "mas", "MAS_SMART_ISSUERS": "https://EHR.example/R4/, https://sim.example/v/r4/*"}
JWT = {"MAS_AUTH_MODE": "jwt", "MAS_JWT_ISSUERS": "https://a", "MAS_JWT_AUDIENCE": "mas"}


def test_every_field_has_one_row_and_its_default_reads_back() -> None:
    """The table and the dataclass cannot drift apart."""
    assert [row.field for row in TABLE] == [field.name for field in fields(Settings)]
    assert len({row.variable for row in TABLE}) == len(TABLE)
    for row in TABLE:
        assert row.meaning.endswith(".")
        if row.default:
            assert row.read(row.default) == getattr(module.DEFAULTS, row.field)


def test_an_empty_environment_gives_the_defaults() -> None:
    """Nothing needs to be set."""
    assert from_environment({}) == from_environment({row.variable: " " for row in TABLE}) == Settings()


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("PORT", "9000", "port", 9000),
        ("WEB_CONCURRENCY", "4", "workers", 4),
        ("MAS_LOG_LEVEL", "DEBUG", "log_level", "debug"),
        ("MAS_MAX_BODY_BYTES", " 2048 ", "max_body_bytes", 2048),
        ("MAS_WEB", "off", "web", False),
        ("MAS_CDS_SUGGESTIONS", "On", "cds_suggestions", True),
        ("MAS_CDS_HOOKS", "patient-view, org.example.lab", "cds_hooks", ("patient-view", "org.example.lab")),
        ("MAS_PUBLIC_URL", "http://mas.example/base/", "public_url", "http://mas.example/base"),
        ("MAS_CORS_ORIGINS", "https://A.example,*", "cors_origins", ("https://a.example", "*")),
        (
            "MAS_FHIR_FETCH_SERVERS",
            "https://f/r4/,http://localhost:8/x",
            "fhir_fetch_servers",
            ("https://f/r4", "http://localhost:8/x"),
        ),
        ("MAS_JWT_ISSUERS", "a,,b", "jwt_issuers", ("a", "b")),
        ("MAS_JWT_AUDIENCE", "mas", "jwt_audience", "mas"),
        ("MAS_CODE_MAP_FILE", __file__, "code_map_file", __file__),
        ("MAS_CA_FILE", certifi.where(), "ca_file", certifi.where()),
        ("MAS_DRAIN_SECONDS", "0", "drain_seconds", 0),
    ],
)
def test_a_setting_is_read(variable: str, text: str, field: str, value: object) -> None:
    """Each form of text becomes the field's value."""
    assert getattr(from_environment({variable: text}), field) == value


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "0000000065536"),
        ("PORT", "1" * 5000),
        ("MAS_CONNECTIONS", "eight"),
        ("MAS_CONNECTIONS", "٣"),
        ("MAS_MAX_BODY_BYTES", "1e6"),
        ("MAS_MAX_BODY_BYTES", "-1"),
        ("MAS_MAX_BODY_BYTES", "9" * 5000),
        ("MAS_LOG_LEVEL", "loud"),
        ("MAS_WEB", "yes"),
        ("MAS_CODE_MAP_FILE", "/no/such/file"),
        ("MAS_API_KEYS_FILE", "/"),
        ("MAS_CA_FILE", "/no/such/file"),
        ("MAS_CA_FILE", __file__),
        ("MAS_JWT_JWKS_URL", "http://keys.example/jwks"),
        ("MAS_JWT_JWKS_URL", "https://user@keys.example/jwks"),
        ("MAS_PUBLIC_URL", "ftp://mas.example"),
        ("MAS_PUBLIC_URL", "https://mas.example/?a=1"),
        ("MAS_PUBLIC_URL", "mas.example"),
        ("MAS_CORS_ORIGINS", "https://a.example/path"),
        ("MAS_CORS_ORIGINS", "a.example"),
        ("MAS_CORS_ORIGINS", "https://u@a.example"),
        ("MAS_CORS_ORIGINS", "https://"),
        ("MAS_CORS_ORIGINS", "null"),
        ("MAS_CORS_ORIGINS", "https://a.example:https"),
        ("MAS_FHIR_FETCH_SERVERS", "https://fhir.example:99999/r4"),
        ("MAS_CDS_HOOKS", "patient view"),
        ("MAS_CDS_CARD_FROM", "certain"),
        ("MAS_AUDIT", "stderr"),
        ("MAS_AUDIT", "lines"),
        ("MAS_AUDIT", "/var/audit/"),
        ("MAS_CALLER_HEADER", "X Caller"),
        ("MAS_CALLER_HEADER", "X_Caller"),
        ("MAS_CALLER_HEADER", "authorization"),
        ("MAS_CALLER_HEADER", "Cookie"),
        ("MAS_SMART_ISSUERS", "http://ehr.example/r4"),
        ("MAS_SMART_ISSUERS", "https://ehr.example/r4?a=1"),
        ("MAS_SMART_ISSUERS", "https://ehr.example/*/r4"),
        ("MAS_SMART_ISSUERS", "https://ehr.example/r4*"),
        ("MAS_SMART_ISSUERS", "https://*.example/r4"),
        ("MAS_SMART_ISSUERS", "https://ehr.example;script-src/r4"),
        ("MAS_SMART_ISSUERS", "https://ehr.example/r4;x"),
        ("MAS_SMART_ISSUERS", "https://ehr.example/r4 https://evil.example"),
        ("MAS_SMART_ISSUERS", "https://user@ehr.example/r4"),
        ("MAS_SMART_ISSUERS", "/*"),
        ("MAS_SMART_AUTH_ORIGINS", "https://login.example/oauth"),
        ("MAS_SMART_AUTH_ORIGINS", "https://login.example/*"),
        ("MAS_SMART_AUTH_ORIGINS", "http://login.example"),
        ("MAS_SMART_FRAME_ORIGINS", "*"),
        ("MAS_SMART_FRAME_ORIGINS", "https://*.example"),
        ("MAS_SMART_FRAME_ORIGINS", "'self'"),
    ],
)
def test_a_bad_setting_is_named_with_what_it_takes(variable: str, text: str) -> None:
    """The message names the variable, never what was given."""
    with pytest.raises(BadSetting) as failure:
        from_environment(SMART | {variable: text})
    takes = next(row.takes for row in TABLE if row.variable == variable)
    assert failure.value.problems == (f"{variable} must be {takes}",)


def test_all_bad_settings_are_listed_at_once() -> None:
    """One start tells everything."""
    with pytest.raises(BadSetting) as failure:
        from_environment({"PORT": "x", "MAS_CONNECTIONS": "x", "MAS_WEB": "x"})
    assert [text.split()[0] for text in str(failure.value).splitlines()] == ["PORT", "MAS_CONNECTIONS", "MAS_WEB"]


def test_what_a_mode_lacks_is_listed_with_the_rest() -> None:
    """And what it was given in a wrong form is told once."""
    environ = {"PORT": "x", "MAS_AUTH_MODE": "jwt", "MAS_JWT_ISSUERS": " , ", "MAS_JWT_JWKS_URL": "http://keys.example"}
    with pytest.raises(BadSetting) as failure:
        from_environment(environ)
    assert [text.split()[-1] for text in failure.value.problems] == [
        "65535",
        "localhost)",
        "MAS_JWT_ISSUERS",
        "MAS_JWT_AUDIENCE",
    ]


def test_an_audit_needs_its_key(tmp_path: Path) -> None:
    with pytest.raises(BadSetting) as failure:
        from_environment({"MAS_AUDIT": "stdout"})
    assert failure.value.problems == ("MAS_AUDIT needs MAS_AUDIT_KEY_FILE",)
    complete = from_environment({"MAS_AUDIT": "/var/audit/lines", "MAS_AUDIT_KEY_FILE": __file__})
    assert (complete.audit, complete.audit_key_file) == ("/var/audit/lines", __file__)


@pytest.mark.parametrize(
    ("environ", "needs"),
    [
        ({"MAS_AUTH_MODE": "api_key"}, ["MAS_API_KEYS_FILE"]),
        ({"MAS_AUTH_MODE": "jwt"}, ["MAS_JWT_ISSUERS", "MAS_JWT_AUDIENCE", "one of"]),
        (JWT, ["one of MAS_JWT_JWKS_FILE and MAS_JWT_JWKS_URL"]),
        (JWT | {"MAS_JWT_JWKS_FILE": __file__, "MAS_JWT_JWKS_URL": "https://a/k"}, ["one of"]),
        (JWT | {"MAS_JWT_JWKS_FILE": __file__, "MAS_CALLER_HEADER": "X-Caller"}, ["MAS_CALLER_HEADER has no place"]),
    ],
)
def test_authentication_needs_its_settings(environ: dict[str, str], needs: list[str]) -> None:
    """A mode without what it needs stops the start."""
    with pytest.raises(BadSetting) as failure:
        from_environment(environ)
    assert len(failure.value.problems) == len(needs)
    assert all(need in problem for need, problem in zip(needs, failure.value.problems, strict=True))


def test_a_launch_is_read_whole() -> None:
    environ = SMART | {
        "MAS_SMART_AUTH_ORIGINS": "https://Login.example:8443,http://127.0.0.1:9",
        "MAS_SMART_FRAME_ORIGINS": "https://desk.example/",
    }
    read = from_environment(environ)
    assert read.smart_client_id == "mas"
    assert read.smart_issuers == ("https://ehr.example/R4", "https://sim.example/v/r4/*")
    assert read.smart_auth_origins == ("https://login.example:8443", "http://127.0.0.1:9")
    assert read.smart_frame_origins == ("https://desk.example",)
    assert from_environment(SMART | {"MAS_SMART_ISSUERS": "https://ehr.example/*"}).smart_issuers == (
        "https://ehr.example/*",
    )


@pytest.mark.parametrize(
    ("environ", "problem"),
    [
        ({"MAS_SMART_CLIENT_ID": "mas"}, "MAS_SMART_CLIENT_ID needs MAS_SMART_ISSUERS"),
        ({"MAS_SMART_CLIENT_ID": "mas", "MAS_SMART_ISSUERS": " , "}, "MAS_SMART_CLIENT_ID needs MAS_SMART_ISSUERS"),
        ({"MAS_SMART_ISSUERS": "https://ehr.example/r4"}, "MAS_SMART_ISSUERS needs MAS_SMART_CLIENT_ID"),
        ({"MAS_SMART_AUTH_ORIGINS": "https://a.example"}, "MAS_SMART_AUTH_ORIGINS needs MAS_SMART_CLIENT_ID"),
        ({"MAS_SMART_FRAME_ORIGINS": "https://a.example"}, "MAS_SMART_FRAME_ORIGINS needs MAS_SMART_CLIENT_ID"),
    ],
)
def test_a_launch_needs_a_client_and_servers(environ: dict[str, str], problem: str) -> None:
    with pytest.raises(BadSetting) as failure:
        from_environment(environ)
    assert failure.value.problems == (problem,)


def test_cautions_name_what_a_launch_lacks() -> None:
    without_page = Settings(auth_mode="jwt", smart_client_id="mas", web=False, public_url="https://mas.example")
    assert cautions(without_page, {}) == ["MAS_SMART_CLIENT_ID has no effect while MAS_WEB=off"]
    without_address = Settings(auth_mode="jwt", smart_client_id="mas")
    assert cautions(without_address, {}) == ["cards do not link to /launch without MAS_PUBLIC_URL"]


def test_complete_authentication_settings_are_taken(tmp_path: Path) -> None:
    """Either source of keys will do."""
    keys = tmp_path / "keys"
    keys.touch()
    assert from_environment({"MAS_AUTH_MODE": "api_key", "MAS_API_KEYS_FILE": str(keys)}).auth_mode == "api_key"
    assert from_environment(JWT | {"MAS_JWT_JWKS_URL": "https://a/k"}).jwt_jwks_url == "https://a/k"


def test_cautions_name_what_has_no_effect() -> None:
    """Misspelt variables, absent authentication and open origins are worth a word, no more."""
    environ = {"MAS_THREDS": "4", "MAS_CORS_ORIGINS": "*", "MAS_JWT_ISSUERS": "a", "HOME": "/"}
    said = cautions(from_environment(environ), environ)
    assert [text.split()[0] for text in said] == ["MAS_THREDS", "authentication", "MAS_JWT_ISSUERS", "any"]
    assert cautions(Settings(auth_mode="jwt"), {}) == []
    assert cautions(Settings())[-1].startswith("authentication is off")


@pytest.mark.parametrize("variable", ["MAS_CODE_MAP_FILE", "MAS_CA_FILE"])
def test_a_pipe_does_not_hold_up_the_start(tmp_path: Path, variable: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadSetting) as failure:
        from_environment({variable: str(tmp_path / "pipe")})
    assert variable in str(failure.value)
