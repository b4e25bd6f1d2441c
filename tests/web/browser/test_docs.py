"""The contract in its viewer: it works under the policy and asks the service itself."""

from typing import Any

import pytest

from tests.web.browser.conftest import Visit
from tests.web.browser.test_reach import violations
from tests.web.browser.waiting import until


def test_the_contract_is_shown_and_an_example_runs_against_the_service(visit: Visit) -> None:
    page = visit.open("docs")
    page.click("#operations-assessment-assess button.opblock-summary-control")
    with page.expect_response(lambda answer: answer.url.partition("?")[0].endswith("/v1/assessments")) as caught:
        page.click("#operations-assessment-assess button.execute")
    assert caught.value.status == 200
    assert caught.value.json()["classification"]["category"] == "probable"
    page.wait_for_selector("#operations-assessment-assess .live-responses-table .response-col_status:has-text('200')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_viewer_and_it_follows_the_scheme(visitors: Any, address: str, scheme: str) -> None:
    visit = visitors(address, color_scheme=scheme)
    page = visit.open("docs")
    page.click("#operations-assessment-assess button.opblock-summary-control")
    page.click("#operations-assessment-assess button.execute")
    page.wait_for_selector("#operations-assessment-assess .live-responses-table .microlight")
    page.mouse.move(0, 0)  # what the viewer shows under the mouse only, it shows at once or not at all
    assert page.evaluate("document.documentElement.classList.contains('dark-mode')") == (scheme == "dark")
    assert [violation for violation in violations(visit) if violation.startswith(("serious", "critical"))] == []


def test_the_viewer_fits_a_phone(visitors: Any, address: str) -> None:
    page = visitors(address, viewport={"width": 390, "height": 844}).open("docs")
    page.wait_for_selector(".opblock")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_problem_type_opens_at_its_explanation(visit: Visit) -> None:
    page = visit.open("docs#problem-invalid-panel")
    page.wait_for_selector(".opblock")
    until(page, "document.getElementById('problem-invalid-panel').getBoundingClientRect().top < innerHeight")


def test_the_viewer_keeps_nothing(visit: Visit) -> None:
    page = visit.open("docs")
    page.wait_for_selector(".opblock")
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
