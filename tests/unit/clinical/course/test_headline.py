"""A course in one sentence: an illness that began is not unlikely until it has resolved; what is awaited is named."""

from typing import Any

import pytest

from service.clinical.course.course import Trajectory
from service.clinical.course.headline import UNTIL_RESOLVED
from tests.unit.clinical.course.test_events import MAS, QUIET, course, settled

ANAKINRA = (("anakinra", "2026-11-01"),)
CALM = {"ferritin": "100 ug/L", "platelets": "116 10*9/L", "ast": "20 U/L"}
LEFT = "No longer meets the 2016 criteria; not resolved, awaiting platelet count"


def categories(trajectory: Trajectory) -> list[str]:
    return [visit.assessment.classification.category for visit in trajectory.visits]


def test_a_treated_illness_that_has_not_resolved_is_never_unlikely() -> None:
    told = course(MAS, settled(**CALM), treatments=ANAKINRA)
    assert categories(told) == ["likely", "indeterminate"]
    assert told.summary == f"{LEFT}."
    assert told.visits[1].assessment.summary.startswith(f"{LEFT}. ")
    assert "does not reassure" in told.visits[1].assessment.summary
    assert told.course.awaited == ("platelets",)


def test_drugs_of_the_panel_are_treatment_too() -> None:
    context = {"condition": "sjia", "medications": [{"name": "prednisolone"}]}
    told = course(MAS, settled(**CALM) | {"context": context})
    assert categories(told) == ["likely", "indeterminate"]


def test_whether_it_is_treated_may_be_unknown_and_untreated_it_does_not_pass_by_itself() -> None:
    """A request without medications says nothing of treatment, and one with none says that nothing was done."""
    for context in ({"condition": "sjia"}, {"condition": "sjia", "medications": []}):
        told = course(MAS, settled(**CALM) | {"context": context})
        assert categories(told) == ["likely", "indeterminate"]
        assert told.visits[1].assessment.summary == f"{LEFT}. {UNTIL_RESOLVED}"


def test_without_an_onset_the_panel_speaks_for_itself() -> None:
    assert categories(course(QUIET, QUIET)) == ["unlikely", "unlikely"]
    assert categories(course(QUIET, QUIET, treatments=ANAKINRA)) == ["unlikely", "unlikely"]


def test_once_resolved_the_panel_speaks_for_itself() -> None:
    told = course(MAS, settled(**CALM | {"platelets": "300 10*9/L"}), treatments=ANAKINRA)
    assert categories(told) == ["likely", "unlikely"]
    assert told.summary.startswith("MAS has resolved")


@pytest.mark.parametrize(
    ("panels", "summary"),
    [
        ((QUIET,), "No panel of this course is likely or probable."),
        ((MAS,), "MAS has begun and has not resolved."),
        ((MAS, settled(**CALM)), f"{LEFT}."),
        ((MAS, {"findings": {"fever": False}}), "No longer meets the 2016 criteria; not resolved, awaiting "),
    ],
)
def test_how_a_course_stands_in_one_sentence(panels: tuple[dict[str, Any], ...], summary: str) -> None:
    assert course(*panels).summary.startswith(summary)


def test_findings_alone_leave_nothing_to_await() -> None:
    by_findings = {"findings": {"fever": True, "cns_dysfunction": True, "hemorrhage": True}}
    told = course(by_findings, {"findings": {"cns_dysfunction": False}})
    assert told.summary == "No longer meets the 2016 criteria; not resolved."


def test_without_a_condition_no_set_leads() -> None:
    unknown: dict[str, Any] = {"context": {"condition": None}}
    told = course(MAS, settled(**CALM) | unknown)
    assert told.summary.startswith("No longer meets the criteria; not resolved")
