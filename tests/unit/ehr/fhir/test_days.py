"""The days of a record: a day holds what was known at its end, and the row of each is the answer to just that."""

from typing import Any

import pytest

from service.clinical.assessment.assess import Assessment, assess
from service.ehr.fhir.days import ALWAYS, Days
from service.ehr.fhir.parameters import Given
from service.ehr.fhir.record import FhirRecord, read_record, read_sources, record_in
from service.ehr.terminology.code_file import load_codes
from service.server import budget
from tests.support.records import (
    AST,
    FERRITIN,
    PLATELETS,
    bundle,
    calm_panel,
    condition,
    drug,
    met_panel,
    observation,
    patient,
)

CODES = load_codes()
SJIA = [patient(), condition()]
MONDAY, TUESDAY = "2026-11-23", "2026-11-24"


@pytest.fixture(autouse=True)
def _no_request_before() -> None:
    budget.end()


def days(*resources: Any, **options: bool) -> Days:
    return Days(read_sources(Given(documents=[(bundle(*resources), "")]), CODES), **options)


def record(found: Days, day: str) -> FhirRecord:
    return record_in(found.until(day), CODES)


def category(told: FhirRecord) -> str:
    return assessed(told).classification.category


def assessed(told: FhirRecord) -> Assessment:
    return assess(told.panel, told.criteria)


def at(day: str, *resources: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        resource | {"id": f"{resource['id']}-{day}", "effectiveDateTime": f"{day}T08:00:00Z"} for resource in resources
    ]


def test_a_later_result_counts_on_its_own_day_only() -> None:
    found = days(*SJIA, *at(MONDAY, *calm_panel()), *at(TUESDAY, *met_panel()))
    assert [*found] == [MONDAY, TUESDAY]
    assert [category(record(found, day)) for day in found] == ["unlikely", "likely"]


def test_each_day_is_the_answer_to_what_was_there_by_then() -> None:
    monday, tuesday = at(MONDAY, *met_panel()), at(TUESDAY, *calm_panel())
    found = days(*SJIA, *monday, *tuesday)
    alone = read_record(Given(documents=[(bundle(*SJIA, *monday), "")]), CODES)
    whole = read_record(Given(documents=[(bundle(*SJIA, *monday, *tuesday), "")]), CODES)
    assert record(found, MONDAY).panel == alone.panel
    assert record(found, TUESDAY).panel == whole.panel == record(found, ALWAYS).panel


def test_the_day_is_that_of_the_place_where_the_sample_was_taken() -> None:
    late = observation(FERRITIN, 905, "ng/mL", effectiveDateTime="2026-11-24T01:00:00+02:00")
    early = observation(PLATELETS, 95, "10*9/L", effectiveDateTime="2026-11-23T22:00:00-05:00")
    assert [*days(late, early)] == [MONDAY, TUESDAY]
    assert set(record(days(late, early), MONDAY).panel.readings) == {"platelets"}
    assert [*days(observation(FERRITIN, 905, "ng/mL", effectiveDateTime=MONDAY))] == [MONDAY]


@pytest.mark.parametrize("when", [None, "2026-11", "2026", "yesterday"])
def test_a_result_without_a_day_counts_on_no_day_and_none_is_reassuring_beside_it(when: str | None) -> None:
    found = days(*SJIA, *at(MONDAY, *calm_panel()), observation(FERRITIN, 90000, "ng/mL", effectiveDateTime=when))
    assert [*found] == [MONDAY, ALWAYS]
    monday = record(found, MONDAY)
    assert monday.panel.readings["ferritin"].reported != "90000 ng/mL"
    assert (category(monday), "undated" in {told.key for told in monday.issues}) == ("indeterminate", True)
    assert "ferritin" not in record(found, ALWAYS).panel.measured or monday.panel != record(found, ALWAYS).panel


def test_a_result_of_a_month_counts_once_the_month_is_over() -> None:
    october = observation(FERRITIN, 905, "ng/mL", effectiveDateTime="2026-10")
    found = days(
        *SJIA, october, *(o for day in ("2026-09-20", "2026-10-31") for o in at(day, observation(AST, 30, "U/L")))
    )
    assert [*found] == ["2026-09-20", "2026-10-31", ALWAYS]
    before, end = record(found, "2026-09-20"), record(found, "2026-10-31")
    assert ("ferritin" in before.panel.readings, "undated" in {told.key for told in before.issues}) == (False, False)
    assert "ferritin" in end.panel.readings


def test_a_record_without_results_has_one_row() -> None:
    assert [*days(*SJIA)] == [ALWAYS]


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ({"recordedDate": TUESDAY}, False),
        ({"recordedDate": MONDAY, "onsetDateTime": TUESDAY}, True),
        ({"recordedDate": TUESDAY, "onsetDateTime": "2015"}, False),
        ({"onsetDateTime": "2015"}, True),
        ({"onsetPeriod": {"start": TUESDAY}}, False),
        ({"recordedDate": "soon"}, True),
        ({}, True),
    ],
)
def test_a_diagnosis_counts_from_the_day_on_which_it_was_recorded(said: dict[str, Any], known: bool) -> None:
    found = days(patient(), condition(**said), *at(MONDAY, *calm_panel()), *at(TUESDAY, *calm_panel()))
    assert [record(found, day).panel.condition for day in found] == ["sjia" if known else "unknown", "sjia"]


def test_a_diagnosis_counts_always_if_so_asked() -> None:
    found = days(patient(), condition(recordedDate=TUESDAY), *at(MONDAY, *calm_panel()), diagnoses_always=True)
    assert record(found, MONDAY).panel.condition == "sjia"


@pytest.mark.parametrize(
    ("ordered", "hides"),
    [
        ({"authoredOn": TUESDAY}, False),
        ({"authoredOn": f"{MONDAY}T23:00:00-03:00"}, True),
        ({"authoredOn": "2026"}, True),
        ({}, True),
    ],
)
def test_a_drug_hides_from_the_day_on_which_it_was_ordered(ordered: dict[str, Any], hides: bool) -> None:
    found = days(*SJIA, drug(**ordered), *at(MONDAY, *calm_panel()), *at(TUESDAY, *calm_panel()))
    monday, tuesday = (assessed(record(found, day)).classification for day in found)
    assert (monday.on_il6_blockade, tuesday.on_il6_blockade) == (hides, True)


def test_an_infusion_among_the_procedures_hides_from_its_day_on() -> None:
    infusion = {
        "resourceType": "Procedure",
        "status": "completed",
        "subject": {"reference": "Patient/p1"},
        "code": {"text": "Tocilizumab infusion"},
        "performedPeriod": {"start": TUESDAY, "end": TUESDAY},
    }
    found = days(*SJIA, infusion, *at(MONDAY, *calm_panel()), *at(TUESDAY, *calm_panel()))
    assert [assessed(record(found, day)).classification.on_il6_blockade for day in found] == [False, True]


def test_what_was_not_read_of_a_later_day_leaves_an_earlier_one_alone() -> None:
    unknown = observation(FERRITIN, 5, "ng/mL", code={"text": "Ferritin (sent away)"}, id="u")
    spoilt = observation(AST, 30, "U/L", id="s", modifierExtension=[{"url": "x"}])
    later = at(TUESDAY, *calm_panel(), unknown, spoilt)
    found = days(*SJIA, *at(MONDAY, *calm_panel()), *later)
    assert [category(record(found, day)) for day in found] == ["unlikely", "indeterminate"]
    keys = [{told.key for told in record(found, day).issues if told.severity == "warning"} for day in found]
    assert ("modified" in keys[0], {"modified", "newer_not_read"} <= keys[1]) == (False, True)


def test_what_a_report_contains_is_of_its_own_day() -> None:
    held = observation(FERRITIN, 12500, "ng/mL", id="h", subject=None, effectiveDateTime=f"{TUESDAY}T08:00:00Z")
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": f"{TUESDAY}T08:00:00Z",
        "contained": [held],
        "result": [{"reference": "#h"}],
    }
    found = days(*SJIA, report, *at(MONDAY, *calm_panel()))
    assert [*found] == [MONDAY, TUESDAY]
    assert record(found, MONDAY).panel.readings["ferritin"].reported != "12500 ng/mL"
    assert record(found, TUESDAY).panel.readings["ferritin"].reported == "12500 ng/mL"


def test_a_type_that_is_not_read_is_named_from_its_day_on() -> None:
    plan = {"resourceType": "MedicationUsage", "subject": {"reference": "Patient/p1"}, "date": TUESDAY}
    found = days(*SJIA, plan, *at(MONDAY, *calm_panel()), *at(TUESDAY, *calm_panel()))
    assert [category(record(found, day)) for day in found] == ["unlikely", "indeterminate"]
