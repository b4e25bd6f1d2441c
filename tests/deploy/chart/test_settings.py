"""The chart and the service agree on every setting: its name, its default, and what it may hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import certifi
import pytest

from service.ehr.terminology.code_file import load_codes
from service.server.settings import TABLE, Settings, cautions, from_environment
from tests.support import rendering
from tests.support.rendering import manifests, only

pytestmark = pytest.mark.chart

API_KEY = {"auth": {"mode": "api_key", "apiKeysSecret": "keys"}}
STATIC_KEYS = {"auth": {"mode": "jwt", "jwt": {"issuers": ["i"], "audience": "a", "jwksSecret": "keys"}}}
MADE_BY_KUBERNETES = {"PROMETHEUS_MULTIPROC_DIR"}


def environment(values: dict[str, Any]) -> dict[str, str]:
    """Return the variables that the chart sets."""
    return dict(only(manifests(values), "ConfigMap")["data"])


@pytest.mark.parametrize(
    "values",
    [*map(rendering.values_of, rendering.VALUE_SETS), API_KEY, STATIC_KEYS],
    ids=[*rendering.VALUE_SETS, "api_key", "jwks"],
)
def test_the_service_takes_what_the_chart_sets(values: dict[str, Any], tmp_path: Path) -> None:
    given = environment(values)
    mounted = tmp_path / "mounted"
    mounted.write_text(values.get("config", {}).get("codeMap", ""), encoding="utf-8")
    here = {name: str(mounted) if name.endswith("_FILE") else value for name, value in given.items()}
    here |= {"MAS_CA_FILE": certifi.where()} if "MAS_CA_FILE" in here else {}
    assert load_codes(here.get("MAS_CODE_MAP_FILE", ""))
    settings = from_environment(here)
    assert settings.auth_mode == given["MAS_AUTH_MODE"]
    assert not [said for said in cautions(settings, here) if "is not a setting" in said or "no effect" in said]


def test_the_chart_has_the_services_defaults() -> None:
    assert from_environment(environment({})) == Settings()


def test_every_setting_can_be_set_and_no_other() -> None:
    sets = [*map(rendering.values_of, rendering.VALUE_SETS), API_KEY, STATIC_KEYS]
    settable = {name for values in sets for name in environment(values)} - MADE_BY_KUBERNETES
    assert settable == {setting.variable for setting in TABLE}


def test_the_code_map_that_the_readme_shows_is_one(tmp_path: Path) -> None:
    shown = re.findall(r"```toml\n(.*?)```", (rendering.CHART / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "site.toml").write_text("".join(shown), encoding="utf-8")
    assert len(load_codes(str(tmp_path / "site.toml")).results) == len(load_codes().results) + 1


def test_an_empty_list_of_hooks_is_not_the_default() -> None:
    assert from_environment(environment({"config": {"cdsHooks": []}})).cds_hooks == ()


@pytest.mark.parametrize(
    ("values", "served"),
    [
        ({}, "on"),
        ({"config": {"web": False}}, "off"),
        (API_KEY, "off"),
        ({"config": {"web": True}} | API_KEY, "on"),
        ({"smart": {"clientId": "mas", "issuers": ["https://ehr.example.org/r4"]}} | API_KEY, "on"),
    ],
    ids=str,
)
def test_the_page_is_off_by_default_once_callers_must_prove_who_they_are(values: dict[str, Any], served: str) -> None:
    assert environment(values)["MAS_WEB"] == served
