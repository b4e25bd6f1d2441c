"""What the service refuses is shown where it was entered, with the way to mend it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.web.browser.conftest import Visit
from tests.web.browser.served import served
from tests.web.browser.test_reach import violations
from tests.web.browser.waiting import until

MENDS = {
    "patient_1_as_printed": {"platelets": "116 10*9/L", "wbc": "5.4 10*9/L", "crp": "120 mg/L"},
    "patient_2_as_printed": {"platelets": "115 10*9/L"},
}


@pytest.mark.parametrize("patient", MENDS)
def test_each_typo_is_shown_at_its_field_and_mended_by_a_button(visit: Visit, patient: str) -> None:
    page = visit.load(patient)
    assert page.evaluate("document.activeElement.id") == "faults-title"
    assert page.locator("[aria-invalid=true]").evaluate_all(
        "all => all.map(one => one.closest('.cell').dataset.observation)"
    ) == list(MENDS[patient])
    for key in MENDS[patient]:
        described = page.locator(f"#o-{key}").get_attribute("aria-describedby")
        assert page.locator(f"#{described}").is_visible()
        page.click(f"[data-observation={key}] .mend")
        assert page.locator(f"#o-{key}").get_attribute("aria-invalid") is None
        assert page.evaluate("document.activeElement.id") == f"o-{key}"
    answer = visit.assess()
    assert {key: visit.posted()["observations"][key] for key in MENDS[patient]} == MENDS[patient]
    page.wait_for_selector(".headline")
    assert (
        page.locator(".headline").get_attribute("data-category") == answer["classification"]["category"] == "probable"
    )
    assert page.locator("#faults").is_hidden()
    assert page.locator(".at-field").count() == 0


def test_a_number_without_a_unit_offers_the_units_accepted(visit: Visit) -> None:
    page = visit.open()
    page.fill("#o-triglycerides", "2.1")
    visit.assess()
    page.wait_for_selector("[data-observation=triglycerides] .mend")
    offered = page.locator("[data-observation=triglycerides] .mend").all_inner_texts()
    assert offered == ["Use mmol/L", "Use mg/dL", "Use g/L", "Use µmol/L", "Use mg/L"]
    page.click("[data-observation=triglycerides] .mend:text-is('Use mmol/L')")
    visit.assess()
    assert visit.posted()["observations"] == {"triglycerides": "2.1 mmol/L"}
    page.wait_for_selector(".headline")


def test_the_bad_values_can_be_left_out(visit: Visit) -> None:
    page = visit.load("patient_1_as_printed")
    page.click("#faults button:has-text('Assess without them')")
    page.wait_for_selector(".headline")
    assert visit.posted()["options"] == {"on_invalid": "omit"}
    assert "Left out, counts as unknown." in page.inner_text(".warnings")
    page.evaluate("() => Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.click(".copy button:text-is('Request (JSON)')")
    page.wait_for_selector(".copied:not([hidden])")
    assert page.evaluate("JSON.parse", page.input_value(".copied")) == visit.posted()


def test_a_misspelt_key_is_named_and_can_be_renamed(visit: Visit) -> None:
    page = visit.open()
    page.click("#paste-open")
    page.fill("#paste-text", '{"observations": {"platlets": "116 10*9/L"}}')
    page.click("#paste-use")
    page.click("#faults button:has-text('Rename to platelets')")
    page.wait_for_selector("#faults li.mended")
    assert page.input_value("#o-platelets") == "116"
    visit.assess()
    assert visit.posted() == {"observations": {"platelets": "116 10*9/L"}}
    page.wait_for_selector(".headline")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("niedrig", "or a word: low, normal, high."),
        ("1.8", "Choose one of those offered."),
        ("1.8 bananas", "Choose one of those offered."),
    ],
)
def test_a_fault_of_a_value_is_told_to_a_person_and_not_to_a_program(visit: Visit, typed: str, said: str) -> None:
    page = visit.open()
    page.fill("#o-fibrinogen", typed)
    visit.assess()
    page.wait_for_selector("[data-observation=fibrinogen] .at-field")
    told = page.inner_text("[data-observation=fibrinogen] .at-field")
    assert said in told
    assert not any(word in told for word in ("accepted.", "interpretation", "object"))


def test_an_age_in_words_and_no_set_at_all_are_told_to_a_person(visit: Visit) -> None:
    page = visit.open()
    page.fill("#age", "10 and a half")
    page.click("summary:has-text('which sets to ask')")
    for box in page.locator("[data-criteria]").all():
        box.uncheck()
    page.click("label[for=fever-y]")
    visit.assess()
    page.wait_for_selector("#age[aria-invalid=true]")
    assert page.locator("#faults li").all_inner_texts() == [
        "Age (years): A number is needed here, with a point as decimal sign, such as 12.5.",
        "Criteria sets: Choose at least one.",
    ]


def test_an_empty_form_is_told_without_a_pointer(visit: Visit) -> None:
    page = visit.open()
    visit.assess()
    page.wait_for_selector("#faults-title")
    assert page.inner_text("#faults").split("\n") == ["Not enough to assess", "Enter at least one value or finding."]


def test_a_line_without_a_name_is_named_and_its_field_shown(visit: Visit) -> None:
    page = visit.open()
    page.click("#add-medication")
    page.fill("#medications input[type=date]", "2026-11-01")
    page.click("label[for=fever-y]")
    visit.assess()
    page.wait_for_selector("#medications .at-field")
    assert page.inner_text("#faults li") == "Medication: This field is required."


def test_a_fault_elsewhere_than_in_a_cell_is_shown_at_its_field(visit: Visit) -> None:
    page = visit.open()
    page.fill("#age", "ten")
    page.click("label[for=fever-y]")
    visit.assess()
    page.wait_for_selector("#age[aria-invalid=true]")
    page.click("#faults .link")
    assert page.evaluate("document.activeElement.id") == "age"


def test_nothing_that_is_pasted_becomes_markup(visit: Visit) -> None:
    page = visit.open()
    page.click("#paste-open")
    page.fill("#paste-text", '{"observations": {"<img src=x onerror=alert(1)>": "1", "ferritin": "<b>905</b>"}}')
    page.click("#paste-use")
    page.wait_for_selector("#faults-title")
    assert page.locator("main img, main b:has-text('905')").count() == 0
    assert "<img src=x" in page.inner_text("#faults")


@pytest.mark.parametrize("name", ["constructor", "toString", "hasOwnProperty"])
def test_a_name_that_every_object_has_is_a_name_like_others(visit: Visit, name: str) -> None:
    page = visit.open()
    page.click("#paste-open")
    page.fill(
        "#paste-text", json.dumps({name: 1, "observations": {name: "1", "ferritin": "905"}, "findings": {name: True}})
    )
    page.click("#paste-use")
    page.wait_for_selector("#faults-title")
    assert page.locator("#faults li").count() == 4
    assert page.inner_text("#faults").count(name) >= 3


def test_when_the_service_does_not_answer_nothing_is_lost(visit: Visit) -> None:
    page = visit.open()
    page.click("label[for=fever-y]")
    page.route("**/v1/assessments", lambda route: route.abort())
    page.click("#assess")
    page.wait_for_selector("#faults-title")
    assert "still here" in page.inner_text("#faults")
    assert page.locator("#fever-y").is_checked()
    assert all("ERR_FAILED" in complaint for complaint in visit.complaints)
    visit.complaints.clear()


def test_with_authentication_the_page_asks_for_the_key_and_keeps_it_nowhere(visitors: Any, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(
        "ward:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b\n", encoding="utf-8"
    )  # of "secret"
    with served(tmp_path, MAS_AUTH_MODE="api_key", MAS_API_KEYS_FILE=str(keys)) as address:
        visit = visitors(address)
        page = visit.open()
        page.click("label[for=fever-y]")
        assert [
            request.url for request in visit.requests if "/v1/" in request.url
        ] == []  # none that could only be refused
        page.click("#assess")
        page.click("#faults button:text-is('Enter the access key')")
        page.keyboard.type("wrong")
        page.keyboard.press("Enter")
        until(page, "document.querySelector('#faults-title') && document.activeElement.id === 'faults-title'")
        page.fill("#key", "secret")
        assert violations(visit) == []
        page.press("#key", "Enter")
        page.wait_for_selector(".headline")
        assert page.inner_text(".set h4 >> nth=0") == "2016 criteria"
        assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
        page.evaluate("() => Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        page.click(".copy button:text-is('curl')")
        page.wait_for_selector(".copied:not([hidden])")
        assert '-H "Authorization: Bearer $MAS_API_KEY"' in page.input_value(".copied")
        assert "secret" not in page.content()


@pytest.mark.parametrize(
    ("typed", "offered", "pressed", "sent"),
    [
        ("12.500", ["12.5", "12500"], "12500", "12500 ug/L"),
        ("12,500", ["12.5", "12500"], "12.5", "12.5 ug/L"),
        (">1.000", [">1", ">1000"], ">1000", ">1000 ug/L"),
        ("59,000 ng/mL", ["59 ng/mL", "59000 ng/mL"], "59000 ng/mL", "59000 ng/mL"),
    ],
)
def test_a_number_of_two_meanings_is_asked_about_before_anything_is_sent(
    visit: Visit, typed: str, offered: list[str], pressed: str, sent: str
) -> None:
    page = visit.open()
    page.fill("#o-ferritin", typed)
    page.select_option("#u-ferritin", "ug/L")
    page.press("#o-ferritin", "Enter")
    page.wait_for_selector(".asks")
    assert page.locator(".asks button").all_inner_texts() == offered
    assert page.evaluate("document.activeElement.textContent") == offered[0]
    assert [request for request in visit.requests if request.method == "POST"] == []
    page.click(f".asks button:text-is('{pressed}')")
    page.wait_for_selector(".headline")
    assert visit.posted()["observations"] == {"ferritin": sent}
    assert page.locator(".asks").count() == 0


@pytest.mark.parametrize(
    ("typed", "left", "sent"),
    [
        ("1,8", "1.8", "1.8 g/L"),
        ("1,85", "1.85", "1.85 g/L"),
        ("<0,5", "<0.5", "<0.5 g/L"),
        ("0,512", "0.512", "0.512 g/L"),
        ("1,8 g/L", "1.8", "1.8 g/L"),
    ],
)
def test_a_decimal_comma_is_read_and_shown_back_as_a_point(visit: Visit, typed: str, left: str, sent: str) -> None:
    page = visit.open()
    page.select_option("#u-fibrinogen", "g/L")
    page.fill("#o-fibrinogen", typed)
    page.press("#o-fibrinogen", "Tab")
    until(page, f"document.querySelector('#o-fibrinogen').value === '{left}'")
    visit.assess()
    assert visit.posted()["observations"] == {"fibrinogen": sent}


def test_an_age_and_the_ends_of_a_range_take_a_comma_too(visit: Visit) -> None:
    page = visit.open()
    page.fill("#age", "10,5")
    page.fill("#o-fibrinogen", "low")
    page.select_option("#u-fibrinogen", "g/L")
    page.fill("[data-observation=fibrinogen] [data-end=low]", "1,8")
    visit.assess()
    assert visit.posted()["patient"] == {"age_years": 10.5}
    assert visit.posted()["observations"]["fibrinogen"]["reference_range"] == {"low": 1.8, "unit": "g/L"}
    assert page.input_value("#age") == "10.5"


def test_every_field_for_a_number_has_a_separator_on_the_keyboard_of_a_phone(visit: Visit) -> None:
    page = visit.open()
    page.click(".first .ranges")
    modes = page.locator("#age, #onset, .cell input").evaluate_all("all => all.map(one => one.inputMode)")
    assert set(modes) <= {"decimal", "text"}


@pytest.mark.parametrize(("typed", "said"), [("<200", "A number is needed here"), ("15-30", "A number is needed here")])
def test_an_end_of_a_range_that_is_no_number_is_asked_about_at_its_field(visit: Visit, typed: str, said: str) -> None:
    page = visit.open()
    page.fill("#o-ferritin", "12500")
    page.select_option("#u-ferritin", "ug/L")
    page.click(".first .ranges")
    page.fill("[data-observation=ferritin] [data-end=high]", typed)
    page.press("#o-ferritin", "Enter")
    page.wait_for_selector("[data-end=high][aria-invalid=true]")
    assert visit.posted()["observations"]["ferritin"]["reference_range"]["high"] == typed
    assert page.inner_text(".at-field").startswith(f"Ferritin, high end of the range: {said}")
    page.click("#faults .link")
    assert page.evaluate("document.activeElement.dataset.end") == "high"


def test_a_range_upside_down_and_one_without_a_unit_are_shown_where_they_are_mended(visit: Visit) -> None:
    page = visit.open()
    for key, low in (("ferritin", "300"), ("ldh", "20")):
        page.fill(f"#o-{key}", "high")
        page.press(f"#o-{key}", "Tab")  # beside a word the fields for the range are there at once
        page.fill(f"[data-observation={key}] [data-end=low]", low)
        page.fill(f"[data-observation={key}] [data-end=high]", "200")
    page.select_option("#u-ferritin", "ug/L")
    visit.assess()
    page.wait_for_selector("#u-ldh[aria-invalid=true]")
    assert page.locator("[data-observation=ferritin] [data-end=low]").get_attribute("aria-invalid") == "true"
    assert page.inner_text("[data-observation=ferritin] .at-field").startswith("Ferritin, range: The reference range")
    page.click("[data-observation=ldh] .mend:text-is('Use U/L')")
    assert page.input_value("#u-ldh") == "U/L"
