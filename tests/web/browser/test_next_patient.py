"""Nothing of the last patient is left for the next one: not a value, not a unit, not in a control that a browser restores."""

import json
from typing import Any

import pytest

from tests.web.browser.conftest import Visit
from tests.web.browser.screenshots import COURSE
from tests.web.browser.waiting import until

STATE = """() => Object.fromEntries([...document.querySelectorAll('#ask input, #ask select, #ask textarea')]
    .filter(one => one.type !== 'file').map((one, at) => [one.id || `${one.name}${one.value}${at}`, ['radio', 'checkbox'].includes(one.type) ? one.checked : one.value]))"""


def filled(visit: Visit) -> Any:
    """Fill one control of each kind by hand."""
    page = visit.open()
    page.fill("#o-fibrinogen", "180")
    page.select_option("#u-fibrinogen", "mg/dL")
    page.fill("#o-ldh", "high")
    page.press("#o-ldh", "Tab")
    page.fill("[data-observation=ldh] [data-end=high]", "200")
    page.select_option("#u-temperature", "[degF]")
    page.select_option("#condition", "sjia")
    page.fill("#age", "9")
    page.fill("#collected", "2026-11-20")
    page.click("label[for=fever-y]")
    page.click("#add-medication")
    page.fill("#medications input[type=text]", "anakinra")
    page.click("summary:has-text('which sets to ask')")
    page.check("[data-confounder=itp]")
    page.uncheck("[data-criteria=hscore]")
    return page


def test_clear_all_leaves_every_control_as_it_was_at_the_start(visit: Visit) -> None:
    fresh = visit.open().evaluate(STATE)
    page = filled(visit)
    assert page.evaluate(STATE) != fresh
    page.click("#clear")
    until(page, "document.querySelector('#status').textContent === 'Cleared.'")
    assert page.evaluate(STATE) == fresh
    page.fill("#o-fibrinogen", "4.2")
    visit.assess()
    page.wait_for_selector("[data-observation=fibrinogen] .at-field")  # no unit is guessed from the last patient
    assert page.locator(".headline").count() == 0


@pytest.mark.parametrize("how", ["example", "paste", "record", "file"])
def test_what_is_brought_in_keeps_no_unit_of_the_last_patient(visit: Visit, how: str, tmp_path: Any) -> None:
    page = filled(visit)
    panel = {"findings": {"fever": True}}
    if how == "example":
        page.click("[data-example=patient_1]")
    elif how == "file":
        file = tmp_path / "panel.json"
        file.write_text(json.dumps(panel), encoding="utf-8")
        page.set_input_files("#file", file)
    else:
        page.click("#paste-open")
        document = panel if how == "paste" else {"resourceType": "Bundle", "type": "collection", "entry": []}
        page.fill("#paste-text", json.dumps(document))
        page.click("#paste-use")
    until(page, "document.querySelector('#o-ldh').value !== 'high'")
    assert (page.input_value("#o-fibrinogen"), page.input_value("#u-fibrinogen")) in [("", ""), ("low", "")]
    assert page.input_value("#u-temperature") == ""
    assert page.locator("[data-confounder=itp]").is_checked() is False


def test_a_later_panel_of_a_course_keeps_the_units(visit: Visit) -> None:
    page = visit.open()
    page.fill("#collected", "2026-11-01")
    page.fill("#o-fibrinogen", "180")
    page.select_option("#u-fibrinogen", "mg/dL")
    page.click("#add-panel")
    page.wait_for_selector(".tab >> nth=1")
    assert (page.input_value("#o-fibrinogen"), page.input_value("#u-fibrinogen")) == ("", "mg/dL")


def test_back_and_reload_bring_no_value_back(visit: Visit) -> None:
    fresh = visit.open().evaluate(STATE)
    page = filled(visit)
    page.goto(f"{visit.address}docs")
    page.go_back()
    until(page, "!document.querySelector('#assess').disabled")
    assert page.evaluate(STATE) == fresh
    filled(visit).reload()
    until(page, "!document.querySelector('#assess').disabled")
    assert page.evaluate(STATE) == fresh


def test_who_looks_at_the_contract_keeps_the_form(visit: Visit) -> None:
    page = filled(visit)
    with page.context.expect_page() as opened:
        page.click("nav a")
    opened.value.close()
    assert page.input_value("#o-fibrinogen") == "180"


def test_the_switch_fills_empty_pickers_and_no_other(visit: Visit) -> None:
    page = visit.open()
    page.fill("#o-ferritin", "905")
    page.select_option("#u-ferritin", "ug/dL")
    page.click("label[for=system-conventional]")
    assert page.input_value("#u-ferritin") == "ug/dL"
    assert [page.input_value(f"#u-{key}") for key in ("fibrinogen", "triglycerides", "hemoglobin", "d_dimer")] == ["mg/dL", "mg/dL", "g/dL", ""]  # fmt: skip
    page.click("label[for=system-si]")
    assert [page.input_value(f"#u-{key}") for key in ("ferritin", "fibrinogen", "hemoglobin")] == [
        "ug/dL",
        "g/L",
        "g/L",
    ]
    page.click("#clear")
    until(page, "document.querySelector('#status').textContent === 'Cleared.'")
    assert page.input_value("#u-ferritin") == "ug/L"  # chosen for the life of the page, and of no patient
    page.reload()
    assert page.input_value("#u-ferritin") == ""


def test_the_tab_of_a_panel_shows_its_date_at_once(visit: Visit) -> None:
    page = visit.open()
    page.click("#add-panel")
    page.wait_for_selector(".tab >> nth=1")
    assert page.inner_text(".tab >> nth=1") == "2: no date"
    page.fill("#collected", "2026-11-08")
    assert page.inner_text(".tab >> nth=1") == "2: 2026-11-08"


def test_a_course_that_is_not_resolved_is_not_headed_unlikely(visit: Visit) -> None:
    page = visit.open()
    page.click("#paste-open")
    page.fill("#paste-text", json.dumps(COURSE))
    page.click("#paste-use")
    page.wait_for_selector(".multiples figure")
    assert page.inner_text(".category") == "◐ No longer meets the criteria; not resolved"
    assert page.inner_text("#glance") == page.inner_text(".category")
    assert page.locator(".strip >> nth=0").locator("b").all_inner_texts() == [
        "MAS unlikely",
        "MAS likely",
        "MAS likely",
        "Cannot be told yet",
    ]
