"""FHIR dates and times: any precision, ordered by when they begin."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

from service.clinical.panel.moment import FIRST_YEAR, LAST_YEAR, WIDEST_OFFSET, is_near_zero, stands_for_none

LENGTH_OF_A_DAY = len("2026-11-22")
LONGEST_MOMENT = 64
A_DAY, A_YEAR = timedelta(days=1), timedelta(days=366)
RELEASED = datetime(2026, 11, 23, tzinfo=UTC)  # no clock that is right says less
_MOMENT = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?"
    r" ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?)?)?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """When something was: the beginning of what is said (UTC), and how to say it if it names at least a day.

    ``until`` is its end, where only a day, a month or a year is said, or nothing; None for a time of day.
    """

    at: datetime
    text: str = field(compare=False)
    until: datetime | None = field(default=None, compare=False)

    def may_be_after(self, at: datetime) -> bool:
        """Return whether this begins before a time and reaches beyond it."""
        return self.until is not None and self.at < at < self.until

    def precedes(self, other: Moment) -> bool:
        """Return whether this is certain to be the earlier; a time without an offset may be of any of them."""
        unsure = WIDEST_OFFSET if {self._is_of_any_offset, other._is_of_any_offset} != {False} else timedelta(0)
        return other.at - (self.until or self.at) > unsure

    @property
    def _is_of_any_offset(self) -> bool:
        return len(self.text) <= LENGTH_OF_A_DAY


LAST = datetime.max.replace(tzinfo=UTC)
NEVER = Moment(datetime.min.replace(tzinfo=UTC), "", LAST)


class Moments(dict[str, Moment | None]):
    """The moments of one record, each text read once: results that were taken together share theirs."""

    def __missing__(self, raw: str) -> Moment | None:
        moment = self[raw] = read_moment(raw)
        return moment

    def read(self, raw: object) -> Moment | None:
        """Return what ``read_moment`` does."""
        return self[raw] if isinstance(raw, str) else None


def read_moment(raw: object) -> Moment | None:
    """Return the moment that a FHIR date, dateTime or instant means.

    None if it is not readable, and for a day that systems write where they have none (9999-12-31, 1970-01-01).
    """
    match = _match(raw)
    try:
        moment = None if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR else _moment(match)
    except ValueError:
        return None
    return None if moment is None or is_near_zero(moment.at) else moment


def is_open_end(raw: object) -> bool:
    """Return whether a text is a day that systems write as the end of what has not ended."""
    match = _match(raw)
    if match is None:
        return False
    if not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        return True
    try:
        moment = _moment(match)
    except ValueError:
        return False
    return moment is None or is_near_zero(moment.at)


def latest_credible() -> datetime:
    """Return the time after which no sample can have been taken: a year from now, so that no clock matters."""
    return max(datetime.now(UTC), RELEASED) + A_YEAR


def days_between(earlier: Moment, later: Moment) -> timedelta:
    """Return how much later the second is."""
    return later.at - earlier.at


def _moment(match: re.Match[str]) -> Moment | None:
    """Return the moment of the parts of a text; raises ValueError if there is no such day or time."""
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    first = date(int(year), int(month or 1), int(day or 1))
    if stands_for_none(first):
        return None
    if hour == "24" and (minute, int(second or 0), int(fraction or 0)) == ("00", 0, 0):
        first, hour = first + A_DAY, "00"
    offset = _offset(zone)
    clock = f"{hour or '00'}:{minute or '00'}:{_leap(second)}.{fraction or '0'}"
    at = (datetime.fromisoformat(f"{first}T{clock}") - offset).replace(tzinfo=UTC)
    if not hour:
        return Moment(at, str(first) if day else "", _end(at, month, day))
    if zone is None:  # the day alone is told: which time it was is not known
        return Moment(at, str(first))
    shown = f"{hour}:{minute}:{second or '00'}{f'.{fraction}' if fraction else ''}"
    return Moment(at, f"{first}T{shown}{_shown_offset(zone, offset)}")


def _match(raw: object) -> re.Match[str] | None:
    return _MOMENT.fullmatch(raw.strip()) if isinstance(raw, str) and len(raw) <= LONGEST_MOMENT else None


def _end(at: datetime, month: str | None, day: str | None) -> datetime:
    """Return the end of the day, the month or the year that begins then."""
    if day:
        return at + A_DAY
    return at.replace(month=at.month + 1) if month and at.month < 12 else at.replace(year=at.year + 1, month=1)


def _leap(second: str | None) -> str:
    return "59" if second == "60" else second or "00"


def _offset(zone: str | None) -> timedelta:
    """Return an offset as a time span; raises ValueError if there is none such."""
    if zone is None or zone.isalpha():
        return timedelta(0)
    span = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:].lstrip(":") or 0))
    timezone(span)  # no longer than a day
    return -span if zone[0] == "-" else span


def _shown_offset(zone: str, offset: timedelta) -> str:
    """Write an offset as FHIR does; one that is zero stays as it was said."""
    if zone.isalpha():
        return "Z"
    minutes = abs(offset) // timedelta(minutes=1)
    return f"{zone[0]}{minutes // 60:02}:{minutes % 60:02}"
