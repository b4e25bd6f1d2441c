"""Results that may be newer than the one that counts: not final, of a day alone, without a time, or not readable."""

from typing import Any

import pytest

from tests.support.reading import keys, read, values
from tests.support.records import EARLIER, FERRITIN, LATER, bundle, calm_panel, observation, parameters, without

NOT_YET_FINAL = ["preliminary", "registered", "unknown", "F", ["final"]]


@pytest.mark.parametrize("status", NOT_YET_FINAL)
def test_a_newer_result_that_is_not_final_leaves_the_older_one_in_doubt(status: Any) -> None:
    def beside(time: str | None, **more: Any) -> tuple[dict[str, Any], list[str], bool]:
        newer = observation(FERRITIN, 12500, "ng/mL", id="n", **({"status": status, "effectiveDateTime": time} | more))
        record = read([*calm_panel(), newer])
        told = [issue.key for issue in record.issues if issue.observation == "ferritin"]
        return {"ferritin": record.panel.readings["ferritin"].interval.low}, told, record.may_reassure

    assert beside(LATER) == beside(None) == beside("2026-11-22") == ({"ferritin": 60}, ["not_final"], False)
    for time in (EARLIER, "2026-11-22T07:45:00Z"):
        assert beside(time) == ({"ferritin": 60}, ["status"], True)
    assert beside(LATER, status="entered-in-error") == ({"ferritin": 60}, ["status"], True)
    assert beside(LATER, status="cancelled") == ({"ferritin": 60}, ["not_final"], False)
    assert beside(LATER, valueQuantity=None) == ({"ferritin": 60}, ["not_final"], False)


def test_a_result_that_is_not_final_and_later_than_as_of_is_none_of_its_business() -> None:
    later = observation(
        FERRITIN, 12500, "ng/mL", id="n", status="preliminary", effectiveDateTime="2026-11-23T07:00:00Z"
    )
    made = parameters(
        {"name": "observations", "resource": bundle(*calm_panel(), later)}, {"name": "asOf", "valueDateTime": LATER}
    )
    assert read(made).may_reassure


ROUGH = ["2026-11-22", "2026-11", "2026"]


@pytest.mark.parametrize("time", ROUGH)
def test_a_day_or_month_alone_may_be_later_than_a_time_within_it(time: str) -> None:
    exact, rough = observation(FERRITIN, 60, "ng/mL"), observation(FERRITIN, 12500, "ng/mL", effectiveDateTime=time)
    for order in ([exact, rough], [rough, exact]):
        record = read([*order, *calm_panel()[1:]])
        reading = record.panel.readings["ferritin"]
        assert (reading.interval.low, reading.interval.high, reading.collected_at) == (60, 12500, "")
        [told] = [issue for issue in record.issues if issue.key == "rough_time"]
        assert (told.where, told.observation) == ((f"[{order.index(rough)}]",), "ferritin")
    assert values([exact, without(rough, "valueQuantity") | {"valueString": "12500"}]) == {}
    assert values([exact, without(rough, "valueQuantity")]) == {"ferritin": 60}


def test_a_day_or_month_that_is_over_is_older() -> None:
    for time in ("2026-11-21", "2026-10", "2025", "2025-12"):
        made = [observation(FERRITIN, 60, "ng/mL", effectiveDateTime=time), observation(FERRITIN, 900, "ng/mL")]
        assert (values(made), keys(made)) == ({"ferritin": 900}, ["superseded"])


UNTIMED = [
    {"effectiveDateTime": None},
    {"effectiveDateTime": "22.11.2026 07:45"},
    {"effectiveDateTime": {"value": LATER}},
    {"effectiveDateTime": None, "effectivePeriod": {"end": "yesterday"}},
    *({"effectiveDateTime": time} for time in ("0001-01-01", "0001-01-01T00:00:00Z")),
]


@pytest.mark.parametrize("time", UNTIMED)
def test_a_result_without_a_time_may_be_the_newest_and_never_yields(time: dict[str, Any]) -> None:
    dated, undated = observation(FERRITIN, 100, "ng/mL"), observation(FERRITIN, 12500, "ng/mL", id="u", **time)
    for order in ([dated, undated], [undated, dated]):
        record = read([*order, *calm_panel()[1:]])
        reading = record.panel.readings["ferritin"]
        assert (reading.interval.low, reading.interval.high, reading.collected_at) == (100, 12500, "")
        assert not record.may_reassure
        [told] = [issue for issue in record.issues if issue.key == "undated"]
        assert (told.where, told.observation) == ((f"[{order.index(undated)}]",), "ferritin")
        assert "may be newer" in told.text
        assert "tied" not in [issue.key for issue in record.issues]


def test_of_several_without_a_time_each_may_be_the_newest() -> None:
    none = [observation(FERRITIN, value, "ng/mL", id=f"u{value}", effectiveDateTime=None) for value in (90, 700)]
    made = [observation(FERRITIN, 300, "ng/mL"), observation(FERRITIN, 9, "ng/mL", effectiveDateTime=EARLIER), *none]
    reading = read(made).panel.readings["ferritin"]
    assert (reading.interval.low, reading.interval.high) == (90, 700)
    assert keys(made) == ["superseded", "undated"]


@pytest.mark.parametrize(
    ("dated", "undated", "counted"),
    [
        (observation(FERRITIN, 700, "ng/mL"), observation(FERRITIN, 700, "ug/L"), {"ferritin": 700}),
        (observation(FERRITIN, 700, "ng/mL"), observation(FERRITIN, 700), {}),
        (observation(FERRITIN, 700), observation(FERRITIN, 700, "ng/mL"), {}),
        (observation(FERRITIN, 700, "ng/mL"), observation(FERRITIN, interpretation=[{"text": "H"}]), {}),
        (observation(FERRITIN, interpretation=[{"text": "H"}]), observation(FERRITIN, 100, "ng/mL"), {}),
        (
            observation(FERRITIN, interpretation=[{"text": "H"}]),
            observation(FERRITIN, interpretation=[{"text": "H"}]),
            {"ferritin": 140},
        ),
        (observation(FERRITIN, 700, "ng/mL"), observation(FERRITIN, valueString=""), {"ferritin": 700}),
        (observation(FERRITIN, valueString=""), observation(FERRITIN, 700, "ng/mL"), {"ferritin": 700}),
        (observation(FERRITIN, valueString=""), observation(FERRITIN, valueString=""), {}),
    ],
    ids=[
        *("the same", "not readable", "beside one not readable", "a word", "beside a word", "the same word"),
        *("never reported", "beside one never reported", "nothing at all"),
    ],
)
def test_what_one_without_a_time_leaves_of_the_test(dated: Any, undated: Any, counted: dict[str, Any]) -> None:
    undated = without(undated, "effectiveDateTime") | {"id": "u"}
    assert values([dated, undated]) == values([undated, dated]) == counted
    says_nothing = undated.get("valueString") == ""
    assert ("undated" in keys([dated, undated])) is not says_nothing


def test_of_one_moment_the_readable_one_counts_and_does_not_reassure() -> None:
    both = [observation(FERRITIN, 12000), observation(FERRITIN, 900, "ng/mL")]
    assert (values(both), keys(both)) == ({"ferritin": 900}, ["unit_required", "tied_unread"])
    assert not read([observation(FERRITIN, valueString="12,500 ng/mL"), *calm_panel()]).may_reassure
    never = [observation(FERRITIN), observation(FERRITIN, 900, "ng/mL")]
    assert (values(never), keys(never)) == ({"ferritin": 900}, ["no_value"])
