"""The page in the reader's language: chosen by the browser and by hand, without a value lost."""

from typing import Any

import pytest

from tests.web.browser.conftest import Visit
from tests.web.browser.test_reach import violations
from tests.web.browser.waiting import until


@pytest.mark.parametrize(
    ("locale", "width", "scheme", "title"),
    [("de-DE", 1280, "dark", "Die Antwort"), ("fr-FR", 390, "light", "La réponse"), ("it-IT", 390, "dark", "La risposta"), ("es-ES", 1280, "light", "La respuesta")],
)  # fmt: skip
def test_the_page_speaks_the_language_of_the_browser_and_fits(
    visitors: Any, address: str, locale: str, width: int, scheme: str, title: str
) -> None:
    visit = visitors(address, locale=locale, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = visit.load("patient_1")
    assert page.evaluate("document.documentElement.lang") == locale[:2]
    assert page.inner_text("#answer-title") == title
    assert page.locator("#half").is_visible()
    assert page.locator(".summary").get_attribute("lang") == "en"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(visit) == []


@pytest.mark.parametrize("locale", ["de-DE", "fr-FR"])
def test_a_comma_is_typed_and_read_in_every_locale(visitors: Any, address: str, locale: str) -> None:
    visit = visitors(address, locale=locale)
    page = visit.open()
    page.click("label[for=system-si]")
    page.focus("#o-fibrinogen")
    page.keyboard.type("1,8")
    page.keyboard.press("Tab")
    until(page, "document.querySelector('#o-fibrinogen').value === '1.8'")
    visit.assess()
    assert visit.posted() == {"observations": {"fibrinogen": "1.8 g/L"}}


def test_another_language_is_chosen_by_hand_and_the_form_and_the_answer_stay(visit: Visit) -> None:
    page = visit.load("patient_1")
    for code, title, button in (
        ("fr", "La réponse", "Évaluer"),
        ("de", "Die Antwort", "Auswerten"),
        ("en", "The answer", "Assess"),
    ):
        page.select_option("#language", code)
        until(page, f"document.querySelector('#answer-title').textContent === '{title}'")
        assert page.inner_text("#assess") == button
        assert page.input_value("#o-ferritin") == "905"
        assert page.inner_text(".category") == "▲ MAS probable"
    assert page.locator("#half").is_hidden()
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    page.click("#clear")
    page.wait_for_selector(".empty")
    assert "Enter what is known" in page.inner_text(".empty")
