"""Results of which the newest cannot be told: without a time, of a day without an hour, or of one moment."""

from __future__ import annotations

from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.interval import Interval
from service.clinical.measurement.numbers_in_words import number_text
from service.clinical.measurement.reading import Evidence, Reading
from service.clinical.panel.moment import NEVER
from service.ehr.issues import Issue, issue
from service.ehr.record.highest_temperature import TEMPERATURE
from service.ehr.record.ranking import AnyResult, canonical, has_value, known, order
from service.ehr.record.result import Result

OLDER_OR_NEWER = (
    "The result has no time that can be read and may be newer than those that have one: what is used reaches over "
    "both, or counts as unknown."
)


def may_be_newest(group: list[AnyResult]) -> list[AnyResult]:
    """Return the results without a time beside those that have one, and those of a day that begins before the newest.

    Of body temperatures a day without an hour counts from its beginning: the highest counts, not the newest.
    """
    rough = [result for result in group if not result.moment.is_instant]
    newest = max(result.moment.first for result in group) if rough else NEVER.first
    rivals = [result for result in rough if result.moment.may_be_after(newest)]
    is_warmth = group[0].observation == TEMPERATURE
    return [result for result in rivals if result.moment.first == NEVER.first] if is_warmth else rivals


def rivals_that_say(group: list[Result]) -> tuple[list[Result], list[Issue]]:
    """Return the results that may be the newest and that say anything, and what is to be said of them."""
    issues = [result.issue for result in group if result.issue]
    rivals = [result for result in group if has_value(result)]
    for key, is_dated, text in (("undated", False, OLDER_OR_NEWER), ("rough_time", True, "")):
        where = [result.where for result in rivals if (result.moment.first != NEVER.first) is is_dated]
        if where:
            issues.append(issue(key, *where, observation=rivals[0].observation, text=text))
    return rivals, issues


def unread_beside(newest: list[Result]) -> list[Issue]:
    """Name what cannot be read of the moment whose other results are used."""
    unread = [result.where for result in newest if result.issue and has_value(result)]
    if not unread or len(unread) == len(newest):
        return []
    return [issue("tied_unread", *unread, observation=newest[0].observation)]


def can_be_joined(group: list[Result]) -> bool:
    """Return whether results of which each may be the newest say the same, or are numbers between which it lies."""
    readings = [known(result) for result in group]
    is_measured = all(reading.evidence is Evidence.MEASURED for reading in readings)
    return is_measured or len({(canonical(result), known(result).evidence) for result in group}) <= 1


def joint_reading(group: list[Result]) -> tuple[Reading, list[Result]]:
    """Return the reading of results of one moment: what was measured counts, and it reaches over all of it."""
    if len(group) == 1:
        return known(group[0]), group
    measured = [result for result in group if known(result).evidence is Evidence.MEASURED]
    used = sorted(measured or group, key=order)
    if len({canonical(result) for result in used}) == 1 or not measured:
        return known(used[0]), used
    units = {known(result).unit for result in used}
    unit = units.pop() if len(units) == 1 else ANALYTES[used[0].observation].canonical
    table = ANALYTES[used[0].observation].table
    intervals = [table.convert_interval(known(result).interval, known(result).unit, unit) for result in used]
    low = min(intervals, key=lambda interval: (interval.low, interval.low_open))
    high = max(intervals, key=lambda interval: (interval.high, not interval.high_open))
    reach = Interval(low.low, high.high, low.low_open, high.high_open)
    reported = f"{number_text(reach.low)} to {number_text(reach.high)} {unit}"
    return Reading(reach, unit, Evidence.MEASURED, reported), used


def sources_of(used: list[Result]) -> list[str]:
    """Return the name of each result that was used once, in an order that does not depend on that of the record."""
    return sorted({result.source for result in used})
