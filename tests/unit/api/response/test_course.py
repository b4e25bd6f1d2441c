"""A long course is answered in memory of the order of the answer, and looks its treatments up once per panel."""

import tracemalloc
from datetime import date, timedelta

import pytest

from service.api.response.course import trajectory_document
from service.clinical.assessment import assess
from service.clinical.course.course import Trajectory, follow
from service.clinical.course.visit import Treatment
from service.clinical.panel.moment import read_moment
from service.server.messages.strict_json import dumps
from tests.support.panels import panel_of

OBSERVATIONS = {"ferritin": "905 ug/L", "platelets": "116 10*9/L", "ast": "60 U/L", "esr": "2 mm/h", "crp": "90 mg/L"}
PANELS = 60


def long_course() -> Trajectory:
    days = [(date(2026, 1, 1) + timedelta(number)).isoformat() for number in range(PANELS)]
    panels = [(read_moment(day), panel_of(collected_at=day, observations=OBSERVATIONS)) for day in days]
    return follow(panels, [Treatment("tocilizumab", read_moment("2026-01-02"))])


def test_an_answer_takes_no_more_than_twice_its_length() -> None:
    course = long_course()
    tracemalloc.start()
    document = trajectory_document(course, {})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * len(dumps(document))


def test_treatments_are_looked_up_once_per_panel(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = []
    one = assess.treatments_of
    monkeypatch.setattr(assess, "treatments_of", lambda panel, read: looked_up.append(panel) or one(panel, read))
    course = long_course()
    assert {change.masked_by for change in course.changes} == {(), ("il6_blockade",)}
    assert len(looked_up) == PANELS
