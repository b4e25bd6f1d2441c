"""The days of a record: what was known at the end of each, so that nothing later counts for it.

A day is the one that the time of a result says where the sample was taken, not that in UTC. Of a resource that says no
time it is not known that it came later, so it counts on every day. A result whose day is not known counts on no day:
it could be a later one, or the newest, so no day is reassuring beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from service.clinical.panel.moment import DAY, DAY_LENGTH, NEVER, Moment
from service.ehr.fhir.contents.json_shapes import Resource, table
from service.ehr.fhir.contents.resources import Found
from service.ehr.fhir.record import Sources
from service.ehr.fhir.results.observations import ReportedResult
from service.ehr.fhir.results.times import times_of
from service.ehr.issues import Issue, issue
from service.ehr.results.moments import read_moment

ALWAYS = ""
"""No day: what a record says at any time, or all of it."""
RECORDED = ("recordedDate", "assertedDate", "dateRecorded")
ONSET = ("onsetDateTime", "onsetPeriod")
TIMES = (
    *("authoredOn", "dateWritten", "dateAsserted", "effectiveDateTime", "effectivePeriod", "effectiveInstant"),
    *("occurrenceDateTime", "occurrencePeriod", "performedDateTime", "performedPeriod", "whenPrepared"),
    *("whenHandedOver", "recordedDate", "recorded", "issued", "date", "created", "authored", "sent", "period"),
)
"""Members that say when something was written or done, or began."""
UNDATED = (
    "On which day this result was taken cannot be told, so it counts on no day; it may be newer than what is used."
)


class Days:
    """The days of the results of a record, and what its sources were on each.

    With ``diagnoses_always`` a diagnosis counts on every day, else from the day on which it was recorded.
    """

    def __init__(self, sources: Sources, *, diagnoses_always: bool = False) -> None:
        self._sources = sources
        self._always = ("Condition",) if diagnoses_always else ()
        self._first = dict(self._first_days())

    def __iter__(self) -> Iterator[str]:
        """Yield the days of results, the earliest first, and ALWAYS in the end if one has no day, or there is none."""
        days = {_day(result.moment) for result in self._sources.results.results}
        yield from sorted(days - {ALWAYS})
        if not days or ALWAYS in days:
            yield ALWAYS

    def until(self, day: str) -> Sources:
        """Return what was known at the end of a day; for ALWAYS all that is known."""
        if day == ALWAYS:
            return self._sources
        read, counts = self._sources.results, self._counts(day)
        results = [result for result in read.results if _is_known(result.moment, day)]
        unread = [thing for thing in self._sources.unread if _first_day(thing.moment) <= day]
        told = [said for said in read.issues if not said.where or any(map(counts, said.where))]
        told += _undated([result for result in read.results if _may_be_of(result.moment, day)])
        return replace(
            self._sources,
            contents=self._sources.contents.standing_at(counts),
            results=replace(read, results=results, issues=told),
            drugs=self._sources.drugs.standing_at(counts),
            unread=unread,
        )

    def _counts(self, day: str) -> Callable[[str], bool]:
        """Return what tells of a place whether the resource there was known on a day."""

        def counts(place: str) -> bool:
            while place and place not in self._first:
                place = place.rpartition(".")[0]
            return self._first.get(place, ALWAYS) <= day

        return counts

    def _first_days(self) -> Iterator[tuple[str, str]]:
        """Yield each place with the first day on which what stands there can have been known."""
        contents, times = self._sources.contents, self._sources.results.times
        known = {result.where: result.moment for result in self._sources.results.results}
        for found in contents.found:
            if found.type == "Observation":
                moment = known.get(found.where) or times.of(times_of(found.whole, found.resource))[0]
                yield found.where, _first_day(moment)
            elif found.type not in self._always:
                yield found.where, _began(_outermost(found))
        for resource, where in contents.containers:
            yield where, _began(resource)


def _outermost(found: Found) -> Resource:
    return found.parent.resource if found.parent is not None and found.is_contained else found.resource


def _began(resource: Resource) -> str:
    """Return the first day that a resource says of itself, ALWAYS if it says none that can be read."""
    if resource.get("resourceType") != "Condition":
        return min(_said(resource, TIMES), default=ALWAYS)
    return min(_said(resource, RECORDED), default=ALWAYS) or min(_said(resource, ONSET), default=ALWAYS)


def _said(resource: Resource, keys: tuple[str, ...]) -> list[str]:
    given = (resource[key] for key in keys if key in resource)
    starts = (table(resource, key).get("start") for key in keys if isinstance(resource.get(key), dict))
    return [_first_day(moment) for raw in (*given, *starts) if (moment := read_moment(raw))]


def _day(moment: Moment) -> str:
    """Return the day of a moment where it was said, ALWAYS if it is not known."""
    return moment.text[:DAY_LENGTH]


def _first_day(moment: Moment) -> str:
    """Return the day of a moment, the first that it may be where it is not known; ALWAYS if it may be any."""
    if moment.text or moment.first == NEVER.first:
        return _day(moment)
    return str(date.fromordinal(moment.first // DAY))


def _is_known(moment: Moment, day: str) -> bool:
    """Return whether a result was taken on a day or before, for certain."""
    return _day(moment) <= day if moment.text else moment.last <= _end(day)


def _may_be_of(moment: Moment, day: str) -> bool:
    """Return whether it cannot be told that a result was taken before the end of a day, nor that it was not."""
    return not moment.text and _first_day(moment) <= day and not _is_known(moment, day)


def _end(day: str) -> int:
    return (date.fromisoformat(day).toordinal() + 1) * DAY


def _undated(results: list[ReportedResult]) -> Iterator[Issue]:
    places: dict[str, list[str]] = {}
    for result in results:
        places.setdefault(result.observation, []).append(result.where)
    for key, where in places.items():
        yield issue("undated", *where, observation=key, text=UNDATED)
