"""Several panels: the course is drawn as the API tells it."""

import json
from typing import Any

import pytest

from tests.web.browser.conftest import Visit
from tests.web.browser.screenshots import COURSE
from tests.web.browser.test_reach import violations
from tests.web.browser.waiting import until

OBSERVED = ["ferritin", "platelets", "ast", "fibrinogen", "wbc", "esr", "crp"]


def pasted(visit: Visit, document: Any) -> Any:
    page = visit.open()
    page.click("#paste-open")
    page.fill("#paste-text", json.dumps(document))
    page.click("#paste-use")
    return page


def drawn(visit: Visit) -> Any:
    page = pasted(visit, COURSE)
    page.wait_for_selector(".multiples figure")
    return page


def test_each_observation_has_a_picture_with_its_limit_and_the_treatments(visit: Visit) -> None:
    page = drawn(visit)
    assert page.locator(".multiples figure").evaluate_all("all => all.map(one => one.dataset.course)") == OBSERVED
    for key in OBSERVED:
        assert page.locator(f"[data-course={key}] .given").count() == 2
    ferritin = page.locator("[data-course=ferritin]")
    assert "limit > 684 (2016 criteria)" in ferritin.inner_text()
    assert ferritin.locator(".dot.hit").count() == 2
    assert ferritin.locator(".dot.clear").count() == 2
    assert ferritin.locator("svg").get_attribute("aria-label") == (
        "Ferritin in ng/mL: 2026-11-02 310, 2026-11-16 905, 2026-11-20 above 10000, 2026-12-10 180. "
        "Limit > 684, 2016 criteria. 2 treatments marked."
    )
    assert page.locator("[data-course=fibrinogen] text:text-is('low')").count() == 1


def test_the_categories_and_events_are_those_of_the_api(visit: Visit) -> None:
    page = drawn(visit)
    answer = page.request.post(f"{visit.address}v1/trajectories", data=visit.posted("v1/trajectories")).json()
    shown = page.locator(".course .strip:not(.hint .strip) b").all_inner_texts()
    categories = [assessment["classification"]["category"] for assessment in answer["assessments"]]
    assert categories[-1] == "indeterminate"  # it is treated, and has not resolved
    told = ["cannot be told yet" if key == "indeterminate" else f"mas {key}" for key in categories]
    assert [text.lower() for text in shown] == told
    assert answer["course"]["summary"].startswith("No longer meets the 2016 criteria; not resolved, awaiting ")
    assert page.inner_text(".course .state") == answer["course"]["summary"]
    assert page.locator(".course .events li").count() == len(answer["events"]) > 0
    assert page.locator(".course .events b").first.inner_text() == "Onset: MAS likely"


def test_every_change_is_told_in_the_words_of_the_api(visit: Visit) -> None:
    page = drawn(visit)
    answer = page.request.post(f"{visit.address}v1/trajectories", data=visit.posted("v1/trajectories")).json()
    page.click("summary:has-text('Every change in words')")
    lines = page.locator(".course details li:not(.references li)").all_inner_texts()
    assert len(lines) == len(answer["dynamics"])
    assert ["(towards MAS)" in line for line in lines] == [
        bool(change["in_mas_direction"]) for change in answer["dynamics"]
    ]
    assert lines[0] == "Ferritin rose from 310 to 905 µg/L (+191.9 %) in 14 days (towards MAS)"


def test_a_line_is_broken_where_a_panel_between_has_no_number(visit: Visit) -> None:
    page = drawn(visit)
    assert page.locator("[data-course=fibrinogen] .bridge").count() == 1
    assert page.locator("[data-course=ferritin] .bridge").count() == 0


MANY = {
    "context": {"condition": "sjia"},
    "panels": [
        {"collected_at": f"2026-11-{day:02}T{hour}:30:00Z", "observations": {"ferritin": f"{day * 10} ug/L", "crp": {"interpretation": "H"}}, "findings": {"fever": False}}
        for day in range(1, 21)
        for hour in ("08", "20")
    ],
    "treatments": [{"name": "anakinra", "given_at": f"2026-11-{day:02}"} for day in range(5, 15)],
}  # fmt: skip


@pytest.mark.parametrize("width", [1280, 390])
def test_a_long_course_stays_readable(visitors: Any, address: str, width: int) -> None:
    page = pasted(visitors(address, viewport={"width": width, "height": 900}), MANY)
    page.wait_for_selector(".multiples figure")
    assert page.inner_text(".course .strip >> nth=0") == (
        "2026-11-01 08:30 to 2026-11-20 20:30, 40 panels: ○ MAS unlikely"
    )
    assert page.inner_text(".tab >> nth=39") == "40: 2026-11-20 20:30"
    assert page.locator("#panels").bounding_box()["height"] < 300
    overlaps = """all => { const boxes = all.map(one => one.getBoundingClientRect());
        return boxes.filter((a, i) => boxes.some((b, k) => k > i && a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3)).length }"""
    for key in ("ferritin", "crp"):
        assert page.locator(f"[data-course={key}] svg text").evaluate_all(overlaps) == 0
    remarks = page.locator(".course > .changes li").all_inner_texts()
    assert len(remarks) == len(set(remarks)) == 1
    assert remarks[0].startswith("anakinra 2026-11-05, anakinra 2026-11-06")
    assert "2026-11-20 200" in page.locator("[data-course=ferritin] svg").get_attribute("aria-label")


def test_what_acts_during_an_event_is_named(visit: Visit) -> None:
    treated = COURSE | {"treatments": [{"name": "tocilizumab", "given_at": "2026-11-10"}]}
    page = pasted(visit, treated)
    page.wait_for_selector(".multiples figure")
    assert "under IL-6 blockade" in page.locator(".course .events li").first.inner_text()


def test_the_course_can_be_taken_along(visit: Visit) -> None:
    page = drawn(visit)
    page.evaluate("() => Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.click(".course .copy button:text-is('curl')")
    page.wait_for_selector(".course .copied:not([hidden])")
    assert page.input_value(".course .copied").startswith(f"curl -sS -X POST '{visit.address}v1/trajectories'")
    page.click(".course .copy button:text-is('Text for the notes')")
    assert "- 2026-11-16: MAS likely" in page.input_value(".course .copied")


def test_the_panel_shown_is_assessed_with_the_treatments_given_before_it(visit: Visit) -> None:
    page = drawn(visit)
    assert visit.posted()["context"]["medications"] == [
        {"name": "methylprednisolone", "last_dose": "2026-11-17"},
        {"name": "anakinra", "last_dose": "2026-11-22"},
    ]
    page.click(".tab >> nth=1")
    until(page, "document.querySelector('#o-ferritin').value === '905'")
    visit.assess()
    assert "medications" not in visit.posted()["context"]
    page.wait_for_selector("h3:has-text('Panel of 2026-11-16')")


def test_a_later_panel_is_added_by_hand(visit: Visit) -> None:
    page = visit.load("patient_1")
    page.fill("#collected", "2026-11-01")
    page.click("#add-panel")
    page.wait_for_selector(".tab >> nth=1")
    assert page.evaluate("document.activeElement.id") == "collected"
    assert page.input_value("#o-ferritin") == ""
    page.fill("#collected", "2026-11-08")
    page.fill("#o-ferritin", "210 ug/L")
    visit.assess()
    page.wait_for_selector(".multiples figure")
    assert [panel["collected_at"] for panel in visit.posted("v1/trajectories")["panels"]] == [
        "2026-11-01",
        "2026-11-08",
    ]


def test_a_fault_of_another_panel_leads_to_that_panel(visit: Visit) -> None:
    first, *others = COURSE["panels"]
    wrong = {**first, "observations": {**first["observations"], "platelets": "410 10*12/L"}}
    page = pasted(visit, {**COURSE, "panels": [wrong, *others]})
    page.click("#faults .link:has-text('Panel 1')")
    page.wait_for_selector("[data-observation=platelets] .mend")
    page.click("[data-observation=platelets] .mend")
    page.click("#assess")
    page.wait_for_selector(".multiples figure")
    assert visit.posted("v1/trajectories")["panels"][0]["observations"]["platelets"] == "410 10*9/L"


def test_axe_finds_nothing_in_a_course(visit: Visit) -> None:
    drawn(visit)
    assert violations(visit) == []


def test_a_course_fits_a_phone(visitors: Any, address: str) -> None:
    page = drawn(visitors(address, viewport={"width": 390, "height": 844}))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
