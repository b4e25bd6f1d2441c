"""``POST /v1/records``: the form is filled from a record, and the answer to the form is never calmer than that to the record."""

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.clinical.measurement.interval import point
from service.clinical.measurement.reading import MEASURED, Reading
from service.clinical.panel.panel import Panel
from service.ehr.record.panel_document import panel_document
from tests.support.records import (
    bundle,
    calm_panel,
    category,
    condition,
    drug,
    evaluated,
    met_panel,
    observation,
    parameters,
    patient,
    send,
)

RANKS = ("unlikely", "indeterminate", "possible", "probable", "likely")


def read(client: FlaskClient, document: Any) -> Any:
    status, answer, _ = send(client, "/v1/records", document)
    assert status == 200, answer
    return answer


def assessed(client: FlaskClient, document: Any) -> str:
    status, answer, _ = send(client, "/v1/assessments", read(client, document)["panel"])
    assert status == 200, answer
    return str(answer["classification"]["category"])


def test_numbers_limits_words_findings_drugs_and_age_become_a_request(client: FlaskClient) -> None:
    document = parameters(
        {
            "name": "observations",
            "resource": bundle(
                patient("2014-03-01"),
                condition(),
                observation(
                    "2276-4", 12500, "ng/mL", valueQuantity={"value": 12500, "unit": "ng/mL", "comparator": ">"}
                ),
                observation("777-3", 95, "10*3/uL"),
                observation("3255-7", None, interpretation=[{"coding": [{"code": "L"}]}]),
                drug("MedicationStatement", {"text": "anakinra"}, status="active"),
            ),
        },
        {"name": "febrile", "valueBoolean": True},
        {"name": "criteria", "valueCode": "hscore"},
    )
    panel = read(client, document)["panel"]
    assert panel["observations"] == {
        "ferritin": {"value": 12500, "unit": "ng/mL", "comparator": ">"},
        "platelets": {"value": 95, "unit": "10*3/uL"},
        "fibrinogen": {"interpretation": "L"},
    }
    assert panel["findings"] == {"fever": True}
    assert panel["context"]["condition"] == "sjia"
    assert panel["context"]["medications"] == [{"name": "anakinra"}]
    assert panel["options"] == {"criteria": ["hscore"]}
    assert 12 < panel["patient"]["age_years"] < 13


def test_the_range_of_the_laboratory_comes_along(client: FlaskClient) -> None:
    limits = [{"low": {"value": 2, "unit": "g/L"}, "high": {"value": 4, "unit": "g/L"}}]
    word = observation("3255-7", None, interpretation=[{"coding": [{"code": "L"}]}], referenceRange=limits)
    panel = read(client, bundle(patient(), word))["panel"]
    assert panel["observations"]["fibrinogen"] == {
        "interpretation": "L",
        "reference_range": {"low": 2, "high": 4, "unit": "g/L"},
    }


def test_two_results_of_one_moment_cannot_be_said_and_count_as_unread(client: FlaskClient) -> None:
    twice = bundle(patient(), condition(), *calm_panel(), observation("2276-4", 9000, "ng/mL"))
    panel = read(client, twice)["panel"]
    assert "ferritin" not in panel["observations"]
    assert "ferritin" in panel["context"]["unread"]
    assert assessed(client, twice) == "indeterminate"


def test_what_bars_reassurance_in_a_record_bars_it_in_its_panel(client: FlaskClient) -> None:
    assert assessed(client, bundle(patient(), condition(), *calm_panel())) == "unlikely"
    more = bundle(patient(), condition(), *calm_panel(), link=[{"relation": "next", "url": "https://example.org/2"}])
    assert read(client, more)["panel"]["context"]["incomplete"] is True
    assert assessed(client, more) == "indeterminate"
    newer = observation("2276-4", None, effectiveDateTime="2026-11-23T07:45:00Z", valueString="see report")
    unread = bundle(patient(), condition(), *calm_panel(), newer)
    assert RANKS.index(assessed(client, unread)) >= RANKS.index(category(evaluated(client, unread)))


def test_a_met_panel_is_met_by_way_of_its_form(client: FlaskClient) -> None:
    document = bundle(patient(), condition(), *met_panel())
    assert assessed(client, document) == category(evaluated(client, document)) == "likely"


def test_what_could_not_be_used_is_said_with_its_place(client: FlaskClient) -> None:
    odd = observation("2276-4", 905, "furlong")
    remarks = read(client, bundle(patient(), odd, {"resourceType": "Practitioner"}))["remarks"]
    told = {remark["code"]: remark for remark in remarks}
    assert told["unit_not_accepted"]["observation"] == "ferritin"
    assert told["unit_not_accepted"]["matters"] is True
    assert told["unit_not_accepted"]["where"]
    assert told["not_read"]["matters"] is False


@pytest.mark.parametrize(("born", "age"), [("2026-10-25", 0.07666), ("2016", None), (None, None)])
def test_an_age_in_days_stays_exact_and_a_rough_one_is_left_out(
    client: FlaskClient, born: str | None, age: float | None
) -> None:
    panel = read(client, bundle(patient(born), observation("718-7", 95, "g/L")))["panel"]
    found = panel.get("patient", {}).get("age_years")
    assert (found if found is None else float(found)) == age


def test_a_record_without_anything_gives_a_panel_without_anything(client: FlaskClient) -> None:
    assert read(client, bundle())["panel"] == {}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"resourceType": "Practitioner"}, "DiagnosticReport"),
        ({"observations": {}}, "POST /v1/assessments"),
        (bundle(patient(name="p1"), observation("2276-4", 1, "ng/mL", subject={"reference": "Patient/p2"})), "more than one patient"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_record_of_one_patient_is_refused_with_a_problem(
    client: FlaskClient, document: Any, said: str
) -> None:
    status, problem, headers = send(client, "/v1/records", document)
    assert status == 422
    assert headers["Content-Type"].startswith("application/problem+json")
    assert said in problem["detail"]


def test_who_takes_no_json_is_refused(client: FlaskClient) -> None:
    assert send(client, "/v1/records", bundle(), Accept="application/pdf")[0] == 406


@pytest.mark.parametrize(("context", "is_calm"), [({}, True), ({"unread": ["ferritin"]}, False), ({"unread": ["medications"]}, False), ({"incomplete": True}, False), ({"incomplete": False}, True)])  # fmt: skip
def test_a_sender_may_say_what_it_could_not_read(
    client: FlaskClient, context: dict[str, Any], *, is_calm: bool
) -> None:
    panel = read(client, bundle(patient(), condition(), *calm_panel()))["panel"]
    panel["context"] |= context
    assert (send(client, "/v1/assessments", panel)[1]["classification"]["category"] == "unlikely") is is_calm


def test_a_flag_that_is_neither_true_nor_false_is_refused(client: FlaskClient) -> None:
    status, problem, _ = send(
        client, "/v1/assessments", {"findings": {"fever": True}, "context": {"incomplete": "yes"}}
    )
    assert status == 422
    assert problem["errors"][0]["pointer"] == "/context/incomplete"


def test_a_drug_without_a_name_may_be_any_drug(client: FlaskClient) -> None:
    nameless = drug("MedicationStatement", {"coding": [{"system": "urn:local", "code": "x1"}]}, status="active")
    record = bundle(patient(), condition(), *calm_panel(), nameless)
    assert read(client, record)["panel"]["context"]["unread"] == ["medications"]
    assert assessed(client, record) == category(evaluated(client, record)) == "indeterminate"


def test_a_reading_that_its_own_text_would_not_give_again_counts_as_unread() -> None:
    reading = Reading(point(Decimal(10) ** 9), "ng/mL", MEASURED, f"{10**9} ng/mL")
    assert panel_document(Panel({"ferritin": reading}), ()) == {"context": {"unread": ["ferritin"]}}
