"""A FHIR record that is pasted or dropped fills the form, and its answer is the ordinary one."""

import json
from typing import Any

from tests.web.browser.conftest import Visit
from tests.web.browser.test_reach import violations
from tests.web.browser.waiting import until


def observation(loinc: str, value: float, unit: str) -> dict[str, Any]:
    return {
        "resource": {
            "resourceType": "Observation",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
            "subject": {"reference": "Patient/1"},
            "effectiveDateTime": "2026-11-20T08:30:00Z",
            "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        }
    }


BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [observation("2276-4", 905, "ng/mL"), observation("777-3", 116, "10*3/uL")],
}


SICK = {"resource": {"resourceType": "Condition", "subject": {"reference": "Patient/1"}, "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "M08.2"}]}}}  # fmt: skip
STRANGER = {"resourceType": "Practitioner"}


def pasted(visit: Visit, resource: Any) -> Any:
    page = visit.open()
    page.click("#paste-open")
    page.fill("#paste-text", json.dumps(resource))
    page.click("#paste-use")
    return page


def record(*more: Any) -> Any:
    return {**BUNDLE, "entry": [*BUNDLE["entry"], SICK, *more]}


def test_a_record_fills_the_form_and_has_the_ordinary_answer(visit: Visit) -> None:
    page = pasted(visit, record(observation("1920-8", 61, "U/L"), observation("8310-5", 39.2, "Cel")))
    page.wait_for_selector(".headline")
    assert (page.input_value("#o-ferritin"), page.input_value("#u-ferritin")) == ("905", "ng/mL")
    assert (page.input_value("#o-platelets"), page.input_value("#u-platelets")) == ("116", "10*3/uL")
    assert page.input_value("#condition") == "sjia"
    assert page.locator(".headline").get_attribute("class") == "headline likely"
    assert page.locator(".headline .count .box").count() > 0
    assert page.locator(".copy button:text-is('Print')").is_visible()
    assert violations(visit) == []


def test_a_dropped_file_is_read_like_a_pasted_one(visit: Visit) -> None:
    page = visit.open()
    page.evaluate(
        """text => { const carried = new DataTransfer(); carried.items.add(new File([text], "record.json"));
        document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true})) }""",
        json.dumps(record()),
    )
    page.wait_for_selector(".headline")
    assert page.input_value("#o-ferritin") == "905"


def test_what_the_record_did_not_give_stands_above_the_form_until_the_next_patient(visit: Visit) -> None:
    page = pasted(visit, record(observation("1920-8", 61, "furlong"), {"resource": STRANGER}))
    page.wait_for_selector(".headline")
    assert "AST: The unit is not accepted" in page.inner_text("#brought")
    assert "Practitioner" not in page.inner_text("#brought")
    assert visit.posted()["context"]["unread"] == ["ast"]
    page.click("#clear")
    page.wait_for_selector(".empty")
    assert page.locator("#brought").is_hidden()
    page.fill("#o-ferritin", "905 ng/mL")
    visit.assess()
    assert visit.posted() == {"observations": {"ferritin": "905 ng/mL"}}


def test_a_resource_that_cannot_be_used_is_refused_beside_the_paste(visit: Visit) -> None:
    page = pasted(visit, STRANGER)
    until(page, "document.querySelector('#paste-fault').textContent")
    assert "DiagnosticReport" in page.inner_text("#paste-fault")
    assert page.locator(".headline").count() == 0


def test_a_record_without_results_is_refused_like_an_empty_form(visit: Visit) -> None:
    page = pasted(visit, {**BUNDLE, "entry": []})
    page.wait_for_selector("#faults-title")
    assert "Not enough to assess" in page.inner_text("#faults")
