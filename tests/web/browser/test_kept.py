"""Nothing that is pasted is lost or changed unseen: it is sent, or the page says why it is not."""

import json
from typing import Any

import pytest

from tests.web.browser.conftest import Visit
from tests.web.browser.waiting import until

FEVER = {"findings": {"fever": True}}
DAY = "2026-11-01"
REFUSED = [
    {"patient": 5, **FEVER},
    {"observations": [], **FEVER},
    {"context": "sjia", **FEVER},
    {"panels": "none", **FEVER},
    {"treatments": [{"name": "tocilizumab", "given_at": DAY}], **FEVER},
    {"context": {"medications": [{"name": "tocilizumab", "lastdose": DAY}]}, **FEVER},
    {"context": {"medications": [{"name": "tocilizumab", "last_dose": "yesterday"}]}, **FEVER},
    {"context": {"medications": ["tocilizumab"]}, **FEVER},
    {"collected_at": "2026-13-45", **FEVER},
]


def pasted(visit: Visit, text: str) -> Any:
    page = visit.open()
    page.click("#paste-open")
    page.fill("#paste-text", text)
    page.click("#paste-use")
    return page


@pytest.mark.parametrize("request_", REFUSED, ids=json.dumps)
def test_what_the_service_cannot_use_reaches_it_and_is_refused(visit: Visit, request_: Any) -> None:
    page = pasted(visit, json.dumps(request_))
    page.wait_for_selector("#faults-title")
    assert visit.posted() == request_


def test_a_key_given_twice_is_said_and_nothing_is_sent(visit: Visit) -> None:
    page = pasted(
        visit, '{"observations": {"ferritin": "905 ug/L", "note": "\\"ferritin\\": {", "ferritin": "1 ug/L"}}'
    )
    until(page, "document.querySelector('#paste-fault').textContent")
    assert page.inner_text("#paste-fault") == 'The key "ferritin" is given twice in one object: keep one of them.'
    assert [request for request in visit.requests if request.method == "POST"] == []


def test_a_treatment_before_the_only_panel_of_a_course_counts(visit: Visit) -> None:
    course = {
        "panels": [{"collected_at": "2026-11-08", "findings": {"fever": False}}],
        "treatments": [{"name": "tocilizumab", "given_at": DAY}],
        "context": {"condition": "sjia"},
    }
    page = pasted(visit, json.dumps(course))
    page.wait_for_selector(".course")
    assert visit.posted("v1/trajectories") == course
    assert visit.posted()["context"]["medications"] == [{"name": "tocilizumab", "last_dose": DAY}]
    assert "IL-6 blockade" in page.inner_text(".cautions")
    assert page.locator("button:has-text('Remove this panel')").count() == 0


def test_a_fhir_resource_is_sent_byte_for_byte(visit: Visit) -> None:
    text = '{"resourceType": "Bundle",  "type": "collection", "entry": [], "total": 0.0}'
    page = pasted(visit, text)
    until(page, "document.querySelector('#paste-fault').textContent || !document.querySelector('#faults').hidden")
    sent = [request for request in visit.requests if request.url.endswith("v1/records")]
    assert [request.post_data for request in sent] == [text]


@pytest.mark.parametrize(
    ("typed", "picked", "left", "unit"),
    [
        ("180 mg/dL", "g/L", "180", "mg/dL"),
        ("<0.5g/L", "", "<0.5", "g/L"),
        ("1.8 bananas", "g/L", "1.8 bananas", "g/L"),
    ],
)
def test_a_unit_typed_behind_the_number_moves_into_the_picker(
    visit: Visit, typed: str, picked: str, left: str, unit: str
) -> None:
    page = visit.open()
    page.select_option("#u-fibrinogen", picked)
    page.fill("#o-fibrinogen", typed)
    visit.assess()
    assert (page.input_value("#o-fibrinogen"), page.input_value("#u-fibrinogen")) == (left, unit)


def test_a_range_counts_also_where_the_unit_was_typed(visit: Visit) -> None:
    page = visit.open()
    page.click(".first .ranges")
    page.fill("[data-observation=fibrinogen] [data-end=low]", "2")
    page.fill("#o-fibrinogen", "1.8 g/L")
    page.press("#o-fibrinogen", "Enter")
    page.wait_for_selector(".headline")
    assert visit.posted()["observations"]["fibrinogen"] == {
        "value": 1.8,
        "unit": "g/L",
        "reference_range": {"low": 2, "unit": "g/L"},
    }


def test_a_reload_brings_back_an_empty_form(visit: Visit) -> None:
    page = visit.load("patient_1")
    page.reload()
    assert page.input_value("#age") == ""
    assert set(page.locator(".cell input").evaluate_all("all => all.map(one => one.value)")) == {""}
    assert page.locator("[data-finding] input:checked:not([value=''])").count() == 0
    assert page.locator(".headline").count() == 0
