"""When a result was taken: the first time that can be right, of all those that its record gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from service.clinical.panel.moment import NEVER, Moment
from service.ehr.results.moments import Moments, is_open_end, latest_credible
from service.ehr.results.person import NOBODY, Person

NO_TIME = (None, "")
NOT_READABLE, NOT_RIGHT = "time_invalid", "time_doubtful"


class Times(NamedTuple):
    """The times of a result as sent: when it may have been taken, the one that says most first, and when issued.

    Those of ``taken`` tell whether they are the end of a period that may not have ended, ``period`` is its start and
    end. ``is_own_issue`` says that the time of issue is that of this result, not of what holds it.
    """

    taken: Iterable[tuple[object, bool]]
    period: tuple[object, object] = (None, None)
    issued: object = None
    is_own_issue: bool = False


@dataclass(slots=True)
class ResultTimes:
    """The times of the results of one person: no sample was taken before birth, or after ``latest``."""

    person: Person = NOBODY
    latest: int = field(default_factory=latest_credible)
    moments: Moments = field(default_factory=Moments)

    def of(self, times: Times) -> tuple[Moment, list[str]]:
        """Return the moment of a result, NEVER if it has none, and the keys of what is wrong with its times.

        A result that was issued before it was taken has a time that is wrong: it may be the newest. Without a time that
        is right the time of issue is no more than the last moment at which the sample may have been taken.
        """
        issued = self._credible(times.issued)
        own_issue = issued if times.is_own_issue else None
        is_contradicted = self._ends_before_it_begins(*times.period)
        lost: set[str] = set()
        for given, is_end in times.taken:
            moment = self._credible(given)
            if moment is None:
                lost |= self._why_lost(given, may_go_on=is_end)
            elif own_issue is None or not own_issue.precedes_anywhere(moment):
                break
            else:
                is_contradicted = is_contradicted or not is_end
        else:
            moment = replace(issued, first=NEVER.first, last=issued.first) if issued and lost else issued
            lost |= set() if issued else self._why_lost(times.issued)
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

    def _ends_before_it_begins(self, *period: object) -> bool:
        if not any(period):
            return False
        start, end = map(self._credible, period)
        return start is not None and end is not None and end.precedes_anywhere(start)
