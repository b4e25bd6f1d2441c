"""When a result was taken: open periods, times that stand for none, and times that contradict others."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.reading import judged, keys, read
from tests.support.records import (
    EARLIER,
    FERRITIN,
    LATER,
    PLATELETS,
    TIME,
    bundle,
    calm_panel,
    carded,
    condition,
    drug,
    evaluated,
    met_panel,
    observation,
    parameters,
    patient,
    without,
)

LAST_ENDS = [
    *("9999-12-31", "9999-12-31T23:59:59-14:00", "9999", "2999-12-31", "4712-12-31", "2100-01-01T00:00:00Z"),
    *("0001-01-01T00:00:00Z", "1900-01-01", "1970-01-01T00:00:00Z"),
]


def category(document: Any) -> str:
    return judged(read(document))[1].classification.category


@pytest.mark.parametrize("end", LAST_ENDS)
def test_the_end_of_a_period_that_goes_on_is_no_time_and_the_start_counts(end: str) -> None:
    period = {"start": TIME, "end": end}
    record = read([observation(FERRITIN, 905, "ng/mL", effectiveDateTime=None, effectivePeriod=period)])
    assert record.panel.readings["ferritin"].collected_at == record.moment.text == TIME
    assert [issue.key for issue in record.issues if issue.key != "condition_unknown"] == []


def test_a_period_that_outlasts_the_issue_of_its_result_counts_from_its_start() -> None:
    period = {"start": TIME, "end": "2027-03-01"}
    made = observation(FERRITIN, 905, "ng/mL", effectiveDateTime=None, effectivePeriod=period, issued=LATER)
    assert (read([made]).moment.text, keys([made])) == (TIME, [])


def test_a_period_that_ends_before_it_begins_has_no_time() -> None:
    period = {"start": TIME, "end": EARLIER}
    made = observation(FERRITIN, 905, "ng/mL", effectiveDateTime=None, effectivePeriod=period)
    assert (read([made]).moment.text, keys([made])) == ("", ["time_doubtful"])


IN_DOUBT: dict[str, dict[str, Any]] = {
    "the zero of Unix": {"effectiveDateTime": "1970-01-01T00:00:00Z"},
    "the same in another offset": {"effectiveDateTime": "1969-12-31T19:00:00-05:00"},
    "the zero of Excel": {"effectiveDateTime": "1899-12-30"},
    "the zero of Delphi with a time": {"effectiveDateTime": "1899-12-30T00:00:00-05:00"},
    "the zero of Windows": {"effectiveInstant": "1601-01-01T00:00:00Z", "effectiveDateTime": None},
    "the zero of SQL Server": {"effectivePeriod": {"start": "1753-01-01"}, "effectiveDateTime": None},
    "the zero of GPS": {"effectiveDateTime": "1980-01-06T00:00:00Z"},
    "the year 9999": {"effectiveDateTime": "9999-12-31"},
    "the last moment": {"effectiveInstant": "9999-12-31T23:59:59-14:00", "effectiveDateTime": None},
    "the first moment": {"effectiveDateTime": "0001-01-01T00:00:00+14:00"},
    "before birth": {"effectiveDateTime": "2013-11-22T07:45:00Z"},
    "a month before birth": {"effectiveDateTime": "2014-01"},
    "a slip of the year": {"effectiveDateTime": "2062-11-22T07:45:00Z"},
    "issued before it was taken": {"effectiveDateTime": LATER, "issued": TIME},
    "issued a day before it was taken": {"effectiveDateTime": "2026-11-24", "issued": TIME},
    "issued at no time": {"effectiveDateTime": None, "issued": "9999-12-31T00:00:00Z"},
}


@pytest.mark.parametrize("time", IN_DOUBT.values(), ids=IN_DOUBT)
def test_a_result_whose_time_is_none_may_be_the_newest_and_nothing_is_unlikely(time: dict[str, Any]) -> None:
    taken = observation(FERRITIN, 120, "ng/mL", effectiveDateTime="2026-11-20T07:00:00Z")
    doubtful = observation(FERRITIN, 12500, "ng/mL", id="d", **time)
    for order in ([taken, doubtful], [doubtful, taken]):
        made = [patient(), condition(), *order, *calm_panel()[1:]]
        reading = read(made).panel.readings["ferritin"]
        assert (reading.interval.low, reading.interval.high) == (120, 12500)
        assert {"time_doubtful", "undated"} <= set(keys(made))
        assert category(made) == "indeterminate"


def test_what_was_issued_before_the_newest_was_taken_is_older_whatever_its_own_time() -> None:
    older = observation(FERRITIN, 12500, "ng/mL", id="d", effectiveDateTime="1970-01-01", issued=EARLIER)
    made = [observation(FERRITIN, 120, "ng/mL"), older]
    assert read(made).panel.readings["ferritin"].interval == (120, 120, False, False)
    assert keys(made) == ["time_doubtful", "superseded"]


def test_a_report_that_was_issued_before_its_result_does_not_make_the_result_doubtful() -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "issued": EARLIER,
        "result": [{"reference": "Observation/o-2276-4"}],
    }
    assert keys(bundle(report, observation(FERRITIN, 905, "ng/mL"))) == []


def test_a_birth_of_which_only_the_year_is_known_leaves_times_of_that_year() -> None:
    made = [patient("2026"), observation(FERRITIN, 905, "ng/mL", effectiveDateTime="2026-01-01")]
    assert "time_doubtful" not in keys(made)


@pytest.mark.parametrize("time", ["9999-12-31", "2062-01-01", "1970-01-01"])
def test_without_a_patient_a_result_of_no_time_makes_no_other_one_stale(time: str) -> None:
    stray = observation(PLATELETS, 95, "10*9/L", effectiveDateTime=time)
    record = read([*calm_panel(), stray], timedelta(days=30))
    assert "stale" not in [issue.key for issue in record.issues]
    assert set(read(calm_panel()).panel.readings) == set(record.panel.readings)
    assert record.moment.text == TIME


def test_a_result_later_than_as_of_leaves_nothing_unlikely() -> None:
    made = bundle(condition(), *calm_panel(), observation(FERRITIN, 12500, "ng/mL", id="n", effectiveDateTime=LATER))
    asked = parameters({"name": "observations", "resource": made}, {"name": "asOf", "valueDateTime": TIME})
    assert "after_as_of" in keys(asked)
    assert category(asked) == "indeterminate"
    earlier = parameters(
        {"name": "observations", "resource": bundle(condition(), *calm_panel())},
        {"name": "asOf", "valueDateTime": TIME},
    )
    assert category(earlier) == "unlikely"


def test_an_as_of_that_is_no_time_is_named() -> None:
    made = {"name": "observations", "resource": bundle(*calm_panel())}
    for time in ("9999-12-31", "9999-12-31T23:59:59-14:00", "1970-01-01"):
        assert "parameter_invalid" in keys(parameters(made, {"name": "asOf", "valueDateTime": time}))


ELSEWHERE: dict[str, list[dict[str, Any]]] = {
    "stored": [observation(FERRITIN, 905, "ng/mL", meta={"lastUpdated": "9999-12-31T23:59:59-14:00"})] * 2,
    "issued": [observation(FERRITIN, 905, "ng/mL", issued="9999-12-31T23:59:59-14:00")],
    "a condition": [condition(onsetDateTime="9999-12-31", recordedDate="9999-12-31T23:59:59-14:00")],
    "birth": [patient("9999-12-31")],
    "death": [patient() | {"deceasedDateTime": "9999-12-31T23:59:59-14:00"}],
    "temperatures": [
        observation("8310-5", 39, "Cel", effectiveDateTime=time)
        for time in ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", TIME)
    ],
    "a period of a drug": [
        drug("MedicationStatement", effectivePeriod={"start": TIME, "end": "9999-12-31T23:59:59-14:00"})
    ],
    "a Timing": [
        observation(FERRITIN, 905, "ng/mL", effectiveDateTime=None, effectiveTiming={"event": ["9999-12-31"]})
    ],
    "a report": [
        {
            "resourceType": "DiagnosticReport",
            "effectiveDateTime": "9999-12-31T23:59:59-14:00",
            "result": [{"reference": "Observation/o-777-3"}],
        }
    ],
}


@pytest.mark.parametrize("resources", ELSEWHERE.values(), ids=ELSEWHERE)
def test_the_year_9999_is_no_error_wherever_it_stands(client: FlaskClient, resources: list[dict[str, Any]]) -> None:
    made = bundle(*met_panel(), *resources)
    assert evaluated(client, made)["resourceType"] == "RiskAssessment"
    assert isinstance(carded(client, {"labs": made, "patient": patient()}), list)


def test_a_drug_whose_period_never_ends_is_given_still() -> None:
    for end in ("9999-12-31", "2999-12-31", "1900-01-01"):
        [given] = read(bundle(drug("MedicationStatement", effectivePeriod={"end": end}))).panel.medications
        assert given.last_dose is None


def test_an_offset_without_a_colon_is_read() -> None:
    new = observation(FERRITIN, 12500, "ng/mL", effectiveDateTime="2026-11-22T09:00:00.000+0000")
    old = observation(FERRITIN, 120, "ng/mL", id="o", effectiveDateTime="2026-11-20T07:00:00Z")
    assert read([old, new]).panel.readings["ferritin"].interval.low == 12500
    assert keys([old, new]) == ["superseded"]


def test_the_time_told_is_that_of_fhir_however_it_was_sent(client: FlaskClient) -> None:
    answer = evaluated(
        client,
        bundle(
            *(without(result, "issued") | {"effectiveDateTime": "2026-11-22 09:00:00,5+01"} for result in met_panel())
        ),
    )
    assert answer["occurrenceDateTime"] == "2026-11-22T09:00:00.5+01:00"


@pytest.mark.parametrize("time", ["9999-12-31", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_prefetched_result_of_the_year_9999_is_used_without_its_time(client: FlaskClient, time: str) -> None:
    labs = bundle(*(result | {"effectiveDateTime": time} for result in met_panel()))
    [card] = carded(client, {"patient": patient(), "labs": labs, "conditions": bundle(condition())})
    assert "results of" not in card["summary"]
    assert "12500" in card["detail"]
