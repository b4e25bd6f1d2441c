"""What a record names outside its results and orders: a drug that blocks IL-6, or a laboratory's report as a document.

The panel is calm, two days old. A person who reads the chart would not be reassured by it, or would be; so must the
answer.
"""

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.ehr.terminology.code_file import load_codes
from service.server.settings import Settings
from tests.support.records import bundle, calm_panel, category, condition, evaluated, observation, patient

CLIENT: FlaskClient = create_app(Settings()).test_client()
LATER, LONG_AGO = "2026-11-24T10:00:00Z", "2026-05-02"
SUBJECT = {"reference": "Patient/p1"}
ATC = "http://www.whocc.no/atc"


def answered(*further: dict[str, Any]) -> str:
    return category(evaluated(CLIENT, bundle(patient(), condition(), *calm_panel(), *further)))


def resource(kind: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": kind, "id": "x1", "subject": SUBJECT} | more


def done(name: str = "Infusion of tocilizumab", **more: Any) -> dict[str, Any]:
    return resource("Procedure", status="completed", code={"text": name}) | more


def plan(**detail: Any) -> dict[str, Any]:
    return resource(
        "CarePlan", status="active", intent="plan", activity=[{"detail": {"status": "in-progress"} | detail}]
    )


def document(name: str = "Laboratory report", kind: str = "DocumentReference", **more: Any) -> dict[str, Any]:
    return resource(kind, status="current", type={"text": name}, date=LATER) | more


def empty(reason: str, name: str = "Medication list", **more: Any) -> dict[str, Any]:
    return resource("List", status="current", code={"text": name}, emptyReason={"coding": [{"code": reason}]}) | more


def order(**more: Any) -> dict[str, Any]:
    drug = {"medicationCodeableConcept": {"text": "Sodium chloride 0.9 %"}}
    return resource("MedicationRequest", status="active", intent="order", **drug) | more


def section(**more: Any) -> dict[str, Any]:
    return resource("Composition", status="final", title="Patient summary", section=[more])


def answers(question: str, **answer: Any) -> dict[str, Any]:
    item = {"linkId": "1", "item": [{"linkId": "2", "text": question} | ({"answer": [answer]} if answer else {})]}
    return resource("QuestionnaireResponse", status="completed", authored=LATER, item=[item])


NOT_REASSURING = {
    "a procedure": done(),
    "a brand": done("RoActemra i.v."),
    "in Japanese": done("アクテムラ点滴静注"),
    "by its code": done("Infusion", usedCode=[{"coding": [{"system": ATC, "code": "L04AC14"}]}]),
    "by a code of a bill": done("", code={"coding": [{"code": "J3262"}]}),
    "in a note": done("Infusion", note=[{"text": "Tocilizumab 8 mg/kg, no reaction"}]),
    "a short name": done("TCZ infusion"),
    "lately": done(performedDateTime="2026-11-02"),
    "until a day that is not said": done(performedPeriod={"start": "2026-05-02"}),
    "a product of a plan": plan(productCodeableConcept={"text": "Tocilizumab 162 mg"}),
    "words of a plan": plan(description="Continue Kevzara every two weeks"),
    "an order of a service": resource(
        "ServiceRequest", status="active", intent="order", code={"text": "Actemra infusion"}
    ),
    "a flag": resource("Flag", status="active", code={"text": "On tocilizumab: CRP unreliable"}),
    "a delivery": resource(
        "SupplyDelivery", status="completed", suppliedItem={"itemCodeableConcept": {"text": "Actemra"}}
    ),
    "an answer": answers("Current biologic", valueString="tocilizumab"),
    "a result in words": observation("29303-5", valueString="sarilumab", effectiveDateTime=LATER),
    "a diagnosis": condition("Z79.899", id="c2", code={"text": "Long-term (current) use of tocilizumab"}),
    "a drug that nothing orders": resource("Medication", code={"text": "Actemra"}),
    "beside another order": order(dosageInstruction=[{"text": "with tocilizumab 400 mg"}]),
    "a section in words": section(title="Drugs", text={"div": "<div>Tocilizumab</div>"}),
    "a report as a document": document(),
    "a report in German": document("", description="Laborbefund extern"),
    "a report by its code": document(type={"coding": [{"system": "http://loinc.org", "code": "11502-2"}]}),
    "a picture of a report": resource(
        "Media", status="completed", content={"title": "lab results"}, createdDateTime=LATER
    ),
    "a document of a test": document(
        "", content=[{"attachment": {"title": "Ferritin.pdf", "creation": LATER}}], date=None
    ),
    "a report without a date": document(date=None),
    "a report in words": document(kind="Composition", section=[{"text": {"div": "<div>12500</div>"}}]),
    "a report that refers to nothing here": document(context={"related": [{"reference": "Patient/p1"}]}),
    "a test in a questionnaire": answers("Ferritin (ng/mL)", valueDecimal=12500),
    "drugs that cannot be had": empty("unavailable"),
    "drugs that nobody asked for": empty("notasked", "", title="Medikationsplan"),
    "drugs withheld": empty("withheld", code={"coding": [{"system": "http://loinc.org", "code": "10160-0"}]}),
    "a reason in words": empty("", emptyReason={"text": "system down"}),
    "a section of drugs": section(title="Medication summary", emptyReason={"coding": [{"code": "unavailable"}]}),
    "results that cannot be had": section(
        title="Laboratory results", emptyReason={"coding": [{"code": "unavailable"}]}
    ),
}
REASSURING = {
    "an infusion long ago": done(performedDateTime=LONG_AGO),
    "an infusion that was not given": done(status="not-done"),
    "a plan that was not begun": plan(productCodeableConcept={"text": "Tocilizumab"}, status="not-started"),
    "an order not to give it": resource("ServiceRequest", doNotPerform=True, code={"text": "Tocilizumab"}),
    "an allergy": resource("AllergyIntolerance", patient=SUBJECT, code={"text": "Tocilizumab"}),
    "another patient's device": done(subject={"reference": "Device/1"}),
    "a definition": resource("PlanDefinition", title="Tocilizumab in systemic JIA"),
    "a diagnosis that is refuted": condition(
        "Z79.899", id="c2", code={"text": "On tocilizumab"}, verificationStatus={"coding": [{"code": "refuted"}]}
    ),
    "angiography": done("MRA head"),
    "a test of interleukin-6": resource("ServiceRequest", status="active", code={"text": "Interleukin-6"}),
    "another drug": done("Infusion of methotrexate", note=[{"text": 5}]),
    "the id of an order": done("Infusion", partOf=[{"reference": "Procedure/tocilizumab-1"}]),
    "an older report": document(date="2026-11-02"),
    "the report of that day": document(date="2026-11-22T18:00:00Z"),
    "a report of what is here": document(context={"related": [{"reference": "Observation/o-2276-4"}]}),
    "a letter": document("Discharge summary"),
    "an image": document("Chest X-ray", description="Radiology"),
    "a delivery note": document("Labor and delivery note"),
    "a withdrawn report": document(status="superseded"),
    "a consent": document("Consent form"),
    "no drugs": empty("nilknown"),
    "no drugs any more": empty("unavailable", status="entered-in-error"),
    "allergies that cannot be had": empty("unavailable", "Allergies"),
    "a question without an answer": answers("Ferritin (ng/mL)"),
    "a question of something else": answers("Pain today", valueInteger=3),
}


def test_the_panel_alone_reassures() -> None:
    assert answered() == "unlikely"


@pytest.mark.parametrize("name", NOT_REASSURING)
def test_what_may_hide_or_hold_something_does_not_reassure(name: str) -> None:
    assert answered(NOT_REASSURING[name]) == "indeterminate"


@pytest.mark.parametrize("name", REASSURING)
def test_what_hides_nothing_leaves_the_answer(name: str) -> None:
    assert answered(REASSURING[name]) == "unlikely"


def test_a_drug_that_was_stopped_and_referred_to_counts_no_further() -> None:
    ordered = order(status="cancelled", medicationReference={"reference": "Medication/x9"}) | {
        "medicationCodeableConcept": None
    }
    assert answered(ordered, resource("Medication", code={"text": "Actemra"}) | {"id": "x9"}) == "unlikely"


def test_a_site_adds_brands_and_headings(tmp_path: Any) -> None:
    site = tmp_path / "site.toml"
    site.write_text('[brands]\ntocilizumab = ["Hausmarke"]\n[headings]\nmedications = ["kurve"]\n', encoding="utf-8")
    codes = load_codes(str(site))
    assert codes.blockers.named("Gabe von Hausmarke heute") == ["tocilizumab"]
    assert codes.heading((), ["Kurve"]) == "medications"
    assert codes.heading((), ["Kur"]) == ""


@pytest.mark.parametrize("name", ["Iron studies", "Depot-Eisen", "FRTN", "Laborwert", "Klinische Chemie", "Panel"])
def test_a_name_that_may_mean_ferritin_does_not_reassure(name: str) -> None:
    assert (
        answered(observation("4711", 12500, "ng/mL", code={"text": name}, effectiveDateTime=LATER)) == "indeterminate"
    )


@pytest.mark.parametrize(
    "name", ["Iron", "Transferrin", "Lipid profile", "Hepatitis panel", "Tumour marker", "Analyse d'urine"]
)
def test_a_name_that_tells_another_test_leaves_the_answer(name: str) -> None:
    assert answered(observation("4711", 12, "g/L", code={"text": name}, effectiveDateTime=LATER)) == "unlikely"
