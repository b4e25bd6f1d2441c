"""Which Observations are results: by status, modifier and code; what is refused, and what may be a result all the same."""

from decimal import Decimal
from typing import Any

import pytest

from tests.support.containers import BARE, CONTAINERS
from tests.support.reading import keys, read, values
from tests.support.records import FERRITIN, LATER, LOINC, PLATELETS, REPORT, bundle, calm_panel, observation


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "final ", "Final", None])
def test_final_results_are_used(status: str | None) -> None:
    assert "ferritin" in values(observation(FERRITIN, 700, "ng/mL", status=status))


@pytest.mark.parametrize("status", ["entered-in-error", "entered-in-error ", "Entered-In-Error"])
def test_a_result_that_never_was_is_not_used(status: str) -> None:
    sent = observation(FERRITIN, 700, "ng/mL", status=status)
    assert (values(sent), keys(sent)) == ({}, ["status"])


@pytest.mark.parametrize("status", ["cancelled", "preliminary", "registered", "unknown", "?", "final" + " " * 99 + "?"])
def test_a_result_that_is_not_final_leaves_its_test_in_doubt(status: str) -> None:
    sent = observation(FERRITIN, 700, "ng/mL", status=status)
    assert (values(sent), keys(sent)) == ({}, ["not_final"])


def test_a_status_that_cannot_be_read_is_not_taken_for_a_final_one() -> None:
    assert keys(observation(FERRITIN, 700, "ng/mL", status=["entered-in-error"])) == ["not_final"]


@pytest.mark.parametrize("modifier", [{"modifierExtension": [{"url": "x"}]}, {"implicitRules": "https://x.example"}])
def test_a_modifier_of_the_whole_forbids_interpretation_of_its_parts(modifier: dict[str, Any]) -> None:
    part = {
        key: value for key, value in observation(FERRITIN, 700, "ng/mL").items() if key in ("code", "valueQuantity")
    }
    assert keys(observation("24360-0", component=[part], **modifier)) == ["modified"]
    assert keys(observation("24360-0", component=[part | {"modifierExtension": []}], **modifier)) == ["modified"]
    assert set(keys(CONTAINERS["report with contained results"] | modifier)) == {"modified"}
    beside = [REPORT | {"result": [{"reference": f"Observation/{result['id']}"} for result in BARE]} | modifier, *BARE]
    assert keys(bundle(*beside)) == []


def test_a_modifier_that_is_not_known_forbids_interpretation() -> None:
    assert keys(observation(FERRITIN, 700, "ng/mL", modifierExtension=[{"url": "x"}])) == ["modified"]
    newer = observation(FERRITIN, 700, "ng/mL", implicitRules="https://x.example", id="n", effectiveDateTime=LATER)
    assert keys(newer) == ["modified"]
    assert not read([*calm_panel(), newer]).may_reassure


@pytest.mark.parametrize("status", ["entered-in-error", "Cancelled "])
def test_what_a_withdrawn_report_or_panel_holds_is_withdrawn_with_it(status: str) -> None:
    inside = observation(FERRITIN, 60, "ng/mL", id="k")
    report = {"resourceType": "DiagnosticReport", "id": "r", "status": status, "contained": [inside]}
    panel = observation("24360-0", status=status, contained=[inside])
    part = {key: value for key, value in inside.items() if key in ("code", "valueQuantity", "status")}
    for document in (report, panel, observation("24360-0", status=status, component=[part])):
        told = "status" if status == "entered-in-error" else "not_final"
        assert (values(document), told in keys(document)) == ({}, True)
    assert values(report | {"status": "preliminary"}) == {"ferritin": 60}
    assert values(observation("24360-0", status="preliminary", component=[part])) == {}
    assert values(observation("24360-0", component=[part | {"status": "cancelled"}])) == {}


NO_CODE = [
    {"text": "Ferritin"},
    None,
    {},
    [],
    {"coding": [{"system": LOINC, "display": "Ferritin"}]},
    {"coding": "2276-4"},
]


@pytest.mark.parametrize("code", NO_CODE)
def test_a_result_without_a_code_that_can_be_read_is_named_for_it_may_be_any_test(code: Any) -> None:
    uncoded = observation("x", 12500, "ng/mL", code=code, effectiveDateTime=LATER)
    record = read([*calm_panel(), uncoded])
    [told] = [issue for issue in record.issues if issue.key == "code_missing"]
    assert (told.where, told.severity) == ((f"[{len(calm_panel())}].code",), "warning")
    assert (record.may_reassure, record.panel.readings["ferritin"].interval.low) == (False, 60)


def test_a_word_or_a_component_without_a_code_is_named_too() -> None:
    word = observation("x", code={"text": "Ferritin"}, interpretation=[{"text": "H"}])
    assert "code_missing" in keys([word])
    part = {"code": {"text": "Ferritin"}, "valueQuantity": {"value": Decimal(12500), "unit": "ng/mL"}}
    known = {"code": {"coding": [{"system": LOINC, "code": PLATELETS}]}, "valueString": "95 10*9/L"}
    panel = observation("x", code={"text": "Panel"}, component=[known, part])
    [told] = [issue for issue in read(panel).issues if issue.key == "code_missing"]
    assert told.where == ("Observation.component[1].code",)


def test_a_code_of_loinc_without_its_system_is_no_code() -> None:
    def coded(**coding: str) -> list[str]:
        made = observation(FERRITIN, 12500, "ng/mL", code={"coding": [coding]}, effectiveDateTime=LATER)
        return keys([*calm_panel(), made])

    assert "code_missing" in coded(code=FERRITIN)
    assert "code_missing" not in coded(code="FERR")
    assert "code_missing" not in coded(code=FERRITIN, system="https://lab.example")


SAYS_NOTHING = [
    {"valueQuantity": None},
    {"valueQuantity": None, "dataAbsentReason": {"text": "unknown"}},
    {"status": "preliminary"},
    {"status": "entered-in-error"},
    {"category": [{"coding": [{"code": "social-history"}]}, {"coding": [{"code": "survey"}]}]},
]


@pytest.mark.parametrize("more", SAYS_NOTHING)
def test_what_is_no_result_of_a_test_needs_no_code(more: dict[str, Any]) -> None:
    assert keys([*calm_panel(), observation("x", 1, "ng/mL", **{"code": {"text": "Smoking"}} | more)]) == []


def test_a_category_that_may_be_a_test_rules_nothing_out() -> None:
    for category in ("laboratory", "vital-signs", "exam", "of-the-site"):
        sent = [{"coding": [{"code": category}, {"code": "survey"}]}]
        assert "code_missing" in keys([observation("x", 1, "ng/mL", code={}, category=sent)])


def test_a_time_that_cannot_be_read_is_named_even_where_another_time_is_used() -> None:
    for time in ({"effectiveDateTime": "22.11.2026 07:45"}, {"effectiveInstant": "now", "effectiveDateTime": None}):
        made = [observation(FERRITIN, 60, "ng/mL", issued=LATER, **time), *calm_panel()[1:]]
        record = read(made)
        told, undated = [issue for issue in record.issues if issue.observation or issue.key == "time_invalid"]
        assert (told.key, told.where, told.severity) == ("time_invalid", ("[0]",), "warning")
        assert (undated.key, undated.observation) == ("undated", "ferritin")
        assert "22.11" not in told.text
        assert (record.panel.readings["ferritin"].collected_at, record.may_reassure) == (LATER, False)
    timing = observation(
        FERRITIN, 60, "ng/mL", issued=LATER, effectiveDateTime=None, effectiveTiming={"event": [LATER]}
    )
    assert ("time_invalid" in keys([timing]), values([timing])) == (True, {"ferritin": 60})
    unused = [
        observation(FERRITIN, 60, "ng/mL", effectiveInstant="now"),
        observation(FERRITIN, 60, "ng/mL", issued="x"),
    ]
    assert keys(unused) == []


def test_a_component_that_says_whose_it_is_is_not_of_the_patient_if_it_is_of_another() -> None:
    part = {
        key: value for key, value in observation(FERRITIN, 700, "ng/mL").items() if key in ("code", "valueQuantity")
    }
    donor = part | {"subject": {"reference": "Device/1"}}
    assert values(observation("24360-0", component=[part | {"subject": {"reference": "Patient/p1"}}])) == {
        "ferritin": 700
    }
    assert keys(observation("24360-0", component=[donor]))[0] == "subject_not_patient"
