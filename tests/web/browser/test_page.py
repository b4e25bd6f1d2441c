"""The page in a real browser: what a reader sees is what the API says."""

import json
import subprocess
from typing import Any

import pytest

from tests.web.browser.conftest import Visit
from tests.web.browser.waiting import until
from tools.contract.sources import examples

WORDS = {"met": "met", "not_met": "not met", "indeterminate": "undecided", "unknown": "not known", "counted": "counted"}
CATEGORIES = {
    "likely": "MAS likely",
    "probable": "MAS probable",
    "possible": "MAS possible",
    "indeterminate": "Cannot be told yet",
    "unlikely": "MAS unlikely",
}
PATIENTS = ["patient_1", "patient_2"]


def answer_of(visit: Visit) -> Any:
    """Ask the API itself what it says of the panel that the page sent last."""
    answer = visit.page.request.post(f"{visit.address}v1/assessments", data=visit.posted())
    assert answer.status == 200
    return answer.json()


def texts(page: Any, selector: str) -> list[str]:
    return [" ".join(text.split()) for text in page.locator(selector).all_text_contents()]


@pytest.mark.parametrize("patient", PATIENTS)
def test_a_published_patient_is_shown_as_the_api_says(visit: Visit, patient: str) -> None:
    page = visit.load(patient)
    answer = answer_of(visit)
    category = answer["classification"]["category"]
    assert page.locator(".headline").get_attribute("data-category") == category
    assert CATEGORIES[category] in page.inner_text(".category")
    assert page.inner_text(".headline .summary") == answer["classification"]["summary"]
    assert answer["cautions"]
    for caution in answer["cautions"]:
        assert caution["message"] in page.inner_text(".cautions")
    assert answer["disclaimer"] in page.inner_text(".closing")


@pytest.mark.parametrize("patient", PATIENTS)
def test_each_set_has_its_verdicts_and_each_item_its_status(visit: Visit, patient: str) -> None:
    page = visit.load(patient)
    answer = answer_of(visit)
    assert sorted(page.locator(".set").evaluate_all("all => all.map(one => one.dataset.set)")) == sorted(
        criteria["id"] for criteria in answer["criteria"]
    )
    for criteria in answer["criteria"]:
        row = f".set[data-set={criteria['id']}]"
        shown = [WORDS[criteria["verdict"]]] + (
            [f"with “low” and “high”: {WORDS[criteria['verdict_implied']]}"]
            if criteria["verdict_implied"] != criteria["verdict"]
            else []
        )
        assert [text[2:] for text in texts(page, f"{row} > summary .verdict")] == shown
        for item in criteria.get("items", ()):  # none of a set that was not made for the patient
            said = texts(page, f"{row} tr[data-item={item['id']}]:not(.why) th")[0]
            assert item["label"] in said
            assert f": {WORDS[item['status']]}" in said


@pytest.mark.parametrize("patient", PATIENTS)
def test_values_limits_margins_and_reasons_stand_beside_the_items(visit: Visit, patient: str) -> None:
    page = visit.load(patient)
    row = page.locator(".set[data-set=eular-acr-printo-2016] tr[data-item=platelets]")
    value = {"patient_1": 116, "patient_2": 115}[patient]
    assert row.locator("td[data-name=Value]").inner_text() == f"{value} ×10⁹/L"
    assert row.locator("td[data-name=Limit]").inner_text().startswith("≤ 181 ×10⁹/L")
    assert row.locator("td[data-name=Margin]").inner_text().startswith(f"{181 - value} below")
    assert "is at or below 181" not in page.inner_text(".set[data-set=eular-acr-printo-2016]")  # the table says it


def test_an_open_end_is_said_and_drawn_as_one(visit: Visit) -> None:
    page = visit.load("patient_2")
    bar = page.locator(".set[data-set=ferritin-esr-ratio] svg.bar").first
    assert bar.get_attribute("aria-label") == "Score 1000 or more; met at ≥ 21.5"
    assert bar.locator(".arrow").count() == 1
    assert (
        page.locator(".set[data-set=eular-acr-printo-2016] tr[data-item=ferritin] td[data-name=Margin]")
        .inner_text()
        .startswith("more than 9316 above")
    )


@pytest.mark.parametrize("patient", PATIENTS)
def test_what_would_decide_is_named_in_the_answer_and_marked_in_the_form(visit: Visit, patient: str) -> None:
    page = visit.load(patient)
    decisive = next(criteria for criteria in answer_of(visit)["criteria"] if criteria["id"] == "eular-acr-printo-2016")[
        "decisive"
    ]
    assert decisive == ["ast", "triglycerides", "fibrinogen"]
    assert texts(page, ".decide > ol:first-of-type button")[:3] == ["AST", "Triglycerides", "Fibrinogen"]
    assert (
        page.locator(".cell:has(.deciding)").evaluate_all("all => all.map(one => one.dataset.observation)") == decisive
    )
    page.click(".decide li button:has-text('Fibrinogen')")
    assert page.evaluate("document.activeElement.id") == "o-fibrinogen"


def test_the_patients_are_those_of_the_contract(visit: Visit) -> None:
    shown = visit.open().evaluate("async () => (await import(new URL('page/patients.js', document.baseURI))).PATIENTS")
    for patient in PATIENTS:
        assert shown[patient]["document"] == examples("assess")[patient]["value"]
    printed = examples("assess")["patient_1_as_printed"]["value"]["observations"]
    assert {key: shown["patient_1_as_printed"]["document"]["observations"][key] for key in printed} == printed


def test_a_patient_loaded_into_the_form_is_sent_as_it_was(visit: Visit) -> None:
    visit.load("patient_1")
    loaded = visit.posted()
    visit.assess()
    assert visit.posted() == loaded
    assert loaded["observations"]["fibrinogen"] == {"interpretation": "L"}
    assert loaded["context"]["medications"] == [
        {"name": "prednisolone"},
        {"name": "methotrexate"},
        {"name": "ciclosporin"},
    ]


@pytest.mark.parametrize(
    ("typed", "unit", "sent"),
    [
        ("905", "ug/L", "905 ug/L"),
        (">10000", "ng/mL", ">10000 ng/mL"),
        ("<0.5", "ug/L", "<0.5 ug/L"),
        ("905 ug/L", "", "905 ug/L"),
        (">10000 µg/l", "", ">10000 ug/L"),
        ("Elevated", "", {"interpretation": "H"}),
        ("low", "ug/L", {"interpretation": "L"}),
        ("normal", "", {"interpretation": "N"}),
    ],
)
def test_a_cell_takes_numbers_limits_and_words(visit: Visit, typed: str, unit: str, sent: Any) -> None:
    page = visit.open()
    page.fill("#o-ferritin", typed)
    page.select_option("#u-ferritin", unit)
    visit.assess()
    assert visit.posted()["observations"] == {"ferritin": sent}


def test_a_small_l_is_a_litre_in_the_picker_as_it_is_in_the_service(visit: Visit) -> None:
    page = visit.open()
    for key, typed in {"platelets": "116 G/l", "wbc": "5.4 g/l", "hemoglobin": "8.9 g/dl"}.items():
        page.fill(f"#o-{key}", typed)
    visit.assess()
    assert visit.posted()["observations"] == {"platelets": "116 10*9/L", "wbc": "5.4 g/l", "hemoglobin": "8.9 g/dL"}
    assert [page.input_value(f"#u-{key}") for key in ("platelets", "wbc", "hemoglobin")] == ["10*9/L", "", "g/dL"]


def test_a_word_with_the_laboratorys_range_counts_as_measured(visit: Visit) -> None:
    page = visit.open()
    page.fill("#o-fibrinogen", "low")
    page.select_option("#u-fibrinogen", "g/L")
    page.click(".first .ranges")
    page.fill("[data-observation=fibrinogen] [data-end=low]", "2.0")
    page.fill("[data-observation=fibrinogen] [data-end=high]", "4.0")
    answer = visit.assess()
    assert visit.posted()["observations"]["fibrinogen"] == {
        "interpretation": "L",
        "reference_range": {"low": 2, "high": 4, "unit": "g/L"},
    }
    item = next(item for item in answer["criteria"][0]["items"] if item["id"] == "fibrinogen")
    assert (item["observed"]["evidence"], item["status"]) == ("measured", "met")


def test_a_finding_has_three_states_and_starts_not_known(visit: Visit) -> None:
    page = visit.open()
    assert (
        page.locator("[data-finding] input:checked").evaluate_all("all => all.map(one => one.value)")
        == [""] * page.locator("[data-finding]").count()
    )
    page.click("label[for=fever-y]")
    page.click("label[for=hemorrhage-n]")
    visit.assess()
    assert visit.posted() == {"findings": {"fever": True, "hemorrhage": False}}


def test_treatment_condition_age_date_and_choice_of_sets_are_sent(visit: Visit) -> None:
    page = visit.open()
    page.fill("#age", "10.5")
    page.select_option("#condition", "sjia")
    page.fill("#collected", "2026-11-20")
    page.click("label[for=fever-n]")
    page.click("#add-medication")
    page.fill("#medications input[type=text]", "tocilizumab")
    page.fill("#medications input[type=date]", "2026-11-01")
    page.click("summary:has-text('which sets to ask')")
    for box in page.locator("[data-criteria]").all()[1:]:
        box.uncheck()
    page.check("[data-confounder=itp]")
    answer = visit.assess()
    assert visit.posted() == {
        "patient": {"age_years": 10.5},
        "context": {
            "condition": "sjia",
            "medications": [{"name": "tocilizumab", "last_dose": "2026-11-01"}],
            "confounders": ["itp"],
        },
        "collected_at": "2026-11-20",
        "findings": {"fever": False},
        "options": {"criteria": ["eular-acr-printo-2016"]},
    }
    assert answer["classification"]["category"] == "indeterminate"
    page.wait_for_selector(".cautions .warning")
    assert "IL-6 blockade" in page.inner_text(".cautions")


def test_a_pasted_request_fills_the_form_and_keeps_what_the_form_has_no_field_for(visit: Visit) -> None:
    page = visit.open()
    pasted = '{"collected_at": "2026-11-20T08:30:00Z", "observations": {"esr": {"value": 2, "unit": "mm/h", "collected_at": "2026-11-19"}, "platelets": "116 K/uL"}}'
    page.click("#paste-open")
    page.fill("#paste-text", pasted)
    page.click("#paste-use")
    page.wait_for_selector(".headline")
    assert (page.input_value("#o-platelets"), page.input_value("#u-platelets")) == ("116", "10*3/uL")
    assert visit.posted()["observations"]["esr"]["collected_at"] == "2026-11-19"
    assert visit.posted()["collected_at"] == "2026-11-20T08:30:00Z"
    assert page.locator("#paste").is_hidden()


@pytest.mark.parametrize(("pasted", "said"), [("{", "This is not JSON."), ("[1]", "A JSON object is needed.")])
def test_what_cannot_be_used_of_a_paste_is_said_beside_it(visit: Visit, pasted: str, said: str) -> None:
    page = visit.open()
    page.click("#paste-open")
    page.fill("#paste-text", pasted)
    page.click("#paste-use")
    until(page, "document.querySelector('#paste-fault').textContent")
    assert page.inner_text("#paste-fault") == said


def test_an_answer_says_when_the_form_no_longer_is_what_was_asked(visit: Visit) -> None:
    page = visit.load("patient_1")
    assert page.locator(".changed").count() == 0
    page.route("**/v1/assessments", lambda route: None)  # the answer while typing does not come
    page.fill("#o-ferritin", "100")
    assert page.inner_text(".changed") == "The form has changed since this answer: assess again."
    page.unroute("**/v1/assessments")
    visit.assess()
    until(page, "!document.querySelector('.changed')")
    page.fill("#o-ferritin", "100 g")
    visit.assess()
    page.wait_for_selector("#faults-title")
    assert page.locator(".changed").count() == 1


def test_clearing_leaves_nothing_of_the_patient(visit: Visit) -> None:
    page = visit.load("patient_1")
    page.click("#clear")
    page.wait_for_selector(".empty")
    assert page.input_value("#age") == ""
    assert set(page.locator(".cell input").evaluate_all("all => all.map(one => one.value)")) == {""}
    assert "905" not in page.content()


def test_the_answer_can_be_taken_along(visitors: Any, address: str) -> None:
    visit = visitors(address, permissions=["clipboard-read", "clipboard-write"])
    page = visit.load("patient_1")
    found = {}
    for name in ("curl", "Request (JSON)", "Answer (JSON)", "Text for the notes"):
        page.click(f".copy button:text-is('{name}')")
        page.wait_for_selector(".copy button:has-text('Copied')")
        found[name] = page.evaluate("navigator.clipboard.readText()")
        page.wait_for_selector(f".copy button:text-is('{name}')")
    request, answer = visit.posted(), answer_of(visit)
    assert page.evaluate("JSON.parse", found["Request (JSON)"]) == request
    assert page.evaluate("JSON.parse", found["Answer (JSON)"]) == answer
    assert found["Text for the notes"].startswith("MAS criteria: MAS probable.")
    assert "Would decide: AST, Triglycerides or Fibrinogen." in found["Text for the notes"]
    assert "Laboratory and bedside: Ferritin 905 µg/L, Platelet count 116 ×10⁹/L," in found["Text for the notes"]
    assert answer["disclaimer"] in found["Text for the notes"]


def test_the_curl_line_survives_a_shell(visitors: Any, address: str) -> None:
    visit = visitors(address, permissions=["clipboard-read", "clipboard-write"])
    page = visit.open()
    page.click("label[for=fever-y]")
    page.click("#add-medication")
    page.fill("#medications input[type=text]", """o'brien's $HOME `id` "x" \\""")
    visit.assess()
    page.wait_for_selector(".headline")
    page.click(".copy button:text-is('curl')")
    page.wait_for_selector(".copy button:has-text('Copied')")
    line = page.evaluate("navigator.clipboard.readText()")
    shell = """curl() { for one in "$@"; do printf '%s\\0' "$one"; done; }\n"""
    said = subprocess.run(["/bin/sh", "-c", shell + line], capture_output=True, check=True, text=True)
    *others, body = said.stdout.split("\0")[:-1]
    assert others == ["-sS", "-X", "POST", f"{address}v1/assessments", "-H", "Content-Type: application/json", "-d"]
    assert json.loads(body) == visit.posted()


def test_a_warning_stands_between_the_answer_and_what_to_measure(visit: Visit) -> None:
    page = visit.open()
    page.select_option("#condition", "sjia")
    page.click("label[for=fever-n]")
    page.click("#add-medication")
    page.fill("#medications input[type=text]", "tocilizumab")
    answer = visit.assess()
    page.wait_for_selector(".cautions")
    order = page.locator("#result > *").evaluate_all("all => all.map(one => one.className.split(' ')[0])")
    assert order.index("headline") < order.index("cautions") < order.index("decide")
    said = page.locator(".cautions li b").all_inner_texts()
    assert said[0].strip() == "⚠ Caution:"
    assert len([word for word in said if word.strip() in ("⚠ Caution:", "Note:")]) == len(answer["cautions"])
    assert answer["classification"]["category"] == "indeterminate"
    red, green, blue = page.evaluate(
        "getComputedStyle(document.querySelector('.category')).color.match(/\\d+/g).map(Number)"
    )
    assert green < max(red, blue)  # nothing of it is green


def test_where_no_test_decides_what_is_worth_measuring_is_open(visit: Visit) -> None:
    page = visit.open()
    page.select_option("#condition", "malignancy")
    page.click("summary:has-text('which sets to ask')")
    for box in page.locator("[data-criteria]").all():
        if box.get_attribute("data-criteria") != "ohi-index":
            box.uncheck()
    page.fill("#o-ferritin", "10 ng/mL")
    answer = visit.assess()
    page.wait_for_selector(".decide")
    assert [test for set_ in answer["criteria"] for test in set_["decisive"]] == []
    assert page.locator(".decide details").count() == 0
    assert page.locator(".decide .test").count() == len(answer["suggested_tests"]) > 0
    assert all(test.is_visible() for test in page.locator(".decide .test").all())


def test_where_the_clipboard_is_refused_the_text_is_shown_and_selected(visit: Visit) -> None:
    page = visit.load("patient_1")
    page.evaluate("() => Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.click(".copy button:text-is('Request (JSON)')")
    page.wait_for_selector(".copied:not([hidden])")
    assert page.evaluate("JSON.parse", page.input_value(".copied")) == visit.posted()
