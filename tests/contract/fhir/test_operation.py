"""POST /fhir/$evaluate-mas and the two documents beside it, as a FHIR client sees them."""

import hashlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.clinical.criteria import CATALOGUE
from service.server.messages.strict_json import loads
from service.server.settings import Settings
from tests.support.records import (
    FERRITIN,
    FIBRINOGEN,
    PLATELETS,
    bundle,
    calm_panel,
    category,
    component,
    condition,
    evaluated,
    issue_keys,
    met_panel,
    observation,
    parameters,
    patient,
    send,
)

PATH = "/fhir/$evaluate-mas"
SJIA = [patient(), condition()]


def test_the_assessment_names_category_method_basis_and_reasons(client: FlaskClient) -> None:
    answer = evaluated(client, bundle(*SJIA, *met_panel()))
    assert category(answer) == "likely"
    assert answer["status"] == "final"
    assert answer["method"]["coding"][0]["code"] == "eular-acr-printo-2016"
    assert [basis["reference"] for basis in answer["basis"]] == [
        *("Observation/o-2276-4", "Observation/o-777-3", "Observation/o-1920-8"),
        *("Observation/o-3255-7", "Observation/o-8310-5"),
    ]
    assert answer["subject"] == {"reference": "Patient/p1"}
    assert answer["condition"] == {"reference": "Condition/c1"}
    assert answer["occurrenceDateTime"] == "2026-11-22T07:45:00Z"
    assert "12500 is above 684" in answer["prediction"][0]["rationale"]
    assert "probabilityDecimal" not in answer["prediction"][0]


def test_every_set_and_item_stands_in_the_breakdown(client: FlaskClient) -> None:
    answer = evaluated(client, bundle(*SJIA, *met_panel()))
    pointers = [extension["valueReference"]["reference"] for extension in answer["extension"]]
    assert len([resource for resource in answer["contained"] if resource["resourceType"] == "Observation"]) == len(
        CATALOGUE
    )
    assert {f"#{resource['id']}" for resource in answer["contained"] if resource["id"] != "service"} == set(pointers)
    item = component(answer, "eular-acr-printo-2016", "platelets")["valueCodeableConcept"]
    assert (item["coding"][0]["code"], "181" in item["text"]) == ("met", True)
    assert (
        component(answer, "eular-acr-printo-2016", "triglycerides")["valueCodeableConcept"]["coding"][0]["code"]
        == "unknown"
    )
    assert component(answer, "ms-score", "score")["valueRange"]["low"]["value"] < 0
    assert component(answer, "ferritin-esr-ratio", "score")["valueRange"] == {"low": {"value": 0}}
    assert (
        component(answer, "eular-acr-printo-2016", "part.laboratory")["valueCodeableConcept"]["coding"][0]["code"]
        == "met"
    )


def test_a_number_in_a_score_is_counted_and_not_called_met(client: FlaskClient) -> None:
    answer = evaluated(client, bundle(condition(), *calm_panel()))
    platelets = component(answer, "ms-score", "platelets")["valueCodeableConcept"]
    assert platelets["coding"][0]["code"] == "counted"
    assert component(answer, "ms-score", "cns_dysfunction")["valueCodeableConcept"]["coding"][0]["code"] == "unknown"


def test_a_score_that_is_certain_is_one_number(client: FlaskClient) -> None:
    made = bundle(*SJIA, observation(FERRITIN, 2150, "ng/mL"), observation("4537-7", 100, "mm/h"))
    assert component(evaluated(client, made), "ferritin-esr-ratio", "score")["valueQuantity"]["value"] == loads(b"21.5")
    whole = bundle(*SJIA, observation(FERRITIN, 2000, "ng/mL"), observation("4537-7", 100, "mm/h"))
    assert component(evaluated(client, whole), "ferritin-esr-ratio", "score")["valueQuantity"]["value"] == 20


def test_confounded_items_have_a_verdict_without_them(client: FlaskClient) -> None:
    answer = evaluated(client, bundle(*SJIA, *met_panel()))
    assert not any("confounded" in str(resource) for resource in answer["contained"])


def test_the_criteria_can_be_chosen(client: FlaskClient) -> None:
    made = parameters(
        {"name": "observations", "resource": bundle(*SJIA, *met_panel())}, {"name": "criteria", "valueCode": "hscore"}
    )
    answer = evaluated(client, made)
    assert [resource["id"] for resource in answer["contained"] if resource["resourceType"] == "Observation"] == [
        "hscore"
    ]
    assert category(answer) == "likely"


def test_a_leading_set_that_was_not_asked_for_is_named_and_leaves_no_empty_list(client: FlaskClient) -> None:
    asked = [{"name": "criteria", "valueCode": "hscore"}]
    record = {"name": "observations", "resource": bundle(condition(), *met_panel())}
    rationale = evaluated(client, parameters(*asked, record))["prediction"][0]["rationale"]
    assert rationale.endswith(
        "This rests on the 2016 criteria; their items are left out, since other sets were asked for."
    )


def test_an_empty_record_is_indeterminate_and_preliminary(client: FlaskClient) -> None:
    answer = evaluated(client, bundle())
    assert (category(answer), answer["status"]) == ("indeterminate", "preliminary")
    assert answer["subject"] == {"display": "not supplied"}
    assert "coding" not in answer["method"]
    assert not {"basis", "occurrenceDateTime", "condition"} & set(answer)


def test_without_ferritin_and_fever_nothing_is_decided(client: FlaskClient) -> None:
    assert category(evaluated(client, bundle(*SJIA, *calm_panel()[2:4]))) == "indeterminate"


def test_without_ferritin_an_afebrile_patient_is_told_as_by_json_that_this_does_not_reassure(
    client: FlaskClient,
) -> None:
    settled = evaluated(client, bundle(*SJIA, *calm_panel()[1:]))
    assert (category(settled), settled["status"]) == ("unlikely", "final")
    assert "Ferritin was not measured, and without it this does not reassure." in rationale(settled)
    assert "reassure" not in rationale(evaluated(client, bundle(*SJIA, *calm_panel())))


def test_ferritin_that_was_sent_and_not_readable_makes_nothing_unlikely(client: FlaskClient) -> None:
    unreadable = observation(FERRITIN, valueString="12,500 ng/mL")
    answer = evaluated(client, bundle(*SJIA, *calm_panel()[1:], unreadable))
    assert (category(answer), answer["status"]) == ("indeterminate", "preliminary")
    assert "Ferritin was sent but could not be read, so this does not reassure." in rationale(answer)


def rationale(answer: Any) -> str:
    """Return what is said of the category."""
    said: str = answer["prediction"][0]["rationale"]
    return said


LACKING: dict[str, list[dict[str, Any]]] = {
    "a drug that is only a number": [
        {"resourceType": "MedicationRequest", "medicationCodeableConcept": {"coding": [{"code": "4711"}]}}
    ],
    "a drug of a group": [
        {
            "resourceType": "MedicationStatement",
            "medicationCodeableConcept": {"coding": [{"system": "http://www.whocc.no/atc", "code": "L04AC"}]},
        }
    ],
    "a drug that was not sent along": [
        {"resourceType": "MedicationRequest", "medicationReference": {"reference": "Medication/9"}}
    ],
}


@pytest.mark.parametrize("lost", LACKING.values(), ids=LACKING)
def test_a_drug_that_cannot_be_told_takes_the_reassurance_away(client: FlaskClient, lost: list[dict[str, Any]]) -> None:
    answer = evaluated(client, bundle(*SJIA, *calm_panel(), *lost))
    assert (category(answer), answer["status"]) == ("indeterminate", "preliminary")
    assert "medication_unclear" in issue_keys(answer)
    assert "this does not reassure" in rationale(answer)
    told = {"resourceType": "MedicationRequest", "medicationCodeableConcept": {"text": "Paracetamol"}}
    classified = {"coding": [{"system": "http://www.whocc.no/atc", "code": "N02BE01"}]}
    harmless = [told, told | {"medicationCodeableConcept": classified}, lost[0] | {"status": "entered-in-error"}]
    assert category(evaluated(client, bundle(*SJIA, *calm_panel(), *harmless))) == "unlikely"


@pytest.mark.parametrize(
    "lost",
    [
        [{"name": "medication", "valueString": "tocilizumab"}],
        [{"name": "medications", "valueInteger": 7}],
        [{"name": "febrile", "valueBoolean": False}, {"name": "febrile", "valueBoolean": True}],
    ],
)
def test_a_parameter_that_is_not_used_takes_the_reassurance_away(client: FlaskClient, lost: list[Any]) -> None:
    record = {"name": "observations", "resource": bundle(*SJIA, *calm_panel())}
    assert category(evaluated(client, parameters(record))) == "unlikely"
    answer = evaluated(client, parameters(record, *lost))
    assert category(answer) == "indeterminate"
    assert "The record may hold something newer, or something that was not read" in rationale(answer)


def test_ferritin_that_may_be_on_either_side_of_its_limit_does_not_reassure(client: FlaskClient) -> None:
    above = {"value": 100, "unit": "ng/mL", "comparator": ">"}
    rest = [condition(), *calm_panel()[1:]]
    for known in (
        [observation(FERRITIN, valueQuantity=above)],
        [observation(FERRITIN, 60, "ng/mL"), observation(FERRITIN, 12500, "ng/mL", id="other")],
    ):
        answer = evaluated(client, bundle(*known, *rest))
        assert category(answer) == "unlikely"  # there is no fever
        assert "Ferritin may lie on either side of its limit, so this does not reassure." in rationale(answer)
    assert category(
        evaluated(client, bundle(observation(FERRITIN, valueQuantity=above | {"comparator": "<"}), *rest))
    ) == ("unlikely")


def test_a_calm_panel_is_unlikely_and_a_drug_takes_the_reassurance_away(client: FlaskClient) -> None:
    calm = bundle(*SJIA, *calm_panel())
    assert category(evaluated(client, calm)) == "unlikely"
    drug = {"resourceType": "MedicationRequest", "status": "active", "medicationCodeableConcept": {"text": "Actemra"}}
    answer = evaluated(client, bundle(*SJIA, *calm_panel(), drug))
    assert category(answer) == "indeterminate"
    assert any("IL-6" in note["text"] for note in answer["note"])


def test_a_bad_value_never_fails_the_bundle(client: FlaskClient) -> None:
    made = bundle(*SJIA, *met_panel()[:4], observation("8310-5", 39), observation("2571-8", 200, "furlong"))
    answer = evaluated(client, made)
    assert issue_keys(answer)[:2] == ["unit_required", "unit_not_accepted"] or set(issue_keys(answer)) >= {
        "unit_required",
        "unit_not_accepted",
    }
    assert category(answer) in ("probable", "indeterminate")
    places = next(resource for resource in answer["contained"] if resource["id"] == "messages")["issue"]
    assert {"Bundle.entry[6].resource", "Bundle.entry[7].resource"} <= {
        place for issue in places for place in issue.get("expression", [])
    }


def test_what_is_said_of_many_places_is_said_once(client: FlaskClient) -> None:
    made = parameters(*({"name": "febril", "valueBoolean": True} for _ in range(500)))
    [messages] = [resource for resource in evaluated(client, made)["contained"] if resource["id"] == "messages"]
    [told] = [issue for issue in messages["issue"] if issue["details"]["coding"][0]["code"] == "parameter_unknown"]
    assert told["expression"] == [f"Parameters.parameter[{at}].name" for at in range(20)]
    assert "500 places" in told["details"]["text"]


def test_warnings_of_the_medicine_are_told_too(client: FlaskClient) -> None:
    made = bundle(*SJIA, observation(FERRITIN, 150000, "ng/mL"), observation(PLATELETS, interpretation=[{"text": "L"}]))
    assert {"unusual_value", "interpretation_without_range"} <= set(issue_keys(evaluated(client, made)))


def test_a_number_that_denies_its_own_word_and_range_is_told(client: FlaskClient) -> None:
    ends = [{"low": {"value": Decimal(2), "unit": "g/L"}, "high": {"value": Decimal(4), "unit": "g/L"}}]
    low = observation(FIBRINOGEN, 3, "g/L", interpretation=[{"text": "L"}], referenceRange=ends)
    assert "value_contradicts" in issue_keys(evaluated(client, bundle(*SJIA, low)))
    fitting = low | {"valueQuantity": {"value": Decimal("1.9"), "unit": "g/L"}}
    assert "value_contradicts" not in issue_keys(evaluated(client, bundle(*SJIA, fitting)))


def test_the_same_request_has_the_same_bytes(client: FlaskClient) -> None:
    made = bundle(*SJIA, *met_panel())
    assert evaluated(client, made) == evaluated(client, made)


def outcome(answer: Any) -> tuple[str, str]:
    assert answer["resourceType"] == "OperationOutcome"
    assert "request id" in answer["issue"][0]["diagnostics"]
    return answer["issue"][0]["severity"], answer["issue"][0]["code"]


def test_two_patients_are_refused(client: FlaskClient) -> None:
    made = bundle(*met_panel(), observation("1742-6", 9, "U/L", subject={"reference": "Patient/p2"}))
    status, answer, headers = send(client, PATH, made)
    assert (status, outcome(answer)) == (422, ("error", "business-rule"))
    assert answer["issue"][0]["details"]["coding"][0]["code"] == "mixed_patients"
    assert headers["Content-Type"] == "application/fhir+json"


@pytest.mark.parametrize("document", [{}, {"resourceType": "Goal"}, "x", 7, None])
def test_what_is_no_fhir_is_refused(client: FlaskClient, document: Any) -> None:
    status, answer, _ = send(client, PATH, document)
    assert (status, outcome(answer)) == (422, ("error", "business-rule"))


@pytest.mark.parametrize(
    "body", [b"{", b"", b"\xff", b'{"a":1,"a":2}', b"NaN", b"[" * 100_000, b'{"resourceType":"Bundle"']
)
def test_what_is_no_json_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = client.post(PATH, data=body, content_type="application/fhir+json")
    assert (answer.status_code, outcome(loads(answer.data))) == (400, ("error", "invalid"))


@pytest.mark.parametrize(
    "kind",
    ["application/fhir+json", "application/json", "application/json+fhir", "application/fhir+json; charset=UTF-8"],
)
def test_media_types_of_real_clients(client: FlaskClient, kind: str) -> None:
    assert client.post(PATH, data=b'{"resourceType":"Bundle"}', content_type=kind).status_code == 200


@pytest.mark.parametrize("kind", ["application/fhir+xml", "text/plain", "", "application/json; charset=latin-1"])
def test_other_media_types_are_refused(client: FlaskClient, kind: str) -> None:
    answer = client.post(PATH, data=b"{}", content_type=kind)
    assert (answer.status_code, outcome(loads(answer.data))) == (415, ("error", "not-supported"))


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/fhir+json", 200),
        ("application/fhir+json; fhirVersion=4.0", 200),
        ("application/json+fhir", 200),
        ("application/fhir+json, */*; q=0.1", 200),
        ("application/*", 200),
        ("*/*", 200),
        ("application/fhir+xml", 406),
        ("text/html", 406),
        ("application/json;q=0", 406),
        ("application/fhir+json;q=0, */*", 406),
        ("application/fhir+json;q=0, application/json", 200),
        ("application/json;q=0, */*", 200),
        ("Application/JSON", 200),
        ("", 200),
    ],
)
def test_accept(client: FlaskClient, accept: str, status: int) -> None:
    assert client.get("/fhir/metadata", headers={"Accept": accept}).status_code == status


@pytest.mark.parametrize(
    ("asked", "status"), [("json", 200), ("application/fhir+json", 200), ("xml", 406), ("ttl", 406)]
)
def test_format_in_the_query_outweighs_accept(client: FlaskClient, asked: str, status: int) -> None:
    assert client.get(f"/fhir/metadata?_format={asked}", headers={"Accept": "text/html"}).status_code == status


def test_unknown_addresses_and_methods_are_operation_outcomes(client: FlaskClient) -> None:
    missing, wrong = client.get("/fhir/Patient/1"), client.get(PATH)
    assert (missing.status_code, outcome(loads(missing.data))) == (404, ("error", "not-found"))
    assert (wrong.status_code, outcome(loads(wrong.data))) == (405, ("error", "not-supported"))
    assert "POST" in wrong.headers["Allow"]


def test_other_addresses_keep_their_own_errors(client: FlaskClient) -> None:
    assert client.get("/fhirx").content_type == "application/problem+json"
    assert client.get("/v1/none").content_type == "application/problem+json"


def test_a_fault_of_ours_is_an_outcome_without_a_word_of_the_patient(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("Smith, 12500 ng/mL")

    monkeypatch.setattr("service.ehr.fhir.answer.operation.assess", fail)
    status, answer, _ = send(client, PATH, bundle(*met_panel()))
    assert (status, outcome(answer)) == (500, ("fatal", "exception"))
    assert "Smith" not in str(answer)


def test_metadata_and_operation_definition(client: FlaskClient) -> None:
    metadata, operation = client.get("/fhir/metadata"), client.get("/fhir/OperationDefinition/evaluate-mas")
    stated, defined = loads(metadata.data), loads(operation.data)
    assert (stated["fhirVersion"], stated["rest"][0]["operation"][0]["definition"]) == ("4.0.1", defined["url"])
    assert "url" not in stated["implementation"]
    assert {parameter["name"] for parameter in defined["parameter"]} == {
        *("observations", "subject", "febrile", "condition", "asOf", "medications", "findings", "criteria", "return")
    }
    assert defined["affectsState"] is False
    again = client.get("/fhir/metadata", headers={"If-None-Match": metadata.headers["ETag"]})
    assert again.status_code == 304


def test_the_public_address_stands_in_the_metadata() -> None:
    client = create_app(Settings(public_url="https://mas.hospital.example")).test_client()
    assert loads(client.get("/fhir/metadata").data)["implementation"]["url"] == "https://mas.hospital.example/fhir"


@pytest.mark.parametrize(("mode", "said"), [("none", "Nobody is asked"), ("api_key", "An API key")])
def test_the_capability_statement_says_who_may_call(tmp_path: Path, mode: str, said: str) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"lab:{hashlib.sha256(b'key').hexdigest()}\n", encoding="ascii")
    chosen = Settings(auth_mode=mode, api_keys_file=str(keys), cors_origins=("https://ehr.example",))
    answer = create_app(chosen).test_client().get("/fhir/metadata", headers={"X-API-Key": "key"})
    (rest,) = loads(answer.data)["rest"]
    assert rest["security"]["cors"] is True
    assert rest["security"]["description"].startswith(said)
