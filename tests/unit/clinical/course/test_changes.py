"""Changes are intervals, their direction is claimed only when certain, and no size of a change is a limit."""

from decimal import Decimal
from typing import Any

import pytest

from service.clinical.course.changes import Change
from service.clinical.course.course import Trajectory, follow
from service.clinical.measurement.interval import Interval
from service.clinical.panel.moment import read_moment
from tests.support.panels import panel_of


def course(*panels: dict[str, Any], **request: Any) -> Trajectory:
    dated = [(read_moment(f"2026-11-{day:02}"), panel) for day, panel in enumerate(panels, 1)]
    return follow([(moment, panel_of(collected_at=moment.text, **panel, **request)) for moment, panel in dated], ())


def change(observation: str, before: Any, after: Any) -> Change:
    trajectory = course({"observations": {observation: before}}, {"observations": {observation: after}})
    (found,) = trajectory.changes
    return found


@pytest.mark.parametrize(
    ("observation", "before", "after", "delta", "claim"),
    [
        ("esr", "64 mm/h", "2 mm/h", (-62, -62), ("down", True)),
        ("ferritin", ">10000 ug/L", "500 ug/L", ("-Infinity", -9500), ("down", False)),
        ("ferritin", "500 ug/L", ">10000 ug/L", (9500, "Infinity"), ("up", True)),
        ("ferritin", ">10000 ug/L", ">5000 ug/L", ("-Infinity", "Infinity"), ("unknown", None)),
        ("ferritin", ">500 ug/L", "500 ug/L", ("-Infinity", 0), ("down", False)),
        ("ferritin", ">=500 ug/L", "500 ug/L", ("-Infinity", 0), ("unknown", None)),
        ("platelets", "116 10*9/L", "116 K/uL", (0, 0), ("unchanged", False)),
        ("platelets", "116 10*9/L", "116000 /uL", (0, 0), ("unchanged", False)),
        ("fibrinogen", "3 g/L", {"interpretation": "L"}, (-3, -1), ("down", True)),
        ("crp", "1 mg/L", "2 mg/L", (1, 1), ("up", None)),
    ],
)
def test_change(
    observation: str, before: Any, after: Any, delta: tuple[Any, Any], claim: tuple[str, bool | None]
) -> None:
    found = change(observation, before, after)
    assert (found.delta.low, found.delta.high) == tuple(Decimal(end) for end in delta)
    assert (found.direction, found.in_mas_direction) == claim


def test_a_change_keeps_the_unit_of_both_or_takes_the_canonical_one() -> None:
    assert change("fibrinogen", "300 mg/dL", "200 mg/dL").unit == "mg/dL"
    mixed = change("fibrinogen", "300 mg/dL", "2 g/L")
    assert (mixed.unit, mixed.delta) == ("g/L", Interval(Decimal(-1), Decimal(-1)))


@pytest.mark.parametrize(
    ("observation", "before", "after", "expected"),
    [
        ("esr", "64 mm/h", "2 mm/h", ("-96.875", "-96.875")),
        ("ferritin", ">10000 ug/L", "500 ug/L", (-100, -95)),
        ("ferritin", "500 ug/L", ">10000 ug/L", (1900, "Infinity")),
        ("neutrophils", "<0.5 10*9/L", "1 10*9/L", (100, "Infinity")),
        ("esr", "64 mm/h", "0 mm/h", (-100, -100)),
    ],
)
def test_percent(observation: str, before: str, after: str, expected: tuple[Any, Any]) -> None:
    percent = change(observation, before, after).percent
    assert percent is not None
    assert (percent.low, percent.high) == tuple(Decimal(end) for end in expected)


@pytest.mark.parametrize(
    ("observation", "before", "after"), [("esr", "0 mm/h", "2 mm/h"), ("temperature", "39 Cel", "37 Cel")]
)
def test_no_percentage_from_nought_or_on_a_scale_without_a_true_zero(observation: str, before: str, after: str) -> None:
    assert change(observation, before, after).percent is None


@pytest.mark.parametrize(
    ("observation", "before", "after", "text"),
    [
        ("wbc", "22 10*9/L", "5.4 10*9/L", "White cell count fell from 22 to 5.4 10*9/L (-75.5 %) in 1 day"),
        ("esr", "2 mm/h", "64 mm/h", "Erythrocyte sedimentation rate (ESR) rose from 2 to 64 mm/h (+3100 %) in 1 day"),
        ("esr", "0 mm/h", "2 mm/h", "Erythrocyte sedimentation rate (ESR) rose from 0 to 2 mm/h in 1 day"),
        ("ferritin", "684 ug/L", "1536.95 pmol/L", "Ferritin rose from 684 to 684.00089 ng/mL (+0.0001 %) in 1 day"),
        ("ferritin", "684 ug/L", "684 ng/mL", "Ferritin did not change from 684 to 684 ng/mL (0 %) in 1 day"),
        ("ferritin", "100000 ug/L", "30 ug/L", "Ferritin fell from 100000 to 30 ug/L (-99.97 %) in 1 day"),
        ("esr", "64 mm/h", "0 mm/h", "Erythrocyte sedimentation rate (ESR) fell from 64 to 0 mm/h (-100 %) in 1 day"),
        (
            "esr",
            "64 mm/h",
            "1e-30 mm/h",
            f"Erythrocyte sedimentation rate (ESR) fell from 64 to 0.{'0' * 29}1 mm/h (-100 %) in 1 day",
        ),
        ("ferritin", ">10000 ug/L", "500 ug/L", "Ferritin fell in 1 day"),
        ("ferritin", ">10000 ug/L", ">1 ug/L", "Ferritin may have risen or fallen in 1 day"),
    ],
)
def test_the_change_in_words(observation: str, before: str, after: str, text: str) -> None:
    assert change(observation, before, after).text == text


@pytest.mark.parametrize(
    ("hour", "words"),
    [("00:20", "less than 0.1 days"), ("01:12", "less than 0.1 days"), ("01:13", "0.1 days"), ("12:00", "0.5 days")],
)
def test_a_change_within_a_day_takes_some_time(hour: str, words: str) -> None:
    later = f"2026-11-01T{hour}:00Z"
    dated = [(time, {"observations": {"esr": "5 mm/h"}}) for time in ("2026-11-01T00:00:00Z", later)]
    (found,) = follow([(read_moment(time), panel_of(collected_at=time, **panel)) for time, panel in dated], ()).changes
    assert found.text.endswith(f" in {words}")


def test_a_result_is_held_against_the_last_one_that_says_something() -> None:
    reported = ("100 ug/L", {"interpretation": "N"}, None, "300 ug/L")
    trajectory = course(*({"observations": {"ferritin": value, "esr": "5 mm/h"}} for value in reported))
    (ferritin,) = [change for change in trajectory.changes if change.observation == "ferritin"]
    assert (ferritin.delta.low, ferritin.days, ferritin.text) == (
        200,
        3,
        "Ferritin rose from 100 to 300 ug/L (+200 %) in 3 days",
    )


def ferritin(value: int, day: str | None = None) -> dict[str, Any]:
    return {"observations": {"ferritin": {"value": value, "unit": "ug/L", "collected_at": day}}}


def test_a_result_with_a_time_of_its_own_counts_from_that() -> None:
    (found,) = course(ferritin(100, "2026-10-20"), ferritin(300)).changes
    assert (found.earlier.moment.text, found.later.moment.text, found.days) == ("2026-10-20", "2026-11-02", 13)


def test_a_result_carried_along_from_panel_to_panel_is_no_new_one() -> None:
    carried = [ferritin(900, "2026-11-01"), ferritin(900, "2026-11-01"), ferritin(500, "2026-10-01"), ferritin(300)]
    (found,) = course(*carried).changes
    assert (found.before.low, found.after.low, found.days) == (900, 300, 3)


def test_il6_blockade_masks_what_it_suppresses_and_nothing_else() -> None:
    panels = [
        {"observations": {"ferritin": "900 ug/L", "ldh": "700 U/L"}},
        {"observations": {"ferritin": "90 ug/L", "ldh": "200 U/L"}},
    ]
    found = course(*panels, context={"medications": [{"name": "tocilizumab"}]}).changes
    assert {change.observation: change.masked_by for change in found} == {"ferritin": ("il6_blockade",), "ldh": ()}
