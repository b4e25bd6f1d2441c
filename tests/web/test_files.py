"""The page and the viewer without a browser: what is served, under which headers, how large, and what the files hold."""

import gzip
import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.clinical.criteria import CATALOGUE
from service.clinical.measurement.analytes import ANALYTES, FINDINGS
from service.clinical.panel.panel import CONDITIONS, CONFOUNDERS
from service.server.messages.problem_kinds import KINDS, MALFORMED_JSON
from service.server.settings import Settings
from service.web import docs, page
from service.web.form import UNIT_SYSTEMS, WRITTEN_AS, cells, label_of, short_name, unit_text

WEB = Path(page.__file__).parent
OWN = [path for path in sorted(WEB.rglob("*")) if path.suffix in {".html", ".js", ".css", ".svg"}]
FIRST_PAINT = 100_000
ALLOWED_ADDRESSES = {
    "http://www.w3.org/2000/svg",
    "https://doi.org/${one.doi}",
}  # a namespace; a link that a reader may press


THE_WAY_BACK = {"sessionStorage", "history.", "location.search", "location.href"}
"""What the one script needs that goes to the sign-in of an EHR and comes back; it keeps no value of a patient."""


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def values(self, attribute: str) -> list[str]:
        return [found[attribute] or "" for _, found in self.tags if attribute in found]


@pytest.fixture
def markup(client: FlaskClient) -> str:
    return client.get("/").get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/page/page.js", "/page/page.css", "/page/mark.svg", "/docs/swagger-ui-bundle.js"]
)
def test_each_file_is_served_to_be_revalidated(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", ["/page/nothing.js", "/docs/nothing.js", "/page/../files.py", "/docs/%2e%2e/docs.py"])
def test_what_is_not_a_file_of_the_page_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_the_policy_allows_files_of_this_origin_and_nothing_inline(client: FlaskClient, path: str) -> None:
    policy = dict(
        directive.split(" ", 1) for directive in client.get(path).headers["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert [policy[directive] for directive in ("script-src", "style-src", "connect-src")] == ["'self'"] * 3
    assert [policy[directive] for directive in ("base-uri", "form-action", "frame-ancestors")] == ["'none'"] * 3
    assert "unsafe" not in str(policy)


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_the_markup_has_nothing_inline_that_the_policy_would_stop(client: FlaskClient, path: str) -> None:
    tags = Tags(client.get(path).get_data(as_text=True)).tags
    assert [tag for tag in tags if tag[0] == "style" or (tag[0] == "script" and "src" not in tag[1])] == []
    assert [name for _, found in tags for name in found if name == "style" or name.startswith("on")] == []


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_no_file_names_another_host(path: Path) -> None:
    found = set(re.findall(r"(?:https?:)?//[a-z][^\s\"'`)<>]*", path.read_text(encoding="utf-8")))
    assert {address for address in found if "." in address} <= ALLOWED_ADDRESSES


@pytest.mark.parametrize("path", [file for file in OWN if file.suffix == ".js"], ids=lambda path: path.name)
def test_no_script_keeps_or_shows_values_where_they_do_not_belong(path: Path) -> None:
    forbidden = r"localStorage|sessionStorage|indexedDB|document\.cookie|history\.|location\.(?:search|href)|console\.|innerHTML|outerHTML|insertAdjacent|\beval\b"
    allowed = THE_WAY_BACK if path == WEB / "static" / "smart" / "redirect.js" else set()
    assert set(re.findall(forbidden, path.read_text(encoding="utf-8"))) == allowed


def scripts_needed(client: FlaskClient, name: str, seen: dict[str, int]) -> dict[str, int]:
    """Return the compressed size of a module and of all it imports at once."""
    body = client.get(f"/page/{name}").data
    seen[name] = len(gzip.compress(body))
    for other in re.findall(rb'^import .*from "\./(.+?)";', body, re.MULTILINE):
        if other.decode() not in seen:
            scripts_needed(client, other.decode(), seen)
    return seen


def test_the_first_paint_needs_less_than_100_kb(client: FlaskClient, markup: str) -> None:
    named = [
        address
        for attribute in ("href", "src")
        for address in Tags(markup).values(attribute)
        if address.startswith("page/")
    ]
    sizes = {name: len(gzip.compress(client.get(f"/{name}").data)) for name in named}
    sizes |= scripts_needed(client, "page.js", {})
    sizes.pop("page/page.js")
    assert len(gzip.compress(markup.encode())) + sum(sizes.values()) < FIRST_PAINT
    assert "course.js" not in sizes  # what only an answer needs is loaded with the answer


def test_every_file_that_the_page_names_is_there(client: FlaskClient, markup: str) -> None:
    named = [address for attribute in ("href", "src") for address in Tags(markup).values(attribute)]
    missing = [
        address for address in named if not address.startswith("#") and client.get(f"/{address}").status_code != 200
    ]
    assert missing == []


def test_the_form_offers_all_that_the_data_knows(markup: str) -> None:
    tags = Tags(markup)
    assert sorted(tags.values("data-observation")) == sorted(ANALYTES)
    assert sorted(tags.values("data-finding")) == sorted(FINDINGS)
    assert tags.values("data-criteria") == list(CATALOGUE)
    assert tags.values("data-confounder") == list(CONFOUNDERS)
    units = [code for analyte in ANALYTES.values() for code in analyte.table.units]
    chosen = [found["value"] for tag, found in tags.tags if tag == "option" and found.get("value")]
    assert set(chosen) >= {*units, *CONDITIONS}


def test_the_page_lists_the_sets_before_anything_is_asked(markup: str) -> None:
    assert [
        criteria.title for criteria in CATALOGUE.values() if f"<dd>{escape(criteria.title)}</dd>" not in markup
    ] == []


def test_every_control_of_the_form_has_a_name_for_those_who_do_not_see_it(markup: str) -> None:
    tags = Tags(markup)
    labelled = set(tags.values("for"))
    for tag, found in tags.tags:
        if tag in {"input", "select", "textarea"} and found.get("type") != "checkbox":
            assert found.get("id") in labelled or found.get("aria-label") or found.get("aria-labelledby"), found


def test_nothing_of_the_form_but_its_switches_has_a_name_that_a_browser_could_send(markup: str) -> None:
    names = {found.get("name") for tag, found in Tags(markup).tags if tag in {"input", "select", "textarea"}}
    assert names == {None, "system", *FINDINGS}


def test_the_page_can_be_switched_off_and_the_contract_stays() -> None:
    client = create_app(Settings(web=False)).test_client()
    assert [client.get(path).status_code for path in ("/", "/page/page.js", "/page/mark.svg")] == [404] * 3
    assert [client.get(path).status_code for path in ("/docs", "/docs/docs.js", "/openapi.yaml")] == [200] * 3


def test_with_authentication_the_files_are_open_and_the_data_is_not(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"ward:{'0' * 64}\n", encoding="utf-8")
    client = create_app(Settings(auth_mode="api_key", api_keys_file=str(keys))).test_client()
    assert [client.get(path).status_code for path in ("/", "/page/page.js", "/docs")] == [200] * 3
    assert [client.get(path).status_code for path in ("/openapi.json", "/openapi.yaml")] == [
        200
    ] * 2  # the viewer's own
    assert client.get("/v1/analytes").status_code == 401
    assert "key" in Tags(client.get("/").get_data(as_text=True)).values("id")


def test_without_authentication_the_page_asks_for_no_key(markup: str) -> None:
    assert "key" not in Tags(markup).values("id")


def test_every_problem_type_lands_on_its_explanation(client: FlaskClient) -> None:
    anchors = [
        name for name in Tags(client.get("/docs").get_data(as_text=True)).values("id") if name.startswith("problem-")
    ]
    assert sorted(anchors) == sorted(f"problem-{kind.slug}" for kind in (MALFORMED_JSON, *KINDS.values()))


def test_the_viewer_is_that_of_the_installed_package() -> None:
    assert docs.FILES["swagger-ui.css"].body == (docs.VIEWER / "swagger-ui.css").read_bytes()


@pytest.mark.parametrize(
    ("code", "printed"),
    [("10*9/L", "×10⁹/L"), ("10*12/L", "×10¹²/L"), ("ug/L", "µg/L"), ("ukat/L", "µkat/L"), ("U/mL", "U/mL"), ("umol/L", "µmol/L"),
     ("[degF]", "°F"), ("Cel", "°C"), ("mg/L{FEU}", "mg/L FEU"), ("[IU]/L", "IU/L"), ("/uL", "/µL")],
)  # fmt: skip
def test_units_are_printed_as_laboratories_do(code: str, printed: str) -> None:
    assert unit_text(code) == printed


@pytest.mark.parametrize(
    ("label", "short"),
    [("Aspartate aminotransferase (AST)", "AST"), ("Soluble CD25 (soluble interleukin-2 receptor)", "Soluble CD25"), ("Ferritin", "Ferritin")],
)  # fmt: skip
def test_tests_go_by_the_name_of_the_ward(label: str, short: str) -> None:
    assert short_name(label) == short


def test_a_word_without_a_label_of_its_own_is_made_readable() -> None:
    labels: dict[str, Any] = {"itp": "Immune thrombocytopenia"}
    assert [label_of(condition, labels) for condition in ("itp", "visceral_leishmaniasis")] == [
        "Immune thrombocytopenia",
        "Visceral leishmaniasis",
    ]


def test_a_system_of_units_names_units_that_its_tests_accept() -> None:
    for usual in UNIT_SYSTEMS.values():
        assert {key: unit for key, unit in usual.items() if unit not in ANALYTES[key].table.units} == {}
    assert {frozenset(usual) for usual in UNIT_SYSTEMS.values()} == {frozenset(ANALYTES.keys() - {"d_dimer"})}


def test_no_name_of_a_printed_report_stands_for_two_tests() -> None:
    names = [name for cell in cells(ANALYTES.values(), CATALOGUE.values()) for name in cell.names.split("|")]
    assert sorted(names) == sorted(set(names))
    assert set(WRITTEN_AS) <= set(ANALYTES)
