"""When a result was taken: the first time that can be right, of all those that its Observation gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from service.clinical.panel.moment import NEVER, Moment
from service.ehr.fhir.contents.json_shapes import Resource, table
from service.ehr.fhir.contents.moments import Moments, is_open_end, latest_credible
from service.ehr.fhir.patient.person import NOBODY, Person

NO_TIME = (None, "")
NOT_READABLE, NOT_RIGHT = "time_invalid", "time_doubtful"


@dataclass(slots=True)
class ResultTimes:
    """The times of the results of one person: no sample was taken before birth, or after ``latest``."""

    person: Person = NOBODY
    latest: int = field(default_factory=latest_credible)
    moments: Moments = field(default_factory=Moments)

    def of(self, resource: Resource, observation: Resource) -> tuple[Moment, list[str]]:
        """Return the moment of a result, NEVER if it has none, and the keys of what is wrong with its times.

        ``observation`` is the Observation as sent, ``resource`` has what it inherits as well. A result that was issued
        before it was taken has a time that is wrong: it may be the newest. Without a time that is right the time of
        issue is no more than the last moment at which the sample may have been taken.
        """
        given_issue = resource.get("issued")
        issued = self._credible(given_issue)
        own_issue = issued if observation.get("issued") == given_issue else None
        is_contradicted = self._ends_before_it_begins(resource)
        lost: set[str] = set()
        for given, is_end in _times(resource):
            moment = self._credible(given)
            if moment is None:
                lost |= self._why_lost(given, may_go_on=is_end)
            elif own_issue is None or not own_issue.precedes_anywhere(moment):
                break
            else:
                is_contradicted = is_contradicted or not is_end
        else:
            moment = replace(issued, first=NEVER.first, last=issued.first) if issued and lost else issued
            lost |= set() if issued else self._why_lost(given_issue)
        if is_contradicted:
            return NEVER, sorted({*lost, NOT_RIGHT})
        return moment or NEVER, sorted(lost)

    def read(self, given: object) -> Moment:
        """Return the moment of any time of a result, NEVER if it cannot be read."""
        return self.moments.read(given) or NEVER

    def _credible(self, given: object) -> Moment | None:
        moment = self.moments.read(given) if given else None
        is_right = moment is not None and moment.first <= self.latest and not self.person.is_unborn(moment)
        return moment if is_right else None

    def _why_lost(self, given: object, *, may_go_on: bool = False) -> set[str]:
        """Return what is wrong with a time; nothing is where there is none, and where a period has not ended."""
        if given in NO_TIME:
            return set()
        if self.moments.read(given) is None and not is_open_end(given):
            return {NOT_READABLE}
        return set() if may_go_on else {NOT_RIGHT}

    def _ends_before_it_begins(self, resource: Resource) -> bool:
        period = table(resource, "effectivePeriod")
        if not period:
            return False
        start, end = (self._credible(period.get(key)) for key in ("start", "end"))
        return start is not None and end is not None and end.precedes_anywhere(start)


def _times(resource: Resource) -> Iterator[tuple[object, bool]]:
    """Yield the times at which a result may have been taken, and whether that is the end of a period.

    The one that says most comes first; a Timing is not read. A period that has not ended is of the time of its start.
    """
    period = table(resource, "effectivePeriod")
    for key in ("effectiveDateTime", "effectiveInstant", "effectiveTiming"):
        yield resource.get(key), False
    yield period.get("end"), True
    yield period.get("start"), False
