"""In and out of the form: lines of a report, a file, a link; and nothing in the address or in storage unless it was chosen."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.web.browser.conftest import Visit
from tests.web.browser.waiting import until

REPORT = """Ferritin\t905\tug/L\t(30-400)\tH
Platelets 116 x10^9/L L
AST (GOT): 61 U/L
TG 2,1 mmol/L
Fibrinogen low
Urea 5 mmol/L
Ferritin (CSF) 20 ug/L
LDH 300 U/L
LDH 310 U/L
Hb 90 g/L previous 110"""
UNREAD = ["Urea 5 mmol/L", "Ferritin (CSF) 20 ug/L", "LDH 300 U/L", "LDH 310 U/L", "Hb 90 g/L previous 110"]


def test_lines_that_are_read_fill_the_form_and_the_others_are_shown(visit: Visit) -> None:
    page = visit.open()
    page.click("#paste-open")
    page.fill("#paste-text", REPORT)
    page.click("#paste-use")
    page.wait_for_selector(".headline")
    assert visit.posted()["observations"] == {
        "ferritin": "905 ug/L",
        "platelets": "116 10*9/L",
        "ast": "61 U/L",
        "triglycerides": "2.1 mmol/L",
        "fibrinogen": {"interpretation": "L"},
    }
    assert page.locator("#brought li").all_inner_texts() == UNREAD


@pytest.mark.parametrize("text", ["Dear colleague", "Ferritin see report", "Ferritin 905 1200 ug/L"])
def test_text_of_which_nothing_is_read_is_said_beside_it(visit: Visit, text: str) -> None:
    page = visit.open()
    page.click("#paste-open")
    page.fill("#paste-text", text)
    page.click("#paste-use")
    until(page, "document.querySelector('#paste-fault').textContent")
    assert page.inner_text("#paste-fault").startswith("No line was read.")
    assert page.locator(".headline").count() == 0


def test_a_panel_goes_into_a_file_and_comes_back(visit: Visit, tmp_path: Path) -> None:
    page = visit.load("patient_1")
    before = visit.posted()
    with page.expect_download() as caught:
        page.click("#file-save")
    assert caught.value.suggested_filename == "mas-panel.json"
    file = tmp_path / "panel.json"
    caught.value.save_as(file)
    assert json.loads(file.read_text(encoding="utf-8")) == before
    page.click("#clear")
    page.wait_for_selector(".empty")
    page.set_input_files("#file", file)
    page.wait_for_selector(".headline")
    assert visit.posted() == before


def test_a_link_is_made_on_demand_only_and_leaves_no_value_in_the_address(visitors: Any, address: str) -> None:
    visit = visitors(address)
    page = visit.load("patient_1")
    page.click("#link-open")
    link = page.input_value("#link-text")
    assert link.startswith(f"{visit.address}#panel=")
    assert page.url == visit.address
    other = visitors(address)
    other.page.goto(link)
    other.page.wait_for_selector(".headline")
    assert other.posted() == visit.posted()
    assert other.page.url == f"{visit.address}#"
    assert {request.url.partition("#")[0] for request in other.requests if "panel" in request.url} <= {
        visit.address,
        f"{visit.address}page/panels.js",
    }
