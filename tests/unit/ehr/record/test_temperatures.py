"""Fever in a record: the highest temperature of the 24 hours before the newest counts, whatever stands between."""

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from service.clinical.assessment.assess import assess
from service.clinical.measurement.interval import INFINITY
from service.clinical.measurement.reading import Reading
from service.ehr.counting import UNKNOWN_REASONS
from service.ehr.fhir.answer.outcome import TYPE_OF_ISSUE
from service.ehr.fhir.record import FhirRecord, read_request
from service.ehr.terminology.code_file import load_codes
from tests.support.records import (
    FERRITIN,
    FIBRINOGEN,
    PLATELETS,
    TEMPERATURE,
    bundle,
    calm_panel,
    condition,
    observation,
    parameters,
)

CODES = load_codes()


def taken(at: str, value: Any, unit: str | None = "Cel", /, **more: Any) -> dict[str, Any]:
    """Return a temperature; ``at`` is its day and time in November."""
    time = f"2026-11-{at}:00Z" if "T" in at else f"2026-11-{at}"
    return observation(TEMPERATURE, value, unit, **{"id": f"t{at}", "effectiveDateTime": time} | more)


def read(*made: Any) -> FhirRecord:
    """Return the record, which must not depend on the order of its results."""
    records = [read_request([*order], CODES) for order in permutations(made)]
    assert all(
        (record.panel.readings, record.basis) == (records[0].panel.readings, records[0].basis) for record in records
    )
    return records[0]


def counted(*made: Any) -> Reading:
    return read(*made).panel.readings["temperature"]


def issues(*made: Any) -> dict[str, tuple[str, ...]]:
    """Return the places of each issue."""
    return {issue.key: issue.where for issue in read(*made).issues if issue.observation}


COOL, SPIKE = taken("22T07:00", "36.4"), taken("21T19:30", "39.6")


def test_the_spike_of_the_evening_counts_and_not_the_cool_morning() -> None:
    reading = counted(COOL, SPIKE)
    assert (reading.reported, reading.collected_at) == ("39.6 Cel", "2026-11-21T19:30:00Z")
    assert [source for _, source in read(COOL, SPIKE).basis] == ["Observation/t21T19:30"]
    assert issues(COOL, SPIKE) == {"cooler": ("[0]",), "highest_of_day": ("[1]",)}
    [told] = [issue for issue in read(COOL, SPIKE).issues if issue.key == "highest_of_day"]
    assert (told.severity, TYPE_OF_ISSUE[told.key]) == ("warning", "informational")
    assert "spikes once a day" in told.text


def test_the_newest_counts_without_a_word_where_it_is_the_highest_or_alone() -> None:
    assert issues(COOL) == {}
    assert issues(taken("22T07:00", 39), taken("22T05:00", 38)) == {"cooler": ("[1]",)}


@pytest.mark.parametrize(
    ("at", "reported"),
    [("21T07:00", "39.6 Cel"), ("21T06:59", "36.4 Cel"), ("22", "39.6 Cel"), ("21", "36.4 Cel"), ("", "36.4 Cel")],
)
def test_a_day_is_24_hours_and_both_ends_belong_to_it(at: str, reported: str) -> None:
    spike = taken(at or "01", "39.6")
    assert counted(COOL, spike).reported == reported
    assert ("superseded" in issues(COOL, spike)) is (reported == "36.4 Cel")


def test_a_temperature_of_the_day_does_not_make_the_results_older() -> None:
    assert read(COOL, SPIKE).moment.text == "2026-11-22T07:00:00Z"


def test_the_day_ends_with_as_of() -> None:
    made = [taken("20T12:00", "38.9"), taken("21T06:00", "36.5"), SPIKE, COOL]
    asked = parameters(
        {"name": "observations", "resource": bundle(*made)}, {"name": "asOf", "valueDateTime": "2026-11-21T12:00:00Z"}
    )
    assert read_request(asked, CODES).panel.readings["temperature"].reported == "38.9 Cel"


def test_the_highest_keeps_its_unit_and_is_found_across_units() -> None:
    assert counted(taken("22T07:00", "38.2"), taken("22T01:00", "102.9", "[degF]")).reported == "102.9 [degF]"
    assert counted(taken("22T07:00", "39.5"), taken("22T01:00", "102.9", "[degF]")).reported == "39.5 Cel"


def test_of_two_equally_high_the_newer_counts() -> None:
    assert counted(taken("22T07:00", "38.5"), SPIKE | {"valueQuantity": COOL["valueQuantity"]}).reported == "38.5 Cel"
    equal = counted(SPIKE, taken("22T01:00", "39.6"))
    assert equal.collected_at == "2026-11-22T01:00:00Z"


@pytest.mark.parametrize(
    "unusable",
    [
        taken("21T19:30", "102.9"),
        taken("21T19:30", "39.6", None),
        taken("21T19:30", "39.6", "furlong"),
        taken("21T19:30", "39.6", "K"),
        taken("21T19:30", None, None, valueString="H"),
    ],
    ids=["implausible", "no unit", "another unit", "kelvin", "a word"],
)
def test_one_that_cannot_be_used_never_wins_but_may_be_higher_than_all_others(unusable: Any) -> None:
    reading = counted(COOL, unusable)
    assert (reading.interval.low, reading.interval.high, reading.interval.high_open) == (
        Decimal("36.4"),
        INFINITY,
        True,
    )
    assert (reading.reported, reading.collected_at) == ("anything at or above 36.4 Cel", "2026-11-22T07:00:00Z")
    assert counted(COOL, SPIKE, unusable | {"effectiveDateTime": "2026-11-21T19:00:00Z"}).interval.low == Decimal(
        "39.6"
    )
    assert "temperature" not in read(unusable, taken("21T19:00", None, None, valueString="H")).panel.measured


def test_one_in_fahrenheit_stays_so_where_another_cannot_be_read() -> None:
    reading = counted(taken("22T07:00", "97.5", "[degF]"), taken("22T06:00", 39, None))
    assert reading.reported == "anything at or above 97.5 [degF]"


def test_limits_are_compared_by_what_they_allow() -> None:
    above = taken("22T05:00", None, None, valueString="> 38 Cel")
    assert counted(COOL, above).reported == ">38 Cel"
    both = counted(taken("22T07:00", "38"), above).interval
    assert (both.low, both.low_open, both.high) == (38, True, INFINITY)
    below = counted(COOL, taken("22T05:00", None, None, valueString="<37 Cel"))
    assert (below.reported, below.interval.high_open) == ("36.4 to 37 Cel", True)


def test_one_without_a_value_says_nothing() -> None:
    void = taken("22T08:00", None, None, dataAbsentReason={"text": "asleep"})
    assert counted(void, COOL, SPIKE).reported == "39.6 Cel"
    assert set(issues(void, COOL)) == {"no_value"}
    assert "temperature" not in read(void).panel.readings


def test_of_one_moment_the_corrected_one_counts_and_of_equals_the_higher() -> None:
    wrong, right = taken("21T19:30", "39.6", id="a"), taken("21T19:30", "37.6", id="b", status="corrected")
    assert counted(COOL, wrong, right).reported == "37.6 Cel"
    assert set(issues(COOL, wrong, right)) == {"superseded", "cooler", "highest_of_day"}
    assert counted(wrong, right | {"status": "final"}).reported == "39.6 Cel"
    assert set(issues(wrong, right | {"status": "final"})) == {"cooler"}


def test_of_one_moment_the_readable_one_counts() -> None:
    assert counted(COOL, COOL | {"id": "x", "valueQuantity": {"value": Decimal(39)}}).reported == "36.4 Cel"


def test_one_without_a_time_may_be_of_the_day() -> None:
    undated = taken("21T19:30", "39.6", effectiveDateTime=None)
    reading = counted(COOL, undated)
    assert (reading.interval.low, reading.interval.high, reading.collected_at) == (Decimal("36.4"), Decimal("39.6"), "")
    assert set(issues(COOL, undated)) == {"undated"}


def test_a_cool_morning_makes_nothing_unlikely_after_a_spike() -> None:
    """The laboratory part of the 2016 criteria is met, so fever decides."""
    labs = [
        result for result in calm_panel() if result["id"] not in (f"o-{FERRITIN}", f"o-{PLATELETS}", f"o-{FIBRINOGEN}")
    ]
    labs = [lab for lab in labs if lab["id"] != f"o-{TEMPERATURE}"]
    labs += [observation(FERRITIN, 700, "ng/mL"), observation(PLATELETS, 180, "10*9/L")]
    labs += [observation(FIBRINOGEN, 350, "mg/dL")]
    unread = taken("21T19:30", "39.6", None)
    found = [
        assess(read_request([condition(), *labs, *more], CODES).panel).classification.category
        for more in ([COOL], [COOL, SPIKE], [COOL, unread])
    ]
    assert found == ["unlikely", "likely", "indeterminate"]


def test_a_temperature_that_is_used_is_not_counted_as_unknown() -> None:
    assert "highest_of_day" not in UNKNOWN_REASONS
    assert {"undated", "time_invalid", "stale"} <= {*UNKNOWN_REASONS}


def test_a_warm_day_without_an_hour_is_not_weighed_against_the_newest() -> None:
    reading = counted(taken("22", "39.5"), taken("22T20:00", "36.8"))
    assert (reading.interval.low, reading.interval.high) == (Decimal("39.5"), Decimal("39.5"))
