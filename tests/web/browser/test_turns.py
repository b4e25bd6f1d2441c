"""While the service is asked: the page says so, and an answer that something has overtaken is not shown."""

from typing import Any

from tests.web.browser.conftest import Visit
from tests.web.browser.waiting import until

BUSY = "document.querySelector('#answer').getAttribute('aria-busy') === 'true'"


def held(page: Any) -> list[Any]:
    """Hold back the next request for an assessment; it waits in the list that is returned."""
    waiting: list[Any] = []
    page.route("**/v1/assessments", lambda route: waiting.append(route), times=1)  # noqa: PLW0108  # a bound builtin cannot be wrapped
    return waiting


def asked(visit: Visit, ferritin: str) -> list[Any]:
    """Ask for an assessment that does not come."""
    page = visit.open()
    waiting = held(page)
    page.fill("#o-ferritin", ferritin)
    page.click("#assess")
    until(page, BUSY)
    while not waiting:
        page.wait_for_timeout(20)
    return waiting


def test_the_page_says_that_it_waits(visit: Visit) -> None:
    waiting = asked(visit, "905 ug/L")
    assert visit.page.inner_text("#assess") == "Assessing…"
    waiting[0].continue_()
    visit.page.wait_for_selector(".headline")
    assert visit.page.inner_text("#assess") == "Assess"
    until(visit.page, f"!({BUSY})")


def test_the_later_of_two_questions_is_answered(visit: Visit) -> None:
    waiting = asked(visit, "905 ug/L")
    page = visit.page
    page.fill("#o-ferritin", "10 ug/L")
    visit.assess()
    page.wait_for_selector(".headline")
    with page.expect_response("**/v1/assessments"):
        waiting[0].continue_()
    assert visit.posted()["observations"] == {"ferritin": "10 ug/L"}
    until(page, "document.querySelector('[data-item=ferritin] td').textContent === '10 µg/L'")
    assert page.inner_text("#assess") == "Assess"


def test_an_answer_for_a_patient_that_was_cleared_is_not_shown(visit: Visit) -> None:
    waiting = asked(visit, "905 ug/L")
    visit.page.click("#clear")
    with visit.page.expect_response("**/v1/assessments"):
        waiting[0].continue_()
    visit.page.click("label[for=fever-y]")
    assert visit.page.locator(".empty").is_visible()
    assert visit.page.locator(".headline").count() == 0


def test_an_answer_to_what_was_changed_meanwhile_says_so(visit: Visit) -> None:
    waiting = asked(visit, "905 ug/L")
    visit.page.fill("#o-ferritin", "10 ug/L")
    waiting[0].continue_()
    visit.page.wait_for_selector(".headline")
    assert "has changed since" in visit.page.inner_text(".changed")


def test_a_part_of_the_page_that_cannot_be_fetched_is_no_answer(visit: Visit) -> None:
    page = visit.open()
    page.route("**/page/answer.js", lambda route: route.abort())
    page.click("label[for=fever-y]")
    page.click("#assess")
    page.wait_for_selector("#faults-title")
    assert "did not answer" in page.inner_text("#faults")
    assert page.inner_text("#assess") == "Assess"
    assert all("ERR_FAILED" in complaint for complaint in visit.complaints)
    visit.complaints.clear()
