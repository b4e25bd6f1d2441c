"""A pasted FHIR resource goes to the FHIR operation as it is, and its answer is shown."""

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


def pasted(visit: Visit, resource: Any) -> Any:
    page = visit.open()
    page.click("#paste-open")
    page.fill("#paste-text", json.dumps(resource))
    page.click("#paste-use")
    until(page, "document.querySelector('#answer-title').textContent !== 'The answer'")
    return page


def test_a_bundle_is_answered_by_a_risk_assessment(visit: Visit) -> None:
    page = pasted(visit, BUNDLE)
    assert page.inner_text("#answer-title") == "The FHIR answer"
    answer = json.loads(page.input_value("#result textarea"))
    assert answer["resourceType"] == "RiskAssessment"
    assert answer["prediction"][0]["qualitativeRisk"]["text"] in page.inner_text(".category")
    assert answer["note"][0]["text"] in page.inner_text(".headline")
    sets = [one for one in answer["contained"] if one["resourceType"] == "Observation"]
    assert len(sets) == page.locator("#result section:has(h3:text-is('Set by set')) li").count()
    assert violations(visit) == []


def test_an_answer_to_a_resource_says_that_the_form_is_no_part_of_it(visit: Visit) -> None:
    page = visit.load("patient_1")
    page.click("#paste-open")
    page.fill("#paste-text", json.dumps(BUNDLE))
    page.click("#paste-use")
    page.wait_for_selector(".headline:has-text('This answers the pasted resource alone')")
    assert page.input_value("#o-ferritin") == "905"


def test_a_resource_that_cannot_be_used_is_told_by_its_outcome(visit: Visit) -> None:
    page = pasted(visit, {"resourceType": "Practitioner"})
    assert page.inner_text("#answer-title") == "The resource could not be used"
    assert page.locator(".headline li").count() >= 1
