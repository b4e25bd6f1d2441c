"""POST /v1/trajectories: every bad input has its answer, by the place where it was sent."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.api.request import course
from service.api.request.panel import PanelRequest, read_panel_request
from service.server.messages.strict_json import dumps, loads

Send = Callable[..., tuple[int, Any]]
PANEL = {"collected_at": "2026-11-20", "observations": {"ferritin": "905 ug/L"}}


@pytest.fixture
def send(client: FlaskClient) -> Send:
    def post(**request: Any) -> tuple[int, Any]:
        answer = client.post("/v1/trajectories", data=dumps(request), content_type="application/json")
        return answer.status_code, loads(answer.data)

    return post


def day(number: int, **panel: Any) -> dict[str, Any]:
    return {"collected_at": f"2026-11-{number:02}", "observations": {"ferritin": "905 ug/L"}} | panel


def faults(send: Send, **request: Any) -> list[tuple[str, str]]:
    status, problem = send(**request)
    assert status == 422
    return [(error["pointer"], error["code"]) for error in problem["errors"]]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({}, [("/panels", "invalid_value")]),
        ({"panels": []}, [("/panels", "invalid_value")]),
        ({"panels": {}}, [("/panels", "invalid_value")]),
        ({"panels": [1, PANEL]}, [("/panels/0", "invalid_value")]),
        ({"panels": [PANEL], "treatment": []}, [("/treatment", "unknown_field")]),
        ({"panels": [PANEL | {"collected": 1}]}, [("/panels/0/collected", "unknown_field")]),
        ({"panels": [{"observations": {"ferritin": "905 ug/L"}}]}, [("/panels/0/collected_at", "invalid_value")]),
        ({"panels": [PANEL | {"collected_at": "20.11.2026"}]}, [("/panels/0/collected_at", "invalid_value")]),
        ({"panels": [PANEL | {"collected_at": 20}]}, [("/panels/0/collected_at", "invalid_value")]),
        ({"panels": [day(1), {"collected_at": "2026-11-02"}]}, [("/panels/1", "invalid_value")]),
        ({"panels": [PANEL, PANEL]}, [("/panels/1/collected_at", "inconsistent_values")]),
        ({"panels": [PANEL], "patient": {"age_years": "ten"}}, [("/patient/age_years", "not_a_number")]),
        ({"panels": [PANEL], "findings": {"fever": 1}}, [("/findings/fever", "invalid_value")]),
        ({"panels": [PANEL], "context": 1}, [("/context", "invalid_value")]),
        ({"panels": [PANEL], "options": {"criteria": ["x"]}}, [("/options/criteria/0", "invalid_value")]),
        ({"panels": [PANEL], "treatments": [{"name": "x"}]}, [("/treatments/0/given_at", "invalid_value")]),
        (
            {"panels": [PANEL], "treatments": [{"name": " ", "given_at": "2026-11-01", "dose": 8}]},
            [("/treatments/0/dose", "unknown_field"), ("/treatments/0/name", "invalid_value")],
        ),
        ({"panels": [PANEL], "treatments": "x"}, [("/treatments", "invalid_value")]),
    ],
)
def test_faults(send: Send, request_: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert faults(send, **request_) == expected


def test_a_body_that_is_no_object_is_refused(client: FlaskClient) -> None:
    assert client.post("/v1/trajectories", data=b"[]", content_type="application/json").status_code == 422


def test_all_faults_of_all_panels_are_told_at_once(send: Send) -> None:
    wrong = day(1, observations={"ferritin": "905", "platelets": "116 10*12/L"}), day(2, findings={"fevr": True})
    assert faults(send, panels=list(wrong), patient={"age_years": 200}) == [
        ("/patient/age_years", "implausible_value"),
        ("/panels/0/observations/ferritin", "unit_required"),
        ("/panels/0/observations/platelets", "implausible_value"),
        ("/panels/1/findings/fevr", "unknown_field"),
    ]


def test_what_is_no_object_does_not_hide_the_faults_of_the_others(send: Send) -> None:
    treatments = ["anakinra", {"name": "x"}, None, {"given_at": "2026-11-20"}]
    assert faults(send, panels=[None, day(1, observations={"ferritin": "905"}), []], treatments=treatments) == [
        ("/panels/0", "invalid_value"),
        ("/panels/2", "invalid_value"),
        ("/treatments/0", "invalid_value"),
        ("/treatments/2", "invalid_value"),
        ("/treatments/1/given_at", "invalid_value"),
        ("/treatments/3/name", "invalid_value"),
        ("/panels/1/observations/ferritin", "unit_required"),
    ]


def test_what_a_result_is_at_odds_with_is_named_by_its_place_in_the_request(send: Send) -> None:
    _, problem = send(panels=[day(1), day(2, observations={"neutrophils": "6 10*9/L", "wbc": "5 10*9/L"})])
    [fault] = problem["errors"]
    assert fault["pointer"] == "/panels/1/observations/neutrophils"
    assert fault["with"] == "/panels/1/observations/wbc"


@pytest.mark.parametrize(
    ("request_", "belongs"),
    [
        ({"panels": [PANEL], "observations": {}}, "the panel"),
        ({"panels": [PANEL], "collected_at": "2026-11-20"}, "the panel"),
        ({"panels": [PANEL | {"options": {}}]}, "the request itself"),
        ({"panels": [PANEL | {"patient": {}}]}, "the request itself"),
        ({"panels": [PANEL | {"ferritin": "905 ug/L"}]}, "observations"),
    ],
    ids=str,
)
def test_a_key_of_another_part_is_sent_there_and_not_taken_for_a_slip(
    send: Send, request_: dict[str, Any], belongs: str
) -> None:
    _, problem = send(**request_)
    [fault] = problem["errors"]
    assert f"It belongs in {belongs};" in fault["detail"]
    assert "did_you_mean" not in fault


def test_every_panel_without_a_place_in_time_is_told_with_the_other_faults(send: Send) -> None:
    undated = {"observations": {"ferritin": "905"}}
    assert faults(send, panels=[PANEL, undated, PANEL, PANEL], treatments=[{"name": "x", "given_at": 1}]) == [
        ("/treatments/0/given_at", "invalid_value"),
        ("/panels/1/collected_at", "invalid_value"),
        ("/panels/1/observations/ferritin", "unit_required"),
        ("/panels/2/collected_at", "inconsistent_values"),
        ("/panels/3/collected_at", "inconsistent_values"),
    ]


def test_omit_leaves_out_what_a_panel_got_wrong_and_says_so_there(send: Send) -> None:
    panels = [day(1, observations={"ferritin": "905 ug/L", "platelets": "116 10*12/L"}), day(2)]
    status, found = send(panels=panels, options={"on_invalid": "omit"})
    assert status == 200
    warnings = [
        [(warning["pointer"], warning["code"]) for warning in visit["warnings"]] for visit in found["assessments"]
    ]
    assert warnings == [[("/observations/platelets", "implausible_value")], []]


@pytest.mark.parametrize("options", [{"on_invalid": "omit"}, {"on_invalid": "reject"}])
def test_a_fault_in_what_counts_for_all_panels_cannot_be_left_out(send: Send, options: dict[str, Any]) -> None:
    panels = [day(1, observations={"platelets": "116 10*12/L", "ferritin": "1 ug/L"})]
    found = faults(send, panels=panels, findings={"fever": 1}, options=options)
    assert found[0] == ("/findings/fever", "invalid_value")
    assert len(found) == (1 if options["on_invalid"] == "omit" else 2)


def test_findings_and_context_given_once_count_for_every_panel_that_gives_none_of_its_own(send: Send) -> None:
    platelets = {"ferritin": "905 ug/L", "platelets": "116 10*9/L", "ast": "60 U/L"}
    panels = [
        day(1, observations=platelets),
        day(2, observations=platelets, findings={"fever": False}),
        day(3, observations=platelets, findings={"fever": None}),
        day(4, observations=platelets, context={"condition": "jsle"}),
    ]
    status, found = send(panels=panels, findings={"fever": True}, context={"condition": "sjia"}, treatments=None)
    assert status == 200
    entry = [assessment["criteria"][0]["parts"][0]["verdict"] for assessment in found["assessments"]]
    assert entry == ["met", "not_met", "indeterminate", "met"]
    assert found["assessments"][3]["classification"]["primary"] == "parodi-2009"


def test_a_result_later_than_its_panel_is_told_there(send: Send) -> None:
    late = {"ast": {"value": 90, "unit": "U/L", "collected_at": "2026-11-09"}}
    _, found = send(panels=[day(5, observations=late), day(9, observations=late)])
    warnings = [
        [(warning["pointer"], warning["code"]) for warning in visit["warnings"]] for visit in found["assessments"]
    ]
    assert warnings == [[("/observations/ast", "later_than_panel")], []]


def test_one_panel_is_a_course(send: Send) -> None:
    status, found = send(panels=[PANEL])
    assert (status, found["dynamics"], found["events"], found["course"]["state"]) == (200, [], [], "no_onset")


def test_too_many_panels_are_sent_to_the_batch(send: Send) -> None:
    status, problem = send(panels=[PANEL] * 10_000)
    assert status == 422
    assert "/v1/assessments/batch" in problem["errors"][0]["detail"]


def test_too_many_drugs_are_refused(send: Send) -> None:
    given = [{"name": f"drug {number}", "given_at": "2026-11-01"} for number in range(201)]
    assert faults(send, panels=[PANEL], treatments=given) == [("/treatments", "invalid_value")]
    known = {"medications": [{"name": "x"}] * 201}
    assert ("/context/medications", "invalid_value") in faults(send, panels=[PANEL], context=known)


@pytest.mark.parametrize(
    ("panels", "treatments", "medications", "pointer"),
    [
        (100, 101, 0, "/treatments"),
        (100, 0, 101, "/context/medications"),
        (100, 60, 60, "/treatments"),
        (1000, 11, 0, "/treatments"),
        (51, 199, 0, "/treatments"),
    ],
)
def test_more_doses_than_a_course_may_tell_are_refused_with_the_limit_before_any_panel_is_read(
    send: Send, monkeypatch: pytest.MonkeyPatch, panels: int, treatments: int, medications: int, pointer: str
) -> None:
    request: dict[str, Any] = {
        "panels": [PANEL | {"collected_at": f"2026-11-01T10:00:00.{number:06}Z"} for number in range(panels)],
        "treatments": [{"name": f"drug {number}", "given_at": "2026-11-01"} for number in range(treatments)],
        "context": {"medications": [{"name": f"drug {number}"} for number in range(medications)]},
    }
    looked_at: list[Any] = []

    def read(document: dict[str, Any]) -> PanelRequest:
        looked_at.append(document)
        return read_panel_request(document)

    monkeypatch.setattr(course, "read_panel_request", read)
    status, problem = send(**request)
    assert (status, [fault["pointer"] for fault in problem["errors"]]) == (422, [pointer])
    assert "at most 10000 fit" in problem["errors"][0]["detail"]
    assert not any((document.get("context") or {}).get("medications") for document in looked_at)


def test_as_many_doses_as_a_course_may_tell_are_taken_however_often_each_drug_was_given(send: Send) -> None:
    panels = [PANEL | {"collected_at": f"2026-11-02T10:00:00.{number:06}Z"} for number in range(100)]
    given = [
        {"name": f"drug {number % 100}", "given_at": f"2026-11-01T00:00:{number % 60:02}Z"} for number in range(900)
    ]
    status, found = send(panels=panels, treatments=given)
    assert (status, len(found["assessments"][0]["treatments_before"])) == (200, 100)
    status, problem = send(panels=panels, treatments=[*given, {"name": "another", "given_at": "2026-11-01"}])
    assert (status, problem["errors"][0]["pointer"]) == (422, "/treatments")


def test_a_treatment_outside_the_panels_is_named(send: Send) -> None:
    given = [{"name": "anakinra", "given_at": at} for at in ("2026-01-01", "2026-11-20", "2026-12-01")]
    status, found = send(panels=[PANEL], treatments=given)
    assert status == 200
    assert [(warning["pointer"], warning["code"]) for warning in found["warnings"]] == [
        ("/treatments/1", "treatment_order_unknown"),
        ("/treatments/2", "treatment_after_last_panel"),
    ]
    assert found["assessments"][0]["treatments_before"] == [{"name": "anakinra", "dose_number": 1}]


def test_an_open_change_is_a_range_and_a_known_one_a_number(send: Send) -> None:
    panels = [
        day(1, observations={"ferritin": ">10000 ug/L", "esr": "0 mm/h"}),
        day(2, observations={"ferritin": "500 ug/L", "esr": "2 mm/h"}),
    ]
    _, found = send(panels=panels)
    ferritin, esr = found["dynamics"]
    assert (ferritin["delta"], ferritin["delta_percent"]) == ({"min": None, "max": -9500}, {"min": -100, "max": -95})
    assert ferritin["from"]["value"] == {"min": 10000, "max": None}
    assert (esr["delta"], esr["delta_percent"], esr["days"]) == (2, None, 1)
