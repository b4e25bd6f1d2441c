"""The order among results of one test, and what they have in common so that they can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, TypeVar

from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.interval import Interval
from service.clinical.measurement.reading import Reading
from service.clinical.panel.moment import DAY, DAY_LENGTH, NEVER, Moment
from service.ehr.issues import WITHOUT_VALUE
from service.ehr.record.result import Result

AnyResult = TypeVar("AnyResult", bound=Result)


def tied(results: Iterable[AnyResult]) -> Iterator[AnyResult]:
    """Yield the results that have the moment of another one of the same test: for these alone the rest decides."""
    first: dict[tuple[str, int], AnyResult | None] = {}
    for result in results:
        key = result.observation, result.moment.first
        if key not in first:
            first[key] = result
            continue
        earlier = first[key]
        if earlier is not None:
            yield earlier
            first[key] = None
        yield result


def ranked(group: list[AnyResult]) -> Iterator[list[AnyResult]]:
    """Yield the results of one analyte from the newest on, those of the same rank together."""
    times = {result.moment.first for result in group}
    if len(times) == len(group):  # then that alone decides
        yield from ([result] for result in sorted(group, key=attrgetter("moment.first"), reverse=True))
        return
    by_rank = attrgetter("rank")
    for _, same in groupby(sorted(group, key=by_rank, reverse=True), key=by_rank):
        yield list(same)


def has_value(result: Result) -> bool:
    """Return whether a result that was read says anything, be it readable or not."""
    assert result.reading or result.issue, "a result that nobody read would be lost"
    return result.issue is None or result.issue.key not in WITHOUT_VALUE


def known(result: Result) -> Reading:
    """Return the reading of a result that has one."""
    assert result.reading is not None
    return result.reading


def canonical(result: Result) -> Interval:
    """Return the interval of a result in the canonical unit of its test, as it is where no factor leads there."""
    reading, analyte = known(result), ANALYTES[result.observation]
    if not analyte.table.units[reading.unit].comparable:
        return reading.interval
    return analyte.table.convert_interval(reading.interval, reading.unit, analyte.canonical)


def order(result: Result) -> tuple[str, ...]:
    """Return what orders results of one moment, whatever their order in the record."""
    reading = known(result)
    return reading.evidence.value, reading.unit, reading.reported, result.source


def is_after(moment: Moment, as_of: Moment) -> bool:
    """Return whether a result is of a later time, or of a later day where only the day is given."""
    is_day = len(as_of.text) == DAY_LENGTH
    return moment.first // DAY > as_of.first // DAY if is_day else moment > as_of


def is_stale(moment: Moment, anchor: Moment, look_back: timedelta | None) -> bool:
    """Return whether a result is older than results may be beside one of the time that counts."""
    return look_back is not None and NEVER not in (moment, anchor) and moment.is_older(anchor, look_back)


class Window(NamedTuple):
    """The times of results that can count: not after ``as_of``, and not older than that, or the newest, by too much."""

    as_of: Moment | None
    newest: Moment
    look_back: timedelta | None

    def holds(self, moment: Moment) -> bool:
        """Return whether a result of this time would count."""
        if self.as_of and is_after(moment, self.as_of):
            return False
        return not is_stale(moment, self.as_of or self.newest, self.look_back)
