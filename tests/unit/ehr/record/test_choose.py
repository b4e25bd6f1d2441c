"""Which of many results of one test counts."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.reading import keys, read, values
from tests.support.records import (
    EARLIER,
    FERRITIN,
    FIBRINOGEN,
    LATER,
    PLATELETS,
    bundle,
    calm_panel,
    observation,
    parameters,
    without,
)


def test_the_newest_counts_across_time_zones() -> None:
    old = observation(FERRITIN, 100, "ng/mL", effectiveDateTime="2026-11-22T08:30:00+01:00")  # 07:30 UTC
    new = observation(FERRITIN, 900, "ng/mL")
    for order in ([old, new], [new, old]):
        assert values(order) == {"ferritin": 900}
        assert keys(order) == ["superseded"]


TIES = [
    ({"issued": "2026-11-22T07:50:00Z"}, {"issued": LATER}),
    ({"meta": {"lastUpdated": EARLIER}}, {"meta": {"lastUpdated": LATER}}),
    ({"status": "final"}, {"status": "corrected"}),
    ({"effectiveDateTime": "2026-10"}, {"effectiveDateTime": "2026-11-02"}),
    ({"effectiveDateTime": "2026-11-22T07:45:00.1Z"}, {"effectiveDateTime": "2026-11-22T07:45:00.900Z"}),
    ({"effectiveDateTime": "nonsense", "issued": EARLIER}, {}),
    ({"effectiveDateTime": None, "effectivePeriod": {"start": EARLIER}}, {"effectivePeriod": {"end": LATER}}),
]


@pytest.mark.parametrize(("weak", "strong"), TIES)
def test_ties_are_broken_by_issue_update_and_correction(weak: dict[str, Any], strong: dict[str, Any]) -> None:
    one, other = observation(FERRITIN, 100, "ng/mL", **weak), observation(FERRITIN, 900, "ng/mL", **strong)
    assert values([one, other]) == values([other, one]) == {"ferritin": 900}


def test_of_two_ways_to_say_one_time_the_fuller_is_told() -> None:
    made = [
        observation(FERRITIN, 60, "ng/mL", id=f"x{at}", effectiveDateTime=f"2026-11-22T07:45:00{at}")
        for at in ("", "Z")
    ]
    others = [observation(PLATELETS, 320, "10*9/L", effectiveDateTime="2026-11-22T07:45:00")]
    for order in ([*made, *others], [*others, *made[::-1]]):
        record = read(order)
        assert record.panel.readings["ferritin"].collected_at == record.moment.text == "2026-11-22T07:45:00Z"


def test_a_result_without_a_time_beside_other_tests_that_have_one_may_be_of_any_age() -> None:
    whole = read(calm_panel())
    assert whole.may_reassure
    undated = [without(calm_panel()[0], "effectiveDateTime"), *calm_panel()[1:]]
    record = read(undated)
    assert (record.panel.readings["ferritin"].interval.low, record.may_reassure) == (60, False)
    [told] = [issue for issue in record.issues if issue.key == "undated"]
    assert (told.where, told.observation) == (("[0]",), "ferritin")
    unread = [without(calm_panel()[0], "effectiveDateTime"), observation(FIBRINOGEN, 3)]
    assert "undated" in keys(unread)


def test_results_none_of_which_has_a_time_are_of_one_moment() -> None:
    record = read([without(result, "effectiveDateTime") for result in calm_panel()])
    assert record.may_reassure
    assert [issue.key for issue in record.issues if issue.observation] == []


def test_a_newer_result_that_was_never_reported_leaves_the_older_one() -> None:
    never = observation(FERRITIN, effectiveDateTime=LATER, dataAbsentReason={"coding": [{"code": "error"}]})
    assert values([never, observation(FERRITIN, 900, "ng/mL")]) == {"ferritin": 900}


def test_a_newer_result_that_cannot_be_read_makes_the_test_unknown() -> None:
    unreadable = observation(FERRITIN, 12000, effectiveDateTime=LATER)
    assert values([unreadable, observation(FERRITIN, 90, "ng/mL")]) == {}
    assert keys([unreadable, observation(FERRITIN, 90, "ng/mL")]) == ["unit_required", "superseded"]


@pytest.mark.parametrize(
    "newer",
    [
        {"dataAbsentReason": {"coding": [{"code": "masked"}]}},
        {"interpretation": [{"coding": [{"code": "A"}]}]},
        {"value": 12500},
    ],
)
def test_a_newer_result_that_is_there_but_not_shown_makes_the_test_unknown(newer: dict[str, Any]) -> None:
    assert values([observation(FERRITIN, effectiveDateTime=LATER, **newer), observation(FERRITIN, 90, "ng/mL")]) == {}


def test_results_much_older_than_the_newest_are_unknown() -> None:
    old = observation(FERRITIN, 90, "ng/mL", effectiveDateTime="2024-11-22")
    undated = observation(FIBRINOGEN, 3, "g/L", effectiveDateTime=None)
    made = [old, undated, observation(PLATELETS, 95, "10*9/L")]
    record = read(made, timedelta(days=30))
    assert set(record.panel.readings) == {"platelets", "fibrinogen"}
    assert [issue.observation for issue in record.issues if issue.key == "stale"] == ["ferritin"]
    assert set(read(made).panel.readings) == {"platelets", "fibrinogen", "ferritin"}
    late = parameters({"name": "observations", "resource": made[2]}, {"name": "asOf", "valueDateTime": "2027-02-01"})
    assert dict(read(late, timedelta(days=30)).panel.readings) == {}


@pytest.mark.parametrize(
    ("as_of", "counted"),
    [
        ("2026-11-22T07:44:00Z", 90),
        ("2026-11-22T07:45:00Z", 900),
        ("2026-11-22", 900),
        ("2026-11-21", 90),
    ],
)
def test_results_later_than_as_of_are_not_used(as_of: str, counted: int) -> None:
    made = bundle(observation(FERRITIN, 90, "ng/mL", effectiveDateTime=EARLIER), observation(FERRITIN, 900, "ng/mL"))
    record = read(parameters({"name": "observations", "resource": made}, {"name": "asOf", "valueDateTime": as_of}))
    assert record.panel.readings["ferritin"].interval.low == counted
    assert ("after_as_of" in [issue.key for issue in record.issues]) is (counted == 90)


def test_more_neutrophils_than_white_cells_are_both_unknown() -> None:
    made = [observation("751-8", 9, "10*9/L"), observation("6690-2", 4, "10*9/L"), observation(FERRITIN, 7, "ng/mL")]
    record = read(made)
    assert (set(record.panel.readings), {key for key, _ in record.basis}) == ({"ferritin"}, {"ferritin"})
    assert keys(made).count("inconsistent_values") == 2
    assert record.panel.unread == {"neutrophils", "wbc"}


def test_two_parts_that_are_each_more_than_the_whole_are_all_unknown() -> None:
    made = [observation("751-8", 9, "10*9/L"), observation("731-0", 8, "10*9/L"), observation("6690-2", 4, "10*9/L")]
    record = read([*made, observation(FERRITIN, 7, "ng/mL")])
    assert set(record.panel.readings) == {"ferritin"}
    assert record.panel.unread == {"neutrophils", "lymphocytes", "wbc"}
