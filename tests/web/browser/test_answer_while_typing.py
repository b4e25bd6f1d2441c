"""The answer comes while the reader types: once the hand rests, politely, and without moving anything."""

from tests.web.browser.conftest import Visit
from tests.web.browser.waiting import until


def typed(visit: Visit, **values: str) -> None:
    page = visit.page
    page.click("label[for=system-si]")
    for key, value in values.items():
        page.focus(f"#o-{key}")
        page.keyboard.type(value)


def test_the_answer_comes_by_itself_and_the_hand_stays_where_it_is(visit: Visit) -> None:
    page = visit.open()
    typed(visit, ferritin="905")
    page.wait_for_selector(".headline")
    assert page.evaluate("document.activeElement.id") == "o-ferritin"
    assert page.evaluate("scrollY") == 0
    assert visit.posted() == {"observations": {"ferritin": "905 ug/L"}}
    until(page, "document.querySelector('#status').textContent.startsWith('Cannot be told yet.')")
    assert page.inner_text("#glance") == "◐ Cannot be told yet"


def test_one_question_is_asked_for_many_keys(visit: Visit) -> None:
    page = visit.open()
    typed(visit, ferritin="12345")
    page.wait_for_selector(".headline")
    assert len([request for request in visit.requests if request.method == "POST"]) == 1


def test_what_was_opened_stays_open(visit: Visit) -> None:
    page = visit.load("patient_1")
    page.click(".set[data-set=hscore] > summary")
    page.focus("#o-ast")
    page.keyboard.type("61 U/L")
    until(
        page,
        "document.querySelector('.set[data-set=eular-acr-printo-2016] [data-item=ast] td')?.textContent === '61 U/L'",
    )
    assert page.locator(".set[data-set=hscore]").get_attribute("open") is not None


def test_what_is_still_needed_is_one_line_and_no_fault(visit: Visit) -> None:
    page = visit.open()
    page.focus("#o-triglycerides")
    page.keyboard.type("2.1")
    page.wait_for_selector("#notice .changed")
    assert page.inner_text("#notice").startswith("Still needed: Triglycerides:")
    assert page.locator("#faults").is_hidden()
    assert page.evaluate("document.activeElement.id") == "o-triglycerides"


def test_a_number_of_two_meanings_waits_for_the_reader(visit: Visit) -> None:
    page = visit.open()
    typed(visit, platelets="59,000")
    page.wait_for_timeout(1500)
    assert [request for request in visit.requests if request.method == "POST"] == []


def test_exact_numbers_come_on_demand(visit: Visit) -> None:
    page = visit.open()
    page.select_option("#condition", "sjia")
    page.fill("#o-triglycerides", "1.5 mmol/L")
    visit.assess()
    row = ".set[data-set=eular-acr-printo-2016] tr[data-item=triglycerides] td[data-name=Value]"
    until(page, f"document.querySelector('{row}')?.textContent === '1.5 mmol/L = 133 mg/dL'")
    page.click(".exact")
    until(page, f"document.querySelector('{row}')?.textContent === '1.5 mmol/L = 132.855 mg/dL'")
    assert page.locator(".exact").get_attribute("aria-pressed") == "true"


def test_what_would_decide_is_one_list_by_rank_with_the_bedside_apart(visit: Visit) -> None:
    page = visit.load("patient_1")
    answer = page.request.post(f"{visit.address}v1/assessments", data=visit.posted()).json()
    ranked = [suggested["observation"] for suggested in answer["suggested_tests"] if suggested["decides"]]
    shown = page.locator(".decide ol .test").evaluate_all("all => all.map(one => one.textContent)")
    assert len(shown) == len(set(shown)) >= len(ranked)
    assert page.locator(".decide h4").all_inner_texts() == ["Tests", "At the bedside"]
    assert page.locator(".decide ol >> nth=1").locator(".test").all_inner_texts() == ["Liver below the costal margin"]
    assert "2016 criteria" in page.inner_text(".decide ol li >> nth=0")


def test_under_a_decided_answer_the_list_is_folded(visit: Visit) -> None:
    page = visit.open()
    page.select_option("#condition", "sjia")
    page.click("label[for=fever-y]")
    typed(visit, ferritin="905", platelets="116", ast="61")
    visit.assess()
    page.wait_for_selector(".headline.likely")
    assert page.inner_text("details.decide > summary") == "Other sets still undecided"
    assert page.locator("details.decide").get_attribute("open") is None


def test_cut_offs_and_the_probability_are_seen_without_opening(visit: Visit) -> None:
    page = visit.load("patient_1")
    row = page.locator(".set[data-set=hscore] > summary")
    assert "probability" in row.inner_text()
    assert "169" in row.locator(".bar text").first.text_content()
    first = page.locator(".set[data-set=eular-acr-printo-2016] .body > *").evaluate_all(
        "all => all.map(one => one.className)"
    )
    assert first.index("performance") < first.index("about")


def test_met_is_never_red_at_a_set_that_was_not_made_for_the_patient(visit: Visit) -> None:
    page = visit.open()
    page.select_option("#condition", "malignancy")
    page.fill("#age", "40")
    page.click("label[for=fever-y]")
    typed(visit, ferritin="90000", platelets="16", ast="600", fibrinogen="1", esr="2")
    visit.assess()
    page.wait_for_selector(".unsuited", state="attached")
    colours = page.locator(".unsuited .verdict.met").evaluate_all("all => all.map(one => getComputedStyle(one).color)")
    red = page.evaluate("getComputedStyle(document.querySelector('.faults')).borderTopColor")
    assert colours
    assert red not in colours
