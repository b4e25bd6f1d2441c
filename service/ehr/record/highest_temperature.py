"""Which body temperature counts: the highest of the 24 hours before the newest, and not the newest alone.

The fever of systemic JIA is quotidian: it spikes once a day, and between the spikes the temperature is normal or below.
A cool morning is therefore no sign that there is no fever, and the temperature of an episode is that of its spike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.interval import ANYTHING, Interval, Number
from service.clinical.measurement.numbers_in_words import interval_text
from service.clinical.measurement.reading import Evidence, Reading
from service.clinical.panel.moment import Moment
from service.ehr.issues import Issue, issue
from service.ehr.record.ranking import AnyResult, canonical, has_value, known, order, ranked
from service.ehr.record.result import Result

TEMPERATURE = "temperature"
DAY = timedelta(hours=24)


def is_of_the_day(moment: Moment, newest: Moment) -> bool:
    """Return whether a temperature counts beside the newest one."""
    return not moment.is_older(newest, DAY)


def all_of_the_day(group: list[AnyResult]) -> Iterator[AnyResult]:
    """Yield the temperatures whose values decide which is the highest: of each moment those of the highest rank."""
    said: list[Moment] = []
    for same in ranked(group):
        moment = same[0].moment
        if not said or (moment != said[-1] and is_of_the_day(moment, said[0])):
            yield from same
            if any(map(has_value, same)):
                said.append(moment)


def of_the_day(group: list[Result]) -> tuple[list[Result], list[Issue]]:
    """Return one result that holds the highest temperature of the day, and what is to be said of the others.

    It has no reading if none of the day can be read.

    It has the time of the newest, by which its age is counted; its reading has the time at which it was taken.
    """
    said, issues = _said(group)
    usable = [result for result in said if _is_usable(result)]
    if not usable:
        return [result for result in said if result.moment == said[0].moment], issues
    warmest = max(usable, key=lambda result: (*_low_end(canonical(result)), result.moment, order(result)))
    issues += _named(said, warmest)
    reach = _highest([canonical(result) if _is_usable(result) else ANYTHING for result in said])
    reading = _over(known(warmest), reach) if reach != canonical(warmest) else known(warmest)
    highest = replace(warmest, moment=said[0].moment, reading=reading._replace(collected_at=warmest.moment.text))
    return [highest], issues


def _said(group: list[Result]) -> tuple[list[Result], list[Issue]]:
    """Return the temperatures of the day that have a value, of each moment those of the highest rank."""
    issues: list[Issue] = []
    said: list[Result] = []
    unused: list[str] = []
    for same in ranked(group):
        moment = same[0].moment
        if said and (moment == said[-1].moment or not is_of_the_day(moment, said[0].moment)):
            unused += [result.where for result in same]
            continue
        issues += [result.issue for result in same if result.issue]
        said += [result for result in same if result.reading] or [result for result in same if has_value(result)]
    if unused:
        issues.append(issue("superseded", *unused, observation=TEMPERATURE))
    return said, issues


def _is_usable(result: Result) -> bool:
    return result.reading is not None and result.reading.evidence is Evidence.MEASURED


def _named(said: list[Result], warmest: Result) -> Iterator[Issue]:
    cooler = [result.where for result in said if result.reading and result is not warmest]
    if cooler:
        yield issue("cooler", *cooler, observation=TEMPERATURE)
    if said[0].moment > warmest.moment:
        yield issue("highest_of_day", warmest.where, observation=TEMPERATURE)


def _highest(intervals: list[Interval]) -> Interval:
    """Return what the highest of some values may be: one that cannot be read may be higher than all others."""
    low, low_open = max(map(_low_end, intervals))
    high, high_closed = max((interval.high, not interval.high_open) for interval in intervals)
    return Interval(low, high, low_open, high_open=not high_closed)


def _low_end(interval: Interval) -> tuple[Number, bool]:
    return interval.low, interval.low_open


def _over(reading: Reading, reach: Interval) -> Reading:
    """Return a reading of the same unit that reaches over an interval in the canonical unit."""
    analyte = ANALYTES[TEMPERATURE]
    interval = analyte.table.convert_interval(reach, analyte.canonical, reading.unit)
    return Reading(interval, reading.unit, Evidence.MEASURED, f"{interval_text(interval)} {reading.unit}")
