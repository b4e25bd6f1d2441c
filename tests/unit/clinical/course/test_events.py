"""Onset, resolution and normalisation by their definitions; a result that is missing settles nothing."""

from decimal import Decimal
from typing import Any

import pytest

from service.clinical.course.course import Trajectory, follow
from service.clinical.course.events import Course
from service.clinical.course.visit import Treatment
from service.clinical.panel.moment import read_moment
from tests.support.panels import panel_of

FEVER = {"fever": True}
QUIET = {"findings": {"fever": False}, "observations": {"ferritin": "100 ug/L"}}
MAS = {"findings": FEVER, "observations": {"ferritin": "905 ug/L", "platelets": "116 10*9/L", "ast": "60 U/L"}}


def course(*panels: dict[str, Any], treatments: tuple[tuple[str, str], ...] = ()) -> Trajectory:
    dated = [(read_moment(f"2026-11-{day:02}"), panel) for day, panel in enumerate(panels, 1)]
    read = [
        (moment, panel_of(**({"context": {"condition": "sjia"}, "collected_at": moment.text} | panel)))
        for moment, panel in dated
    ]
    return follow(read, [Treatment(name, read_moment(at)) for name, at in treatments])


def told(trajectory: Trajectory) -> list[tuple[str, int, str]]:
    return [(event.kind, int(event.visit.moment.text[-2:]), event.observation) for event in trajectory.events]


def settled(**observations: str) -> dict[str, Any]:
    return {"findings": {"fever": False}, "observations": observations}


def test_onset_at_the_first_panel_or_after_one_that_was_not() -> None:
    assert told(course(MAS)) == [("onset", 1, "")]
    assert told(course(QUIET, MAS, MAS)) == [("onset", 2, "")]
    assert told(course(QUIET)) == []
    assert course(QUIET).course == Course("no_onset")


def test_no_resolution_while_a_value_that_was_abnormal_is_not_reported() -> None:
    found = course(MAS, settled(ferritin="100 ug/L", ast="20 U/L"))
    assert told(found) == [("onset", 1, "")]
    assert found.course == Course("open", ("platelets",))


def test_an_age_past_a_threshold_is_not_waited_for() -> None:
    """Below 28 days another limit of haemoglobin counts; nobody is to grow older before an episode is over."""
    newborn = {"patient": {"age_years": Decimal("0.05")}, "context": {"condition": "other"}}
    met = {"hemoglobin": "95 g/L", "platelets": "90 10*9/L", "ferritin": "600 ug/L", "triglycerides": "4 mmol/L"}
    past = {"hemoglobin": "150 g/L", "platelets": "300 10*9/L", "ferritin": "100 ug/L", "triglycerides": "1 mmol/L"}
    found = course(
        {"findings": {"fever": True, "splenomegaly": True}, "observations": met} | newborn,
        {"findings": {"fever": False, "splenomegaly": False}, "observations": past} | newborn,
    )
    assert told(found) == [("onset", 1, ""), ("resolution", 2, "")]


def test_resolution_once_no_value_is_past_the_thresholds_of_the_onset() -> None:
    found = course(MAS, settled(ferritin="100 ug/L", platelets="300 10*9/L"), settled(ast="20 U/L"))
    assert told(found) == [("onset", 1, ""), ("resolution", 3, "")]
    assert found.course == Course("resolved")


@pytest.mark.parametrize(
    "onset",
    [
        {"findings": {"cns_dysfunction": True, "hemorrhage": True}},
        {
            "findings": {"cns_dysfunction": False, "hemorrhage": False, "active_arthritis": False},
            "observations": {"platelets": "300 10*9/L", "ldh": "5000 U/L", "fibrinogen": "5 g/L"},
        },
    ],
)
def test_an_onset_without_an_abnormal_value_resolves_only_at_a_panel_that_is_unlikely(onset: dict[str, Any]) -> None:
    found = course(onset, {"observations": {"crp": "3 mg/L"}}, QUIET)
    categories = [visit.assessment.classification.category for visit in found.visits]
    assert categories == ["probable", "indeterminate", "unlikely"]
    assert told(found) == [("onset", 1, ""), ("resolution", 3, "")]
    assert course(onset, {"observations": {"crp": "3 mg/L"}}).course == Course("open")


def test_a_value_that_turns_abnormal_again_keeps_the_course_open() -> None:
    back = settled(ferritin="100 ug/L", platelets="300 10*9/L"), settled(ferritin="800 ug/L"), settled(ast="20 U/L")
    found = course(MAS, *back)
    assert found.course == Course("open", ("ferritin",))


def test_its_own_range_goes_before_any_threshold() -> None:
    above = {"value": 300, "unit": "ug/L", "reference_range": {"high": 150, "unit": "ug/L"}}
    panel = {
        "findings": {"fever": False},
        "observations": {"ferritin": above, "platelets": "300 10*9/L", "ast": "20 U/L"},
    }
    assert course(MAS, panel).course == Course("open", ("ferritin",))


def test_what_was_abnormal_by_word_is_settled_by_word_or_range_alone() -> None:
    onset = {"findings": FEVER, "observations": MAS["observations"] | {"crp": {"interpretation": "H"}}}
    quiet = settled(ferritin="100 ug/L", platelets="300 10*9/L", ast="20 U/L", crp="1 mg/L")
    assert course(onset, quiet).course == Course("open", ("crp",))
    assert told(course(onset, quiet, {"observations": {"crp": {"interpretation": "N"}}}))[1:] == [
        ("resolution", 3, ""),
        ("normalisation", 3, "crp"),
    ]


def test_a_relapse_is_another_onset_with_its_own_resolution() -> None:
    quiet = settled(ferritin="100 ug/L", platelets="300 10*9/L", ast="20 U/L")
    assert [kind for kind, _, _ in told(course(MAS, quiet, MAS, quiet))] == [
        "onset",
        "resolution",
        "onset",
        "resolution",
    ]


def test_an_onset_before_the_last_one_resolved_waits_for_the_values_of_both() -> None:
    second = {"findings": FEVER, "observations": {"ferritin": "905 ug/L", "ast": "60 U/L", "fibrinogen": "2 g/L"}}
    found = course(MAS, settled(ferritin="100 ug/L"), second, settled(ferritin="100 ug/L", ast="20 U/L"))
    assert [kind for kind, _, _ in told(found)] == ["onset", "onset"]
    assert found.course == Course("open", ("platelets", "fibrinogen"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("H", "N", "N"), 2),
        (("H", "N", "H"), None),
        (("H", "N", "H", "N"), 4),
        (("N", "N"), None),
        (("N",), None),
        (("A", "N"), 2),
        (("H", "N", "A"), None),
    ],
)
def test_normalisation_is_the_first_of_the_normal_results_that_stay_so(
    words: tuple[str, ...], expected: int | None
) -> None:
    found = course(*({"observations": {"ldh": {"interpretation": word}}} for word in words))
    assert [day for _, day, _ in told(found)] == ([expected] if expected else [])


def test_events_carry_what_was_given_before_and_what_it_hides() -> None:
    normal = {"observations": {"ferritin": {"interpretation": "N"}, "ldh": {"interpretation": "N"}}}
    high = {
        "findings": FEVER,
        "observations": {"ferritin": "905 ug/L", "platelets": "116 10*9/L", "ast": "60 U/L", "ldh": "723 U/L"},
    }
    found = course(high, normal, treatments=(("Tocilizumab ", "2026-10-01"), ("tocilizumab", "2026-11-01T12:00:00Z")))
    onset, ferritin, ldh = found.events
    assert (onset.therapies(), ferritin.therapies(), ldh.therapies()) == (("il6_blockade",), ("il6_blockade",), ())
    assert [(dose.name, dose.number) for dose in onset.visit.doses] == [("Tocilizumab ", 1)]
    assert [(dose.name, dose.number) for dose in ldh.visit.doses] == [("tocilizumab", 2)]
    assert [(remark.code, remark.place) for remark in found.remarks] == [("treatment_order_unknown", 1)]


def test_a_treatment_after_the_last_panel_changes_nothing_and_is_named() -> None:
    found = course(MAS, treatments=(("anakinra", "2026-11-02"), ("anakinra", "2026-10-31")))
    assert [(remark.code, remark.place) for remark in found.remarks] == [("treatment_after_last_panel", 0)]
    assert found.events[0].therapies() == ("il1_blockade",)


def test_a_dose_that_is_sent_twice_is_named() -> None:
    noon = ("anakinra 100 mg", "2026-10-02T12:00:00Z"), ("prednisolone", "2026-10-02T12:00:00Z")
    again = ("Anakinra", "2026-10-02T14:00:00+02:00"), ("anakinra", "2026-10-02"), ("anakinra", "2026-10-02")
    found = course(MAS, treatments=noon + again)
    assert [(remark.code, remark.place) for remark in found.remarks] == [("treatment_repeated", 2)]
    assert [(dose.name, dose.number) for dose in found.visits[0].doses] == [("prednisolone", 1), ("anakinra", 4)]


def test_doses_of_one_drug_are_counted_together_whether_named_or_coded() -> None:
    given = (("Tocilizumab", "2026-10-01"), ("L04AC07", "2026-10-15"), ("methotrexate", "2026-10-02"))
    (onset,) = course(MAS, treatments=given).events
    assert [(dose.name, dose.number) for dose in onset.visit.doses] == [("methotrexate", 1), ("L04AC07", 2)]


def test_the_last_treatment_is_the_last_by_time() -> None:
    given = (
        ("anakinra", "2026-10-03"),
        ("prednisolone", "2026-10-01"),
        ("anakinra", "2026-10-02"),
        ("prednisolone", "2026-10-04"),
    )
    (onset,) = course(MAS, treatments=given).events
    assert [(dose.name, dose.number) for dose in onset.visit.doses] == [("anakinra", 2), ("prednisolone", 2)]


RANGES = {"ferritin": {"high": 200, "unit": "ug/L"}, "platelets": {"low": 150, "high": 400, "unit": "10*9/L"}}


def dated(observation: str, value: int, day: str = "") -> dict[str, Any]:
    limits = {key: Decimal(limit) if isinstance(limit, int) else limit for key, limit in RANGES[observation].items()}
    own = {"collected_at": day} if day else {}
    return {"value": Decimal(value), "unit": limits["unit"], "reference_range": limits, **own}


def ferritin_and_platelets(ferritin: int, platelets: int, day: str = "") -> dict[str, Any]:
    observations = {"ferritin": dated("ferritin", ferritin, day), "platelets": dated("platelets", platelets, day)}
    return {"findings": {"fever": ferritin > 200}, "observations": observations | {"fibrinogen": "2 g/L"}}


def calm(day: str) -> dict[str, Any]:
    panel = ferritin_and_platelets(100, 300, day)
    return panel | {"observations": panel["observations"] | {"fibrinogen": "4 g/L"}}


@pytest.mark.parametrize(
    ("day", "resolves"),
    [
        ("2026-10-20", False),  # older than the onset: carried along
        ("2026-11-01", False),  # of the day of the onset: which came first cannot be told
        ("2026-11-02", True),
        ("", True),
    ],
)
def test_a_normal_result_settles_only_what_it_is_newer_than(day: str, resolves: bool) -> None:
    found = course(ferritin_and_platelets(5000, 100), calm(day))
    assert [kind for kind, _, _ in told(found)] == (
        ["onset", "resolution", "normalisation", "normalisation"] if resolves else ["onset"]
    )
    assert found.course == (Course("resolved") if resolves else Course("open", ("ferritin", "platelets")))


def test_an_older_result_that_is_abnormal_still_keeps_the_course_open() -> None:
    late = ferritin_and_platelets(150, 100, "2026-10-30")
    found = course(ferritin_and_platelets(5000, 100), late)
    assert found.course == Course("open", ("ferritin", "platelets", "fibrinogen"))


def test_after_a_result_later_than_its_panel_one_before_it_settles_nothing() -> None:
    onset = ferritin_and_platelets(5000, 100, "2026-11-05")
    assert course(onset, calm("")).course == Course("open", ("ferritin", "platelets"))


@pytest.mark.parametrize(
    ("before", "after", "towards"), [("800", "300", True), ("100", "300", False), ("100", "N", None)]
)
def test_a_return_to_normal_that_goes_the_way_of_mas_says_so(before: str, after: str, towards: bool | None) -> None:
    limits = {"low": Decimal(150), "high": Decimal(400), "unit": "10*9/L"}

    def platelets(text: str) -> dict[str, Any]:
        value = {"interpretation": "N"} if text == "N" else {"value": Decimal(text), "unit": "10*9/L"}
        return {"observations": {"platelets": {**value, "reference_range": limits if text != "N" else None}}}

    (event,) = course(platelets(before), platelets(after)).events
    assert (event.kind, event.in_mas_direction) == ("normalisation", towards)
