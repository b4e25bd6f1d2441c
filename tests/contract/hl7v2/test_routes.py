"""POST /hl7v2: what is answered, in each of the three forms, and what is refused in the form that was asked for."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.server.messages.strict_json import loads
from service.server.settings import Settings
from tests.support.messages import (
    CALM,
    HEADER,
    ILL,
    KIND,
    OLD_FERRITIN,
    PATIENT,
    assessed,
    lines_of,
    message,
    obx,
    sent,
    values,
)

FHIR = "application/fhir+json"
WHOLE = message(*ILL)


def test_the_assessment_is_the_usual_answer(client: FlaskClient) -> None:
    found = assessed(client, WHOLE)
    assert found["classification"]["category"] == "likely"
    assert found["criteria"][0]["items"]


def test_what_could_not_be_used_stands_among_the_warnings(client: FlaskClient) -> None:
    warning, *_ = assessed(client, message(obx("12500", "furlong")))["warnings"]
    assert (warning["code"], warning["pointer"]) == ("unit_not_accepted", "/OBX[1]")
    assert warning["message"].startswith("Ferritin: The unit is not accepted")


def test_a_risk_assessment_on_request(client: FlaskClient) -> None:
    answer = sent(client, WHOLE, FHIR)
    document = loads(answer.data)
    assert (answer.status_code, answer.content_type, document["resourceType"]) == (200, FHIR, "RiskAssessment")
    assert document["subject"] == {"identifier": {"value": "12345"}}
    assert loads(sent(client, message(*ILL, patient=""), FHIR).data)["subject"] == {"display": "not supplied"}


def test_an_acknowledgement_on_request(client: FlaskClient) -> None:
    answer = sent(client, message(*ILL, "ZZZ|1"), KIND)
    head, accepted, *errors = lines_of(answer)
    assert (answer.status_code, answer.content_type) == (200, f"{KIND}; charset=utf-8")
    assert head[2:6] == ["MAS", "HOSP", "LIS", "LAB"]
    assert (head[8], head[11], head[17]) == ("ACK^R01^ACK", "2.5.1", "UNICODE UTF-8")
    assert accepted[:3] == ["MSA", "AA", "MSG00001"]
    assert accepted[3].startswith("likely: MAS is likely")
    assert values(errors) == ["not_read"]
    assert errors[0][2:5] == ["ZZZ^1^", "0^Message accepted^HL70357", "I"]


def test_oddities_are_told_in_an_acknowledgement(client: FlaskClient) -> None:
    _, _, *errors = lines_of(sent(client, message(*ILL, obx("9000", "U/L", "1920-8", at14="20261122080000")), KIND))
    assert "unusual_value" in values(errors)


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_older_versions_get_errors_in_their_form(client: FlaskClient, version: str) -> None:
    body = WHOLE.replace("|2.5.1", f"|{version}") + "ZZZ|1\r"
    _, _, *errors = lines_of(sent(client, body, KIND))
    assert errors == [["ERR", "ZZZ^1^^0&Segments of type ZZZ are not read."]]


FAULTY: dict[str, tuple[str, str, str, int]] = {
    "two patients": (message(*ILL, PATIENT.replace("12345", "9")), "AE", "mixed_patients", 422),
    "broken segment": (message(*ILL, "a line of text"), "AE", "segment", 422),
    "batch": ("BHS|^~\\&|\r" + WHOLE, "AR", "batch", 400),
    "other type": (WHOLE.replace("ORU^R01", "ADT^A01"), "AR", "message_type", 400),
    "no message": ("hello", "AR", "no_message", 400),
}


@pytest.mark.parametrize("case", FAULTY)
def test_a_fault_is_told_in_the_form_that_was_asked_for(client: FlaskClient, case: str) -> None:
    body, code, key, status = FAULTY[case]
    as_json, as_fhir, as_hl7 = sent(client, body), sent(client, body, FHIR), sent(client, body, KIND)
    assert {answer.status_code for answer in (as_json, as_fhir, as_hl7)} == {status}
    assert [error["code"] for error in as_json.get_json()["errors"]] == [key]
    outcome = loads(as_fhir.data)
    assert [issue["details"]["coding"][0]["code"] for issue in outcome["issue"]] == [key]
    _, accepted, *errors = lines_of(as_hl7)
    assert (accepted[1], values(errors), {error[4] for error in errors}) == (code, [key], {"E"})


def test_every_broken_line_is_named(client: FlaskClient) -> None:
    answer = sent(client, message("text", "more text"))
    assert [error["pointer"] for error in answer.get_json()["errors"]] == ["/line 5", "/line 6"]


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/problem+json, application/json", "application/json"),
        ("application/fhir+json, application/json;q=0.5", FHIR),
        ("application/fhir+json; fhirVersion=4.0", FHIR),
        (KIND, f"{KIND}; charset=utf-8"),
        ("x-application/hl7-v2+er7", f"{KIND}; charset=utf-8"),
        ("application/json;q=0.1, application/hl7-v2", f"{KIND}; charset=utf-8"),
    ],
)
def test_the_form_follows_what_is_accepted(client: FlaskClient, accept: str, media: str) -> None:
    assert sent(client, WHOLE, accept).content_type == media


def test_no_form_is_offered_beside_these(client: FlaskClient) -> None:
    answer = sent(client, WHOLE, "text/html")
    assert (answer.status_code, answer.content_type) == (406, "application/problem+json")


@pytest.mark.parametrize("kind", ["application/hl7-v2", "application/hl7-v2; charset=ISO-8859-1", "text/plain"])
def test_each_name_of_a_message_is_taken(client: FlaskClient, kind: str) -> None:
    body = message(*ILL, patient=PATIENT.replace("Doe", "Größe"))
    coding = "latin-1" if "8859" in kind else "utf-8"
    assert sent(client, body.encode(coding), kind=kind).status_code == 200


@pytest.mark.parametrize(
    ("accept", "media"), [("", "application/problem+json"), (FHIR, FHIR), (KIND, f"{KIND}; charset=utf-8")]
)
def test_other_errors_take_the_form_too(client: FlaskClient, accept: str, media: str) -> None:
    unsupported = sent(client, WHOLE, accept, "application/xml")
    assert (unsupported.status_code, unsupported.content_type) == (415, media)
    wrong = client.get("/hl7v2", headers={"Accept": accept} if accept else {})
    assert (wrong.status_code, wrong.content_type) == (405, media)
    assert "POST" in wrong.headers["Allow"]
    assert client.post("/hl7v2/x", headers={"Accept": accept} if accept else {}).status_code == 404


@pytest.mark.parametrize("accept", ["", FHIR, KIND])
def test_a_fault_of_ours_is_told_without_a_value(
    app: Any, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("12500")

    monkeypatch.setattr("service.ehr.hl7v2.routes.read_record", fail)
    answer = sent(client, WHOLE, accept)
    assert (answer.status_code, "12500" in answer.text) == (500, False)


def test_a_body_has_the_limit_of_records_and_needs_credentials(tmp_path: Any) -> None:
    small = create_app(Settings(fhir_max_body_bytes=1000)).test_client()
    assert sent(small, WHOLE + "NTE|1||" + "x" * 1000, KIND).status_code == 413
    keys = tmp_path / "keys"
    keys.write_text(f"lab:{'0' * 64}\n", encoding="ascii")
    guarded = create_app(Settings(auth_mode="api_key", api_keys_file=str(keys))).test_client()
    answer = sent(guarded, WHOLE, KIND)
    assert (answer.status_code, lines_of(answer)[1][1]) == (401, "AR")


def test_assessments_are_counted_by_their_way_in(client: FlaskClient) -> None:
    def counted() -> float:
        metrics = client.get("/metrics").get_data(as_text=True)
        lines = [line for line in metrics.splitlines() if 'channel="hl7v2"' in line and "likely" in line]
        return sum(float(line.rpartition(" ")[2]) for line in lines)

    before = counted()
    sent(client, WHOLE)
    assert counted() == before + 1


def test_a_name_in_another_script_is_echoed_in_the_acknowledgement(client: FlaskClient) -> None:
    body = message(OLD_FERRITIN, *CALM, header=HEADER.replace("LIS", "検査\\T\\"))
    assert lines_of(sent(client, body, KIND))[0][4] == "検査\\T\\"
