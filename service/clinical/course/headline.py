"""How a course is told in one sentence: an illness that began is not over with one quiet panel.

Whether it is treated may be unknown, and one that is not treated does not pass by itself: neither makes it unlikely.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from service.clinical.assessment.summary import LABELS, listed
from service.clinical.course.events import NO_ONSET, OPEN, Course
from service.clinical.course.visit import Visit

SAID = {
    NO_ONSET: "No panel of this course is likely or probable.",
    OPEN: "MAS has begun and has not resolved.",
}
RESOLVED_TEXT = "MAS has resolved: no value that was abnormal at its onset still is."
WHILE_TREATED = "While it is treated, a quieter panel does not reassure."
UNTIL_RESOLVED = "Until it has resolved, a quieter panel does not reassure."


def course_summary(visits: Sequence[Visit], course: Course) -> str:
    """Return how the course stands at its last panel."""
    if course.state == OPEN and not visits[-1].is_onset_category:
        return no_longer_met(visits[-1], course)
    return SAID.get(course.state, RESOLVED_TEXT)


def no_longer_met(visit: Visit, course: Course) -> str:
    """Return what to say of a panel after an onset that has not resolved: what it no longer meets, what is awaited."""
    primary = visit.assessment.classification.basis[0] if visit.assessment.classification.primary else None
    met = f"the {primary.criteria.short}" if primary else "the criteria"
    if not course.awaited:
        return f"No longer meets {met}; not resolved."
    names = listed([LABELS[key] for key in course.awaited], "and")
    return f"No longer meets {met}; not resolved, awaiting {names}."


def headlined(visits: Iterable[Visit], standing: Iterable[Course]) -> Iterator[Visit]:
    """Yield the panels, none of them ``unlikely`` while an illness that began has not resolved."""
    for visit, course in zip(visits, standing, strict=True):
        classification = visit.assessment.classification
        if course.state == OPEN and classification.category == "unlikely":
            why = WHILE_TREATED if visit.panel.medications else UNTIL_RESOLVED
            summary = f"{no_longer_met(visit, course)} {why}"
            quiet = replace(classification, category="indeterminate")
            yield replace(visit, assessment=replace(visit.assessment, classification=quiet, summary=summary))
        else:
            yield visit
