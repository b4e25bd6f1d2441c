"""Dates and times of records, as ISO 8601 and FHIR write them: any precision, ordered by when they begin."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from service.clinical.panel.moment import (
    DAY,
    FIRST_YEAR,
    LAST_YEAR,
    SECOND,
    Moment,
    is_near_zero,
    picoseconds,
    stands_for_none,
    whole_seconds,
)

LONGEST_MOMENT = 64
MINUTES_OF_A_DAY = 24 * 60
A_DAY, A_YEAR = timedelta(days=1), timedelta(days=366)
RELEASED = datetime(2026, 11, 23, tzinfo=UTC)  # no clock that is right says less
_MOMENT = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?"
    r" ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?)?)?",
    re.ASCII | re.IGNORECASE,
)


class Moments(dict[str, Moment | None]):
    """The moments of one record, each text read once: results that were taken together share theirs."""

    def __missing__(self, raw: str) -> Moment | None:
        moment = self[raw] = read_moment(raw)
        return moment

    def read(self, raw: object) -> Moment | None:
        """Return what ``read_moment`` does."""
        return self[raw] if isinstance(raw, str) else None


def read_moment(raw: object) -> Moment | None:
    """Return the moment that a date or a time means, written as FHIR writes a date, dateTime or instant.

    None if it is not readable, and for a day that systems write where they have none (9999-12-31, 1970-01-01).
    """
    match = _match(raw)
    try:
        moment = None if match is None or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR else _moment(match)
    except ValueError:
        return None
    return None if moment is None or is_near_zero(moment) else moment


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
    return moment is None or is_near_zero(moment)


def latest_credible() -> int:
    """Return the time after which no sample can have been taken: a year from now, so that no clock matters."""
    return whole_seconds(max(datetime.now(UTC), RELEASED) + A_YEAR) * SECOND


def _moment(match: re.Match[str]) -> Moment | None:
    """Return the moment of the parts of a text; raises ValueError if there is no such day or time."""
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    begins = date(int(year), int(month or 1), int(day or 1))
    if stands_for_none(begins):
        return None
    if not hour:
        last = begins + A_DAY if day else _next(begins, whole_year=not month)
        return Moment(begins.toordinal() * DAY, last.toordinal() * DAY, str(begins) if day else "")
    if hour == "24" and (minute, int(second or 0), int(fraction or 0)) == ("00", 0, 0):
        begins, hour = begins + A_DAY, "00"
    offset = _minutes_of_offset(zone)
    first = begins.toordinal() * DAY + _clock(hour, minute, second or "00") - offset * 60 * SECOND
    if fraction:
        first += picoseconds(fraction)
    if zone is None:  # the day alone is told: which time it was is not known
        return Moment(first, first, str(begins))
    shown = f"{hour}:{minute}:{second or '00'}{f'.{fraction}' if fraction else ''}"
    return Moment(first, first, f"{begins}T{shown}{_shown_offset(zone, offset)}")


def _next(begins: date, *, whole_year: bool) -> date:
    """Return the day after the month or the year that begins then."""
    if whole_year or begins.month == 12:
        return begins.replace(year=begins.year + 1, month=1)
    return begins.replace(month=begins.month + 1)


def _match(raw: object) -> re.Match[str] | None:
    return _MOMENT.fullmatch(raw.strip()) if isinstance(raw, str) and len(raw) <= LONGEST_MOMENT else None


def _clock(hour: str, minute: str, second: str) -> int:
    """Return a time of day in picoseconds; raises ValueError if there is none such. A leap second is the one before."""
    at = int(hour), int(minute), 59 if second == "60" else int(second)
    if at[0] > 23 or at[1] > 59 or at[2] > 59:
        raise ValueError
    return (at[0] * 3_600 + at[1] * 60 + at[2]) * SECOND


def _minutes_of_offset(zone: str | None) -> int:
    """Return an offset in minutes; raises ValueError if it is no less than a day."""
    if zone is None or zone.isalpha():
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[3:].lstrip(":") or 0)
    if minutes >= MINUTES_OF_A_DAY:
        raise ValueError
    return -minutes if zone[0] == "-" else minutes


def _shown_offset(zone: str, offset: int) -> str:
    """Write an offset as FHIR does; one that is zero stays as it was said."""
    return "Z" if zone.isalpha() else f"{zone[0]}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
