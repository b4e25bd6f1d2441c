"""What the change of ferritin over a course asks for: a dilution, or a closer look in sepsis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from service.clinical.assessment.cautions import OF_STATEMENT, Caution
from service.clinical.course.changes import Change, TimedReading, change_between, usable
from service.clinical.course.visit import Visit
from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.interval import COMPARE, MET
from service.clinical.measurement.reading import MEASURED

FERRITIN = "ferritin"
HOOK_FALL, KINETICS_FALL = Decimal(-90), Decimal(-15)
FIRST_DAY, LAST_DAY = 2, 3
"""Days after the first ferritin of sepsis at which a second one stands for day 3."""
HOOK, KINETICS = OF_STATEMENT["hook_effect_in_course"], OF_STATEMENT["mals_kinetics"]


def course_cautions(visits: Sequence[Visit], changes: Iterable[Change]) -> Iterator[Caution]:
    """Yield the cautions of the course as a whole."""
    if any(change.observation == FERRITIN and _is_below(change, HOOK_FALL) for change in changes):
        yield HOOK
    if visits[-1].panel.condition == "sepsis" and _is_slow(visits):
        yield KINETICS


def _is_below(change: Change, percent: Decimal) -> bool:
    return change.percent is not None and COMPARE["<"](change.percent, percent) is MET


def _is_slow(visits: Sequence[Visit]) -> bool:
    """Return whether ferritin surely fell by less than 15 %, or rose, from the first to the one of day 3."""
    results = [result for visit in visits if (result := _measured(visit)) is not None]
    later = [result for result in results if FIRST_DAY <= results[0].moment.days_until(result.moment) <= LAST_DAY]
    if not later:
        return False
    change = change_between(ANALYTES[FERRITIN], results[0], later[-1])
    return change.percent is not None and COMPARE[">"](change.percent, KINETICS_FALL) is MET


def _measured(visit: Visit) -> TimedReading | None:
    result = usable(FERRITIN, visit)
    return result if result is not None and result.reading.evidence is MEASURED else None
