"""The course of one patient: each panel assessed with the treatments given before it, then what changed and happened.

MAS is recognised by change: the same ferritin means little, or much, by what it was a week ago.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from service.clinical.assessment.assess import assess
from service.clinical.assessment.cautions import Caution
from service.clinical.assessment.treatments import Read, doubt_message
from service.clinical.course.changes import Change, changes
from service.clinical.course.course_cautions import course_cautions
from service.clinical.course.events import Course, Event, events
from service.clinical.course.headline import course_summary, headlined
from service.clinical.course.visit import Dose, Treatment, Visit
from service.clinical.panel.moment import Moment, day_of
from service.clinical.panel.panel import Medication, Panel
from service.clinical.therapies.drug_names import FORMULARY

AFTER_LAST = "Given after the last panel: it has no effect here."
ORDER_UNKNOWN = (
    "Whether it was given before a panel of the same time or day cannot be told, so for that panel it counts as not "
    "given; send times for both."
)
REPEATED = "A dose of this drug at this very time stands here before; both are counted. Send each dose once."


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd about a treatment; ``place`` is its index as sent, ``key`` what of it is odd if not all."""

    code: str
    place: int
    message: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Everything there is to say about the course of one patient."""

    visits: tuple[Visit, ...]
    changes: tuple[Change, ...]
    events: tuple[Event, ...]
    course: Course
    summary: str
    cautions: tuple[Caution, ...]
    remarks: tuple[Remark, ...]


def follow(
    panels: Iterable[tuple[Moment, Panel]],
    treatments: Sequence[Treatment],
    criteria: Sequence[str] = (),
    read: Read = FORMULARY.read,
) -> Trajectory:
    """Assess the panels, which come in order of time; no two may be without an order (``moment.ties``).

    They are taken one by one, so that whoever hands them over can stop. ``read`` tells what the name of a drug means.
    """
    read_drug = cache(read)  # most drugs stand in every panel; it lives as long as this course
    visits = tuple(_visits(panels, treatments, criteria, read_drug))
    changed = tuple(changes(visits))
    found, standing = events(visits, changed)
    remarks = tuple(_remarks(treatments, visits, read_drug))
    told, summary = tuple(headlined(visits, standing)), course_summary(visits, standing[-1])
    cautions = tuple(course_cautions(visits, changed))
    return Trajectory(told, changed, found, standing[-1], summary, cautions, remarks)


def _visits(
    panels: Iterable[tuple[Moment, Panel]], treatments: Sequence[Treatment], criteria: Sequence[str], read_drug: Read
) -> Iterable[Visit]:
    waiting = deque(sorted(treatments, key=_by_time))
    given: dict[str, Dose] = {}
    for moment, panel in panels:
        while waiting and waiting[0].given_at.precedes(moment):
            _give(waiting.popleft(), given)
        doses = tuple(given.values())
        drugs = (*panel.medications, *(dose.medication for dose in doses))
        treated = replace(panel, medications=drugs) if doses else panel
        assessment = assess(treated, criteria, brief=True, read_drug=read_drug)
        yield Visit(moment, assessment, doses, tuple(therapy.id for therapy in assessment.therapies))


def _give(treatment: Treatment, given: dict[str, Dose]) -> None:
    """Count a dose and move its drug to the end, so that the latest is the last."""
    before = given.pop(treatment.key, None)
    drug = Medication(treatment.name, day_of(treatment.given_at.text), is_told_of_elsewhere=True)
    given[treatment.key] = Dose(drug, before.number + 1 if before else 1)


def _by_time(treatment: Treatment) -> tuple[object, ...]:
    """Order so that those before any panel come first: of a day and an instant at its end, the day."""
    return (
        treatment.given_at.last,
        treatment.given_at.is_instant,
        treatment.given_at.first,
        treatment.key,
        treatment.name,
        treatment.given_at.text,
    )


def _remarks(treatments: Sequence[Treatment], visits: Sequence[Visit], read_drug: Read) -> Iterable[Remark]:
    starts = [visit.moment.first for visit in visits]
    given: set[tuple[str, int]] = set()
    for place, treatment in enumerate(treatments):
        reading = read_drug(treatment.name)
        if reading.doubt is not None:
            yield Remark(reading.doubt.value, place, doubt_message(reading), "name")
        if treatment.given_at.is_instant:  # of a day, two doses may be meant
            if (treatment.key, treatment.given_at.first) in given:
                yield Remark("treatment_repeated", place, REPEATED)
            given.add((treatment.key, treatment.given_at.first))
        near = visits[
            max(0, bisect_left(starts, treatment.given_at.first) - 1) : bisect_right(starts, treatment.given_at.last)
        ]
        if visits[-1].moment.precedes(treatment.given_at):
            yield Remark("treatment_after_last_panel", place, AFTER_LAST)
        elif any(not _ordered(treatment.given_at, visit.moment) for visit in near):
            yield Remark("treatment_order_unknown", place, ORDER_UNKNOWN)


def _ordered(moment: Moment, other: Moment) -> bool:
    return moment.precedes(other) or other.precedes(moment)
