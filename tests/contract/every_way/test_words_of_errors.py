"""Errors that a sender meets at night: each says what is wrong with what was sent, and what to send instead."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.cohort.command import main

FERRITIN = {"ferritin": "120 ug/L"}
SENT: dict[str, tuple[dict[str, Any], str, str]] = {
    "CRP in %": ({"observations": {"crp": "12 %"}}, "/observations/crp", "not accepted for this observation"),
    "ferritin in %": (
        {"observations": {"ferritin": {"value": 3, "unit": "%"}}},
        "/observations/ferritin/unit",
        "normalised",
    ),
    "a differential": ({"observations": {"neutrophils": "80 %"}}, "/observations/neutrophils", "the absolute count"),
    "a drug as text": (
        {"observations": FERRITIN, "context": {"medications": "tocilizumab"}},
        "/context/medications",
        'such as [{"name": ...}]',
    ),
    "a drug as object": (
        {"observations": FERRITIN, "context": {"medications": {"name": "x"}}},
        "/context/medications",
        'such as [{"name": ...}]',
    ),
    "drugs as texts": (
        {"observations": FERRITIN, "context": {"medications": ["x"]}},
        "/context/medications/0",
        'such as {"name": ...}',
    ),
    "a report elsewhere": (
        {"observations": {"ferritin": "see report"}},
        "/observations/ferritin",
        "elsewhere or still",
    ),
    "a failed test": ({"observations": {"ferritin": "QNS"}}, "/observations/ferritin", "gave no result"),
    "nothing": ({"observations": {"ferritin": {"value": "n/a"}}}, "/observations/ferritin/value", "Send null"),
}


@pytest.mark.parametrize(("sent", "pointer", "words"), SENT.values(), ids=SENT)
def test_a_fault_says_what_to_send(client: FlaskClient, sent: dict[str, Any], pointer: str, words: str) -> None:
    [fault] = client.post("/v1/assessments", json=sent).get_json()["errors"]
    assert (fault["pointer"], words in fault["detail"]) == (pointer, True)


def test_an_array_of_panels_is_sent_to_the_batch(client: FlaskClient) -> None:
    body = b'[{"observations": {"ferritin": "120 ug/L"}}]\n'
    single = client.post("/v1/assessments", data=body, content_type="application/json").get_json()
    line = client.post("/v1/assessments/batch", data=body, content_type="application/x-ndjson").get_data(as_text=True)
    assert "each on a line of its own" in single["errors"][0]["detail"]
    assert "without brackets" in line


@pytest.mark.parametrize("call", [{}, {"hook": "patient-view"}, {"hookInstance": "1", "context": {"patientId": "p"}}])
def test_a_card_call_without_its_members_names_them_and_the_hooks(client: FlaskClient, call: dict[str, Any]) -> None:
    told = client.post("/cds-services/mas-criteria", json=call).get_json()["issue"][0]["details"]["text"]
    assert told.startswith("The call lacks hook")
    assert "patient-view" in told


LONG = [
    "id,test,value,unit",
    "patient,date,Analyte,Result,Units",
    "pid;parameter;Wert;Einheit",
    "SUBJID,LBTESTCD,LBSTRESN",
]


@pytest.mark.parametrize("header", LONG)
def test_a_table_of_one_result_in_each_row_is_told_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], header: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"{header}\na,Ferritin,120,ug/L\n")
    assert main([str(path)]) == 2
    assert "one result in each row" in capsys.readouterr().err


def test_a_result_is_said_to_lie_on_its_side_of_the_limit(post: Any) -> None:
    _, answer = post(
        context={"condition": "sjia"},
        observations={"platelets": "300 10*9/L", "ferritin": "120 ug/L", "esr": "0.30 mm/h"},
        options={"criteria": ["eular-acr-printo-2016"]},
    )
    reasons = {item["id"]: item["reason"] for item in answer["criteria"][0]["items"]}
    assert reasons["platelets"] == "300 is above 181"
    assert reasons["ferritin"] == "120 ug/L (120 ng/mL) is at or below 684 ng/mL"
    assert " is not " not in str(reasons)
