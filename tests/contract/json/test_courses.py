"""Both courses of AB0700, as the examples send them, through POST /v1/trajectories."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.api.openapi import contract
from service.cohort.command import main
from service.server.messages.strict_json import dumps, loads
from tests.support.schemas import validator
from tools.contract.sources import examples

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
TOCILIZUMAB = "tocilizumab"


def follow(client: FlaskClient, name: str) -> Any:
    answer = client.post("/v1/trajectories", data=(EXAMPLES / name).read_bytes(), content_type="application/json")
    assert answer.status_code == 200
    return loads(answer.data)


@pytest.fixture
def first(client: FlaskClient) -> Any:
    return follow(client, "ab0700-patient-1-course.json")


@pytest.fixture
def second(client: FlaskClient) -> Any:
    return follow(client, "ab0700-patient-2-course.json")


def test_patient_1_the_sedimentation_rate_and_the_white_cells_fall(first: Any) -> None:
    changes = {change["observation"]: change for change in first["dynamics"]}
    assert changes["esr"]["delta"] == -62
    assert changes["esr"]["delta_percent"] == Decimal("-96.875")
    assert "(-96.9 %)" in changes["esr"]["text"]
    assert str(round(changes["wbc"]["delta_percent"], 1)) == "-75.5"
    assert changes["wbc"]["in_mas_direction"] is changes["esr"]["in_mas_direction"] is True
    assert set(changes) == {"wbc", "esr"}


def test_patient_1_onset_at_the_mas_panel(first: Any) -> None:
    onset = first["events"][0]
    assert (onset["type"], onset["collected_at"], onset["category"]) == ("onset", "2026-01-12", "probable")
    assert "after_treatment" not in onset
    assert "il6_blockade" not in onset["cautions"]
    assert first["assessments"][0]["classification"]["category"] == "indeterminate"


def test_patient_1_ferritin_and_ldh_normal_after_the_second_dose(first: Any) -> None:
    normal = {event["observation"]: event for event in first["events"] if event["type"] == "normalisation"}
    assert set(normal) == {"ferritin", "ldh"}
    assert all(change["after_treatment"] == {"name": TOCILIZUMAB, "dose_number": 2} for change in normal.values())
    assert (normal["ferritin"]["masked_by"], normal["ldh"]["masked_by"]) == (["il6_blockade"], [])
    assert (normal["ferritin"]["was"], normal["ldh"]["was"]) == ("unknown", "abnormal")


def test_patient_1_what_was_not_reported_again_keeps_the_course_open(first: Any) -> None:
    assert first["course"]["state"] == "open"
    assert "platelets" in first["course"]["awaited"]
    assert "il6_blockade" in [caution["code"] for caution in first["assessments"][2]["cautions"]]


def test_patient_2_onset_under_anakinra(second: Any) -> None:
    onset = second["events"][0]
    assert (onset["type"], onset["category"], onset["cautions"]) == ("onset", "probable", ["il1_blockade"])
    assert second["assessments"][0]["cautions"][0]["code"] == "il1_blockade"


def test_patient_2_normal_after_the_third_dose(second: Any) -> None:
    normal = [event for event in second["events"] if event["type"] == "normalisation"]
    assert [change["observation"] for change in normal] == ["ferritin", "ldh"]
    assert all(change["after_treatment"] == {"name": TOCILIZUMAB, "dose_number": 3} for change in normal)
    assert second["assessments"][1]["cautions"][0]["code"] == "il6_blockade"


@pytest.mark.parametrize("name", ["ab0700-patient-1-course.json", "ab0700-patient-2-course.json"])
def test_the_examples_and_their_answers_fit_the_contract(client: FlaskClient, name: str) -> None:
    components = contract()["components"]
    request = json.loads((EXAMPLES / name).read_bytes())
    for schema, document in (("TrajectoryRequest", request), ("Trajectory", json.loads(dumps(follow(client, name))))):
        reference = {"$ref": f"#/components/schemas/{schema}", "components": components}
        validator(reference).validate(document)


def test_the_contract_shows_the_same_examples() -> None:
    shown = [examples("follow")[f"patient_{number}"]["value"] for number in (1, 2)]
    assert shown == [json.loads((EXAMPLES / f"ab0700-patient-{number}-course.json").read_bytes()) for number in (1, 2)]


def test_the_example_table_is_assessed_without_a_remark(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(EXAMPLES / "panels.csv"), "--workers", "1"]) == 0
    told = capsys.readouterr()
    assert told.err.startswith("4 rows, 0 refused.")
    rows = [line.split(",")[1:4] for line in told.out.splitlines()[1:]]
    assert rows == [
        ["A-1", "200", "probable"],
        ["A-2", "200", "indeterminate"],
        ["A-3", "200", "unlikely"],
        ["A-4", "200", "possible"],
    ]
