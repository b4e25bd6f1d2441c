"""For everyone, everywhere: keyboard, phone, dark, paper, assistive technology; and nothing kept of a patient."""

from importlib.resources import files
from typing import Any

import pytest

from tests.web.browser.conftest import Visit
from tests.web.browser.waiting import until

AXE = "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations']})"
PHONE = {"width": 390, "height": 844}
NARROW = [390, 320]  # a phone; a screen of 1280 at 400 %
STATES = ["empty", "patient_1", "patient_2", "patient_1_as_printed"]


def shown(visit: Visit, state: str) -> Any:
    page = visit.open() if state == "empty" else visit.load(state)
    page.evaluate("document.querySelectorAll('details').forEach(one => (one.open = true))")
    return page


def violations(visit: Visit) -> list[str]:
    """Return what axe-core finds wrong; its script is injected past the policy of the page, which stays as it is.

    The whole page is in view: the bar that stays at the lower edge covers half a field wherever a page happens to stand.
    """
    height = visit.page.evaluate("document.documentElement.scrollHeight")
    visit.page.set_viewport_size(visit.page.viewport_size | {"height": height})
    visit.page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = visit.page.evaluate(AXE)["violations"]
    return [
        f"{violation['impact']} {violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(visitors: Any, address: str, state: str, width: int, scheme: str) -> None:
    visit = visitors(address, viewport={"width": width, "height": 900}, color_scheme=scheme)
    shown(visit, state)
    assert violations(visit) == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light")])
def test_axe_finds_nothing_in_a_form_with_a_question_ranges_and_lines_not_read(
    visitors: Any, address: str, width: int, scheme: str
) -> None:
    visit = visitors(address, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = visit.open()
    page.click("#paste-open")
    page.fill("#paste-text", "Ferritin 905 ug/L\nUrea 5 mmol/L")
    page.click("#paste-use")
    page.wait_for_selector("#brought li")
    page.click(".first .ranges")
    page.click("#link-open")
    page.fill("#o-platelets", "59,000 /uL")
    page.press("#o-platelets", "Tab")
    page.wait_for_selector(".asks")
    assert violations(visit) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", NARROW)
@pytest.mark.parametrize("state", STATES)
def test_nothing_is_wider_than_the_screen(visitors: Any, address: str, state: str, width: int) -> None:
    page = shown(visitors(address, viewport=PHONE | {"width": width}), state)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_was_loaded_is_readable_in_its_field_on_a_phone(visitors: Any, address: str) -> None:
    page = visitors(address, viewport=PHONE).load("patient_1")
    cut = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.value)"
    assert page.locator("input[type=text]").evaluate_all(cut) == []


OVERLAPS = """all => all.filter(one => {
    const [verdicts, figure] = ['.verdict:last-of-type', '.figure > *'].map(part => one.querySelector(part)?.getBoundingClientRect());
    return figure && verdicts.right > figure.left && verdicts.bottom > figure.top && verdicts.top < figure.bottom;
}).map(one => one.textContent)"""


@pytest.mark.parametrize("width", [320, 1000, 1100, 1280, 1440])
def test_no_picture_covers_a_verdict(visitors: Any, address: str, width: int) -> None:
    page = visitors(address, viewport={"width": width, "height": 900}).load("patient_1")
    assert page.locator(".set > summary").evaluate_all(OVERLAPS) == []


def test_who_removes_a_line_by_keyboard_stands_at_the_button_that_adds_one(visit: Visit) -> None:
    page = visit.load("patient_1")
    page.focus("#medications .row:first-child button")
    page.keyboard.press("Enter")
    assert page.locator("#medications .row").count() == 2
    assert page.evaluate("document.activeElement.id") == "add-medication"


def test_dark_is_dark_and_light_is_light(visitors: Any, address: str) -> None:
    brightness = (
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number).reduce((a, b) => a + b)"
    )
    dark, light = (visitors(address, color_scheme=scheme).open().evaluate(brightness) for scheme in ("dark", "light"))
    assert dark < 150
    assert light > 600


BENEATH = """() => {
    const field = document.activeElement, bar = document.querySelector('.submit');
    if (bar.contains(field) || !bar.parentElement.contains(field)) return 0;
    return field.getBoundingClientRect().bottom - bar.getBoundingClientRect().top;
}"""


def test_no_field_in_use_lies_beneath_the_bar_at_the_lower_edge(visitors: Any, address: str) -> None:
    page = visitors(address, viewport={"width": 1280, "height": 500}).open()
    covered = {}
    for _ in range(60):
        page.keyboard.press("Tab")
        covered[page.evaluate("document.activeElement.id || document.activeElement.textContent")] = page.evaluate(
            BENEATH
        )
    assert len(covered) > 30
    assert {name: points for name, points in covered.items() if points > 0} == {}


FIVE = {"ferritin": "905", "platelets": "116", "ast": "61", "triglycerides": "2.1", "fibrinogen": "1.8"}


def test_five_results_are_typed_and_answered_within_fifteen_stops_of_the_tab_key(visit: Visit) -> None:
    page = visit.open()
    left = dict(FIVE)
    stops = 0
    while left and stops < 15:
        page.keyboard.press("Tab")
        stops += 1
        name = page.evaluate("document.activeElement.id")
        if name == "system-si":
            page.keyboard.press("Space")
        if name.removeprefix("o-") in left:
            page.keyboard.type(left.pop(name.removeprefix("o-")))
    assert left == {}
    page.keyboard.press("Enter")
    page.wait_for_selector(".headline")
    assert visit.posted()["observations"] == {
        "ferritin": "905 ug/L",
        "platelets": "116 10*9/L",
        "ast": "61 U/L",
        "triglycerides": "2.1 mmol/L",
        "fibrinogen": "1.8 g/L",
    }


def test_the_tools_are_one_stop_and_the_arrows_go_along_them(visit: Visit) -> None:
    page = visit.open()
    page.focus("#paste-open")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "file-open"
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.dataset.example") == "patient_2_as_printed"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    assert page.evaluate("document.activeElement.id") == "paste-open"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "system"


def test_a_panel_can_be_assessed_by_keyboard_alone(visit: Visit) -> None:
    page = visit.open()
    press = page.keyboard.press

    def tab_to(wanted: str) -> None:
        for _ in range(80):
            press("Tab")
            if page.evaluate("document.activeElement.id") == wanted:
                return
        pytest.fail(f"the Tab key does not reach {wanted}")

    tab_to("o-ferritin")
    page.keyboard.type("905")
    press("Tab")
    page.keyboard.type("ng")
    tab_to("fever-u")
    press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "fever-y"
    outline = page.evaluate("getComputedStyle(document.querySelector('label[for=fever-y]')).outlineStyle")
    assert outline == "solid"
    tab_to("age")
    page.keyboard.type("10")
    press("Enter")
    until(page, "document.activeElement.id === 'answer-title'")
    assert visit.posted() == {
        "patient": {"age_years": 10},
        "observations": {"ferritin": "905 ng/mL"},
        "findings": {"fever": True},
    }
    reached = set()
    for _ in range(12):
        press("Tab")
        reached.add(page.evaluate("document.activeElement.closest('section')?.className"))
    assert "decide" in reached


def test_the_answer_is_announced(visit: Visit) -> None:
    page = visit.load("patient_2")
    assert page.locator("#status").get_attribute("role") == "status"
    assert "MAS probable" in page.inner_text("#status")


def test_verdicts_are_told_by_word_and_mark_and_not_by_colour_alone(visit: Visit) -> None:
    page = visit.load("patient_1")
    marks = {tuple(text.split(maxsplit=1)[0]) for text in page.locator(".set .verdict").all_text_contents()}
    assert len(marks) == 3
    assert page.locator(".verdict").evaluate_all("all => all.every(one => /[a-z]/.test(one.textContent))")


def test_on_paper_the_answer_stands_without_the_form(visit: Visit) -> None:
    page = visit.load("patient_1")
    page.emulate_media(media="print")
    assert page.locator("#ask").is_hidden()
    assert page.locator(".copy").is_hidden()
    assert page.locator(".headline").is_visible()
    entered = page.inner_text(".entered")
    assert "aged 10 years, onset at 8 years, Systemic JIA" in entered
    assert "Present: Fever, Hepatomegaly" in entered
    assert "Ferritin 905 µg/L, Platelet count 116 ×10⁹/L" in entered
    assert "Fibrinogen “low”" in entered
    page.emulate_media(media="screen")
    assert page.locator(".entered").is_hidden()


def test_the_page_does_not_jump_while_it_loads(visit: Visit) -> None:
    page = visit.open()
    page.wait_for_load_state("networkidle")
    shift = "() => new Promise(done => new PerformanceObserver(all => done(all.getEntries().reduce((sum, one) => sum + one.value, 0))).observe({type: 'layout-shift', buffered: true}) || setTimeout(() => done(0), 500))"
    assert page.evaluate(shift) < 0.05


@pytest.mark.parametrize("patient", ["patient_1", "patient_2_as_printed"])
def test_nothing_of_a_patient_stays_in_the_address_or_in_storage(visit: Visit, patient: str) -> None:
    page = visit.load(patient)
    assert page.url == visit.address
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie, history.length <= 2]") == [
        0,
        0,
        "",
        True,
    ]
    assert page.evaluate("async () => (await indexedDB.databases()).length + (await caches.keys()).length") == 0
    assert {request.url.split("?")[0] for request in visit.requests} == {request.url for request in visit.requests}
