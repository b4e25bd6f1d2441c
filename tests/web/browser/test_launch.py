"""The page as a SMART app: an EHR opens it, or a person signs in there; the record fills the form, and nothing is kept."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.support.smart_server import CLIENT, SmartServer
from tests.web.browser.conftest import Visit
from tests.web.browser.invented import BORN, NAME, ehr_of, observations, result
from tests.web.browser.served import served
from tests.web.browser.test_reach import violations
from tests.web.browser.waiting import until


@dataclass
class Site:
    """A service whose page is known to an EHR, and the hosts around it. A simulator is listed by what lies below it."""

    address: str
    log: Path
    ehr: SmartServer
    simulator: SmartServer
    login: SmartServer
    desk: SmartServer
    stranger: SmartServer
    servers: tuple[SmartServer, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.servers = (self.ehr, self.simulator, self.login, self.desk, self.stranger)

    def launched(self, server: SmartServer | None = None, **more: str) -> str:
        """Return the address with which an EHR opens the page."""
        server = server or self.ehr
        return f"launch?{urlencode({'iss': server.base, 'launch': server.launch()} | more)}"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, chromium: Any) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("launch")
    with (
        SmartServer() as ehr,
        SmartServer() as sim,
        SmartServer() as login,
        SmartServer() as desk,
        SmartServer() as other,
    ):
        chosen = {
            "MAS_SMART_CLIENT_ID": CLIENT,
            "MAS_SMART_ISSUERS": f"{ehr.base},{sim.address}/r4/*",
            "MAS_SMART_AUTH_ORIGINS": login.address,
            "MAS_SMART_FRAME_ORIGINS": desk.address,
        }
        with served(folder, **chosen) as address:
            yield Site(address, folder / f"output-{urlsplit(address).port}", ehr, sim, login, desk, other)


@pytest.fixture
def site(running: Site) -> Site:
    for server in running.servers:
        server.ehr = ehr_of(f"{running.address}launch")
    return running


@pytest.fixture
def guest(visitors: Any, site: Site) -> Visit:
    found: Visit = visitors(site.address, tuple(server.address for server in site.servers[:-1]))
    return found


def arrive(visit: Visit, path: str) -> Any:
    """Go to a path that may lead on at once: the browser is not waited for beyond its first answer."""
    visit.page.goto(visit.address + path, wait_until="commit")
    return visit.page


def refused(visit: Visit) -> str:
    """Return why a launch ended; nothing of a patient is shown then."""
    visit.page.wait_for_selector(".launch.refused")
    assert visit.page.locator(".headline").count() == 0
    assert violations(visit) == []
    said: str = visit.page.inner_text("#launch")
    return said


def test_an_ehr_opens_the_page_and_the_record_has_the_ordinary_answer(guest: Visit, site: Site) -> None:
    page = arrive(guest, site.launched())
    page.wait_for_selector(".headline")
    assert page.locator(".headline").get_attribute("class") == "headline likely"
    assert (page.input_value("#o-ferritin"), page.input_value("#u-ferritin")) == ("12500", "ng/mL")
    assert page.input_value("#condition") == "sjia"
    assert page.input_value("#age").startswith("10.6")
    assert page.inner_text("#launch-says") == f"Read from {urlsplit(site.ehr.address).netloc}"
    assert page.inner_text("#launch .whose") == f"{NAME} born {BORN}"
    assert site.ehr.ehr.refused == []
    [asked] = site.ehr.ehr.authorized
    assert asked["scope"].split() == [
        "launch",
        "patient/Condition.rs",
        "patient/Observation.rs",
        "patient/MedicationRequest.rs",
        "patient/Patient.rs",
    ]
    assert violations(guest) == []


def test_a_person_signs_in_without_an_ehr_that_opened_the_page(guest: Visit, site: Site) -> None:
    page = arrive(guest, "launch")
    page.wait_for_selector("#launch button")
    assert page.locator("#launch button").all_inner_texts() == [urlsplit(site.ehr.address).netloc]
    assert violations(guest) == []
    page.click("#launch button")
    page.wait_for_selector(".headline.likely")
    [asked] = site.ehr.ehr.authorized
    assert ("launch" in asked, asked["scope"].split()[0]) == (False, "launch/patient")


def test_a_sign_in_at_a_server_that_the_address_names(guest: Visit, site: Site) -> None:
    page = arrive(guest, f"launch?{urlencode({'iss': site.ehr.base})}")
    page.wait_for_selector(".headline.likely")


def test_a_server_below_a_listed_address_may_open_the_page(guest: Visit, site: Site) -> None:
    page = arrive(guest, site.launched(site.simulator))
    page.wait_for_selector(".headline.likely")


def test_a_sign_in_at_an_origin_that_is_listed_beside_the_server(guest: Visit, site: Site) -> None:
    site.login.ehr = site.ehr.ehr
    site.ehr.ehr.authority, site.ehr.ehr.audience = site.login.address, site.ehr.base
    page = arrive(guest, site.launched())
    page.wait_for_selector(".headline.likely")


def test_a_server_of_version_1_is_asked_in_its_own_words(guest: Visit, site: Site) -> None:
    site.ehr.ehr.capabilities = ("launch-ehr", "client-public", "permission-patient")
    page = arrive(guest, site.launched())
    page.wait_for_selector(".headline.likely")
    assert "patient/Observation.read" in site.ehr.ehr.authorized[0]["scope"].split()


def test_further_pages_are_read_and_what_still_follows_is_said(guest: Visit, site: Site) -> None:
    site.ehr.ehr.per_page = 1
    page = arrive(guest, site.launched())
    page.wait_for_selector(".headline.likely")
    assert page.input_value("#o-ast") == "140"
    assert page.locator("#brought").is_hidden()
    site.ehr.ehr.searches["Observation"] = lambda query: [*observations(query)[:1]] * 7
    arrive(guest, site.launched())
    page.wait_for_selector("#brought li")
    assert "further page" in page.inner_text("#brought")
    assert sum("category=laboratory" in path for path in site.ehr.ehr.asked) == 3 + 5


@pytest.mark.parametrize(
    ("server", "pages", "is_followed"),
    [("simulator", "simulator", True), ("ehr", "ehr", False), ("ehr", "stranger", False)],
)
def test_the_token_goes_along_to_further_pages_only_where_the_server_or_a_listed_one_is(
    guest: Visit, site: Site, server: str, pages: str, is_followed: bool
) -> None:
    asked: SmartServer = getattr(site, server)
    asked.ehr.per_page = 1
    asked.ehr.pages_at = f"{getattr(site, pages).address}/r4/pages"
    page = arrive(guest, site.launched(asked))
    page.wait_for_selector(".headline")
    assert (page.input_value("#o-ast") == "140") is is_followed
    assert ("further page" in page.inner_text("#brought")) is not is_followed
    assert site.stranger.ehr.asked == []


def test_the_record_goes_to_the_service_without_the_patients_name(guest: Visit, site: Site) -> None:
    page = arrive(guest, site.launched())
    page.wait_for_selector(".headline")
    sent = json.dumps(guest.posted("v1/records"))
    assert BORN in sent
    assert "Zebra" not in sent
    page.click("#clear")
    page.wait_for_selector(".empty")
    assert page.locator("#launch").is_hidden()


RANDOM_IDS = re.compile(r'"(request|trace)_id":"[0-9a-f-]{32,36}"')
"""Each line of the log has two random ids. In a thousand lines, one of them often holds the digits of a result."""


def test_no_token_code_or_patient_is_in_any_storage_address_or_log(guest: Visit, site: Site) -> None:
    page = arrive(guest, site.launched())
    page.wait_for_selector(".headline")
    [token] = site.ehr.ehr.tokens
    [form] = site.ehr.ehr.exchanged
    assert page.url == f"{site.address}launch"
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert page.evaluate("indexedDB.databases().then(found => found.length)") == 0
    assert page.evaluate("caches.keys().then(found => found.length)") == 0
    assert guest.page.context.cookies() == []
    own = [one for one in guest.requests if one.url.startswith(site.address)]
    told = json.dumps([[one.url, one.headers, one.post_data] for one in own])
    assert form["code"] in own[-1].url or any(form["code"] in one.url for one in own)  # the return itself, and it alone
    assert [one.url for one in own if form["code"] in one.url] == [one.url for one in own if "launch?code=" in one.url]
    assert token not in told
    assert form["code_verifier"] not in told
    assert [one.url for one in guest.requests if token in one.url or form["code_verifier"] in one.url] == []
    written = RANDOM_IDS.sub("", site.log.read_text())
    assert '"route":"/launch"' in written
    for secret in (token, form["code"], form["code_verifier"], "child-7", "Zebra", "12500"):
        assert secret not in written
    page.go_back()
    assert "code=" not in page.url


def test_on_the_way_only_the_state_its_secret_and_the_server_are_kept(guest: Visit, site: Site) -> None:
    page = guest.page
    page.route("**/auth/authorize*", lambda route: route.fulfill(body="sign in", content_type="text/plain"))
    arrive(guest, site.launched())
    page.wait_for_url("**/auth/authorize*")
    page.goto(f"{site.address}page/mark.svg")
    kept = json.loads(page.evaluate("sessionStorage.getItem('mas.smart')"))
    assert sorted(kept) == ["issuer", "state", "verifier"]
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 1]


@pytest.mark.parametrize(
    "answer", ["code=x&state=forged", "code=x", "state=forged", "error=access_denied&state=forged"]
)
def test_a_forged_answer_is_not_used(guest: Visit, site: Site, answer: str) -> None:
    arrive(guest, f"launch?{answer}")
    assert "does not belong to a sign-in that this page began" in refused(guest)
    assert guest.page.url == f"{site.address}launch"
    assert site.ehr.ehr.exchanged == []


def test_a_forged_state_in_a_sign_in_that_was_begun_ends_it(guest: Visit, site: Site) -> None:
    page = guest.page
    page.route("**/auth/authorize*", lambda route: route.fulfill(body="sign in", content_type="text/plain"))
    arrive(guest, site.launched())
    page.wait_for_url("**/auth/authorize*")
    page.goto(f"{site.address}launch?code=x&state=forged")
    assert "does not belong to a sign-in that this page began" in refused(guest)
    assert page.evaluate("sessionStorage.length") == 0
    assert site.ehr.ehr.exchanged == []


@pytest.mark.parametrize("where", ["stranger", "other path", "no address", "other scheme"])
def test_a_server_that_is_not_listed_is_sent_nothing(guest: Visit, site: Site, where: str) -> None:
    issuer = {
        "stranger": site.stranger.base,
        "other path": f"{site.ehr.address}/r5/fhir",
        "no address": "the hospital",
        "other scheme": site.ehr.base.replace("http:", "ftp:"),
    }[where]
    arrive(guest, f"launch?{urlencode({'iss': issuer, 'launch': 'x'})}")
    assert "is not on this service’s list" in refused(guest)
    assert site.stranger.ehr.asked == site.ehr.ehr.asked == []


def without(kind: str) -> Any:
    return lambda scope: " ".join(one for one in scope.split() if kind not in one)


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "missing scope": ({"grant": without("Observation")}, "did not allow this page to read laboratory results"),
    "expired token": ({"token_seconds": 0}, "The access that the EHR gave has expired"),
    "expired code": ({"code_seconds": 0}, "The sign-in was used before, or took too long"),
    "declined": ({"refuses": "access_denied"}, "it was declined there"),
    "scope refused": ({"refuses": "invalid_scope"}, "did not allow this page to read laboratory results"),
    "another error": ({"refuses": "temporarily_unavailable"}, "The EHR refused the sign-in of this page"),
    "no patient": ({"has_context": False}, "did not say which patient is meant"),
    "no proof": ({"proofs": ("plain",)}, "PKCE with S256"),
    "no rights to results": ({"forbidden": {"Observation"}}, "does not let you read this patient’s laboratory results"),
    "no rights to the patient": ({"forbidden": {"Patient"}}, "does not let you see this patient"),
    "broken results": ({"broken": {"Observation"}}, "The laboratory results could not be read from the EHR"),
    "sign-in elsewhere": ({"authority": "https://evil.example"}, "an address that this service does not trust"),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_what_cannot_be_read_is_refused_in_plain_words(guest: Visit, site: Site, why: str) -> None:
    guest.expected = ("the server responded with a status of",)
    changes, words = REFUSALS[why]
    for name, value in changes.items():
        setattr(site.ehr.ehr, name, value)
    arrive(guest, site.launched())
    assert words in refused(guest)
    assert guest.page.evaluate("sessionStorage.length") == 0
    assert not [one for one in guest.requests if one.url == f"{site.address}v1/records"]


def test_a_server_that_does_not_answer_is_named(guest: Visit, site: Site) -> None:
    guest.expected = ("Failed to load resource", "status of")
    guest.page.route("**/.well-known/smart-configuration", lambda route: route.abort())
    arrive(guest, site.launched())
    assert "The EHR did not answer" in refused(guest)


def test_what_else_may_not_be_read_is_named_and_keeps_mas_from_being_unlikely(guest: Visit, site: Site) -> None:
    site.ehr.ehr.grant = without("MedicationRequest")
    site.ehr.ehr.forbidden = {"Condition"}
    page = arrive(guest, site.launched())
    page.wait_for_selector(".headline")
    assert page.inner_text("#launch .absent") == "Not allowed by the EHR: diagnoses, medications"
    assert guest.posted()["context"]["incomplete"] is True
    assert violations(guest) == []


def test_a_right_to_a_part_is_named(guest: Visit, site: Site) -> None:
    site.ehr.ehr.grant = lambda scope: scope.replace(
        "patient/Condition.rs", "patient/Condition.rs?category=problem-list-item"
    )
    page = arrive(guest, site.launched())
    page.wait_for_selector(".headline")
    assert page.inner_text("#launch .absent") == "Allowed by the EHR in part only: diagnoses"


def test_results_of_another_patient_are_not_mixed_in(guest: Visit, site: Site) -> None:
    site.ehr.ehr.searches["Observation"] = lambda query: [
        *observations(query),
        result("2276-4", 1, "ng/mL", patient="other"),
    ]
    page = arrive(guest, site.launched())
    page.wait_for_selector("#launch-more button")
    assert page.locator(".headline").count() == 0


def test_after_a_refusal_a_person_may_sign_in_again(guest: Visit, site: Site) -> None:
    site.ehr.ehr.refuses = "access_denied"
    page = arrive(guest, site.launched())
    page.click(".launch.refused button")
    assert page.locator(".launch.refused").count() == 0
    site.ehr.ehr.refuses = ""
    page.click("#launch button")
    page.wait_for_selector(".headline.likely")


def test_a_service_with_keys_asks_for_its_own_once_the_record_is_read(
    visitors: Any, site: Site, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"ward:{hashlib.sha256(b'ward-key').hexdigest()}\n", encoding="utf-8")
    chosen = {"MAS_SMART_CLIENT_ID": CLIENT, "MAS_SMART_ISSUERS": site.ehr.base}
    with served(tmp_path, **chosen, MAS_AUTH_MODE="api_key", MAS_API_KEYS_FILE=str(keys)) as address:
        site.ehr.ehr.redirect_uris = {f"{address}launch"}
        visit = visitors(address, (site.ehr.address,))
        page = arrive(visit, site.launched())
        page.wait_for_selector("#launch button.main")
        assert violations(visit) == []
        page.fill("#key", "wrong")
        page.click("#launch button.main")
        page.wait_for_selector("#launch-says:has-text('is not accepted')")
        page.fill("#key", "ward-key")
        page.click("#launch-more button")
        page.wait_for_selector(".headline.likely")
        [token] = site.ehr.ehr.tokens
        assert [one.url for one in visit.requests if one.url.startswith(address) and token in str(one.headers)] == []


@pytest.mark.parametrize("locale", ["de-DE", "fr-FR", "it-IT", "es-ES"])
def test_a_refusal_speaks_the_language_of_the_browser(visitors: Any, site: Site, locale: str) -> None:
    visit = visitors(
        site.address, (site.ehr.address,), locale=locale, viewport={"width": 390, "height": 844}, color_scheme="dark"
    )
    site.ehr.ehr.token_seconds = 0
    arrive(visit, site.launched())
    said = refused(visit)
    spoken = json.loads(
        (Path(__file__).parents[3] / "service/web/languages" / f"{locale[:2]}.json").read_text(encoding="utf-8")
    )["texts"]
    assert spoken["The access that the EHR gave has expired."] in said
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_another_language_is_chosen_after_the_launch(guest: Visit, site: Site) -> None:
    site.ehr.ehr.grant = without("MedicationRequest")
    page = arrive(guest, site.launched())
    page.wait_for_selector(".headline")
    page.select_option("#language", "de")
    until(page, "document.querySelector('#launch-says').textContent.startsWith('Gelesen aus')")
    assert page.inner_text("#launch .absent") == "Vom Kliniksystem nicht erlaubt: Medikamente"
    assert NAME in page.inner_text("#launch")


@pytest.mark.parametrize("where", ["ehr", "desk"])
def test_the_ehr_shows_the_page_in_a_frame(guest: Visit, site: Site, where: str) -> None:
    around: SmartServer = getattr(site, where)
    guest.page.goto(around.frame(site.address + site.launched()))
    inside = guest.page.frame_locator("iframe")
    inside.locator(".headline.likely").wait_for()


def test_no_other_page_shows_it_in_a_frame(visitors: Any, site: Site) -> None:
    visit = visitors(site.address, (site.stranger.address, "chrome-error:"))
    visit.expected = ("frame-ancestors", "ERR_BLOCKED_BY_RESPONSE", "ERR_BLOCKED_BY_CSP")
    visit.page.goto(site.stranger.frame(site.address + site.launched()))
    until_refused = [one for one in visit.page.frames if one.parent_frame]
    assert [one.url.split(":")[0] for one in until_refused] == ["chrome-error"]
    assert site.ehr.ehr.authorized == []
    assert any("frame-ancestors" in said for said in visit.complaints)


def test_the_page_itself_is_shown_in_no_frame_not_even_of_the_ehr(visitors: Any, site: Site) -> None:
    visit = visitors(site.address, (site.ehr.address, "chrome-error:"))
    visit.expected = ("frame-ancestors", "ERR_BLOCKED_BY_RESPONSE", "ERR_BLOCKED_BY_CSP")
    visit.page.goto(site.ehr.frame(site.address))
    assert any("frame-ancestors" in said for said in visit.complaints)


def test_a_frame_that_may_keep_nothing_says_so(guest: Visit, site: Site) -> None:
    guest.page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', {get() { throw new DOMException('no', 'SecurityError') }})"
    )
    arrive(guest, site.launched())
    assert "The browser lets this page keep nothing" in refused(guest)


LISTED = ["https://ehr.example/fhir", "https://sim.example/v/r4/*"]


@pytest.mark.parametrize(
    ("issuer", "is_listed"),
    [
        ("https://ehr.example/fhir", True),
        ("https://ehr.example/fhir/", True),
        ("https://EHR.example:443/fhir", True),
        ("https://ehr.example/fhir/sub", False),
        ("https://ehr.example/", False),
        ("https://ehr.example:8443/fhir", False),
        ("https://ehr.example.evil.test/fhir", False),
        ("https://ehr.example@evil.test/fhir", False),
        ("https://user@ehr.example/fhir", False),
        ("https://ehr.example/fhir?x=", False),
        ("https://ehr.example/fhir?", False),
        ("https://ehr.example/fhir#", False),
        ("http://ehr.example/fhir", False),
        ("https://sim.example/v/r4/fhir", True),
        ("https://sim.example/v/r4/sim/WzIsIiIsIiIsIkFVVE8iLDAsMCwwLCIiLCIiLCIiLCIiLCIiLCIiLCIiLDAsMSwiIl0/fhir", True),
        ("https://sim.example/v/r4", False),
        ("https://sim.example/v/r4/", False),
        ("https://sim.example/v/r4x/fhir", False),
        ("https://sim.example/v/r4/../r2/fhir", False),
        ("https://sim.example/v/r4/%2e%2e/r2/fhir", False),
        ("https://sim.example/v/r4/..%2fr2/fhir", False),
        ("https://sim.example/v/r4/..;/r2/fhir", False),
        ("https://sim.example/v/r4/a//b", False),
        ("https://sim.example\\v\\r4\\fhir", True),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_an_issuer_is_listed_whole_or_lies_below_an_entry(guest: Visit, issuer: str, is_listed: bool) -> None:
    page = arrive(guest, "launch")
    asked = "([issuer, listed]) => import('/page/smart/issuers.js').then(module => module.isListed(issuer, listed))"
    assert page.evaluate(asked, [issuer, LISTED]) is is_listed
