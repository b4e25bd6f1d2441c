"""A point in time as sent: a day, or an instant with its offset; which of two came first may stay open.

A day without a time stands for that whole day in UTC, so a day and an instant within it have no order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d:)(\d\d)(\.\d{1,12})?([Zz]|[+-]\d\d:\d\d))?", re.ASCII)
SECONDS_OF_DAY = 86_400
DAY_LENGTH = len("2026-11-20")
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Systems write a year outside of these (0001, 1601, 1753, 1899, 2999, 9999) where they have no time."""
ZEROS = tuple(
    date.fromisoformat(day)
    for day in (
        *("1899-12-31", "1900-01-01", "1901-12-13", "1904-01-01", "1960-01-01", "1970-01-01"),
        *("1980-01-01", "1980-01-06", "2000-01-01", "2001-01-01"),
    )
)
"""The first days of the calendars by which computers count; a clock that was never set says one of them."""
WIDEST_OFFSET = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Moment:
    """From ``first`` to ``last`` in seconds since the year 1 (UTC, exact); ``text`` is the RFC 3339 form as sent."""

    text: str
    first: Fraction
    last: Fraction

    @property
    def is_day(self) -> bool:
        """True where only the day is known."""
        return self.first != self.last

    def precedes(self, other: Moment) -> bool:
        """Return whether this is certain to be the earlier of the two."""
        return self.last <= other.first if self.is_day else self.last < other.first

    def days_until(self, other: Moment) -> Fraction:
        """Return the days to another moment: exact between two instants, else counted in days of the calendar."""
        if self.is_day or other.is_day:
            return Fraction(int(other.first // SECONDS_OF_DAY - self.first // SECONDS_OF_DAY))
        return (other.first - self.first) / SECONDS_OF_DAY


def is_moment(text: str) -> bool:
    """Return whether a text is an RFC 3339 date, or a date and time with an offset (a leap second included)."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return False
    day, minute, second, _, offset = match.groups()
    try:
        if minute is None:
            date.fromisoformat(day)
        else:
            datetime.fromisoformat(f"{day}T{minute}{'59' if second == '60' else second}{offset.upper()}")
    except ValueError:
        return False
    return not stands_for_none(date.fromisoformat(day))


def stands_for_none(day: date) -> bool:
    """Return whether a system writes this day where it has none: the zero of its calendar, or a year out of reach."""
    return not FIRST_YEAR <= day.year <= LAST_YEAR or day in ZEROS


def is_near_zero(at: datetime) -> bool:
    """Return whether a time in UTC is the zero of a calendar in some offset: 1969-12-31T19:00:00-05:00 is 1970 too."""
    midnight = datetime.min.time()
    return any(abs(at - datetime.combine(zero, midnight, at.tzinfo)) <= WIDEST_OFFSET for zero in ZEROS)


def read_moment(text: str) -> Moment:
    """Return the moment of a text that ``is_moment``."""
    if len(text) == DAY_LENGTH:
        start = Fraction(date.fromisoformat(text).toordinal() * SECONDS_OF_DAY)
        return Moment(text, start, start + SECONDS_OF_DAY)
    offset = "+00:00" if text[-1] in "Zz" else text[-6:]
    minute = datetime.fromisoformat(f"{text[:10]}T{text[11:16]}{offset}")
    shift = minute.utcoffset()
    assert shift is not None
    second = Fraction(text[17:].rstrip("Zz") if text[-1] in "Zz" else text[17:-6])
    whole = minute.toordinal() * SECONDS_OF_DAY + minute.hour * 3600 + minute.minute * 60
    instant = whole + second - Fraction(shift.days * SECONDS_OF_DAY + shift.seconds)
    return Moment(text, instant, instant)


def day_of(moment: str) -> date | None:
    """Return the day of an RFC 3339 date or time, None if there is none."""
    return date.fromisoformat(moment[:10]) if moment else None


def ties(moments: Sequence[Moment]) -> Iterator[tuple[int, int]]:
    """Yield the places of each moment that is not certain to be later than one before it in time, that one first."""
    order = sorted(range(len(moments)), key=lambda place: (moments[place].first, moments[place].last))
    latest = order[0] if order else 0
    for place in order[1:]:
        if not moments[latest].precedes(moments[place]):
            yield min(latest, place), max(latest, place)
        latest = max(latest, place, key=lambda index: moments[index].last)
