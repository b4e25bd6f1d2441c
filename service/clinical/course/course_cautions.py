"""What the changes over a course ask for: a dilution, a closer look in sepsis, or cheap tests once more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from service.clinical.assessment.cautions import OF_STATEMENT, Caution
from service.clinical.assessment.statements import FERRITIN, STATEMENTS, fall_of, is_above_range
from service.clinical.assessment.warnings import FEVER
from service.clinical.course.changes import DOWN, UP, Change, TimedReading, change_between, usable
from service.clinical.course.visit import Visit
from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.interval import COMPARE, MET
from service.clinical.measurement.reading import MEASURED
from service.clinical.panel.panel import Panel

HOOK, KINETICS, THREE_FS = "hook_effect_in_course", "mals_kinetics", "three_fs"
HOOK_FALL, KINETICS_FALL = fall_of(HOOK), fall_of(KINETICS)
COUNTS = ("platelets", "hemoglobin", "wbc", "neutrophils")


def course_cautions(visits: Sequence[Visit], changes: Sequence[Change]) -> Iterator[Caution]:
    """Yield the cautions of the course as a whole."""
    if any(change.observation == FERRITIN and _fell_too_far(change) for change in changes):
        yield OF_STATEMENT[HOOK]
    if visits[-1].panel.condition in STATEMENTS[KINETICS].conditions and _is_slow(visits):
        yield OF_STATEMENT[KINETICS]
    if _has_three_fs(visits[-1], changes):
        yield OF_STATEMENT[THREE_FS]


def _fell_too_far(change: Change) -> bool:
    return change.percent is not None and COMPARE["<"](change.percent, -HOOK_FALL.percent) is MET


def _is_slow(visits: Sequence[Visit]) -> bool:
    """Return whether ferritin surely fell by less than the published percentage, or rose, from the first to day 3."""
    first, last = KINETICS_FALL.first_day, KINETICS_FALL.last_day
    results = [result for visit in visits if (result := _measured(visit)) is not None]
    later = [result for result in results if first <= results[0].moment.days_until(result.moment) <= last]
    if not later:
        return False
    change = change_between(ANALYTES[FERRITIN], results[0], later[-1])
    return change.percent is not None and COMPARE[">"](change.percent, -KINETICS_FALL.percent) is MET


def _measured(visit: Visit) -> TimedReading | None:
    result = usable(FERRITIN, visit)
    return result if result is not None and result.reading.evidence is MEASURED else None


def _has_three_fs(last: Visit, changes: Iterable[Change]) -> bool:
    """Return whether the last panel has fever, a count that fell, and ferritin that rose or is above its range."""
    ways = {change.observation: change.direction for change in changes if change.later.visit is last}
    ferritin = last.panel.readings.get(FERRITIN)
    is_raised = ways.get(FERRITIN) == UP or (ferritin is not None and is_above_range(ferritin))
    return is_raised and _is_febrile(last.panel) and any(ways.get(count) == DOWN for count in COUNTS)


def _is_febrile(panel: Panel) -> bool:
    temperature = panel.measured.get("temperature")
    if "fever" in panel.findings or temperature is None:
        return panel.findings.get("fever", False)
    value = ANALYTES["temperature"].table.convert_interval(temperature.interval, temperature.unit, "Cel")
    return COMPARE[">="](value, FEVER) is MET
