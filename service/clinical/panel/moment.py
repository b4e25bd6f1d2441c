"""A point in time as sent: an instant, or a day, a month or a year; which of two came first may stay open.

JSON, tables and FHIR each write times in their own way, and each reads them into this one class. Here stands the way of
JSON: RFC 3339. A day without a time stands for that whole day in UTC, so a day and an instant within it have no order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d:)(\d\d)(\.\d{1,12})?([Zz]|[+-]\d\d:\d\d))?", re.ASCII)
SECOND = 10**12
"""Times are counted in picoseconds: no more than 12 digits are read behind a second, so all are exact integers."""
DAY = 86_400 * SECOND
DAY_LENGTH = len("2026-11-20")
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Systems write a year outside of these (0001, 1601, 1753, 1899, 2999, 9999) where they have no time."""
ZEROS = frozenset(
    date.fromisoformat(day)
    for day in (
        *("1899-12-31", "1900-01-01", "1901-12-13", "1904-01-01", "1960-01-01", "1970-01-01"),
        *("1980-01-01", "1980-01-06", "2000-01-01", "2001-01-01"),
    )
)
"""The first days of the calendars by which computers count; a clock that was never set says one of them."""
WIDEST_OFFSET = 14 * 3_600 * SECOND
_ZERO_TIMES = tuple(zero.toordinal() * DAY for zero in ZEROS)
_DAYS_AT_ZERO = frozenset(zero.toordinal() + near for zero in ZEROS for near in (-1, 0, 1))


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """From ``first`` to ``last`` in picoseconds since the year 1 (UTC), the same of an instant; ordered by the first.

    ``text`` says it as RFC 3339 does: with its offset, or as a day if more is not known; "" if not even that is known.
    """

    first: int
    last: int = field(compare=False)
    text: str = field(compare=False)

    @property
    def is_instant(self) -> bool:
        """True where the time of day is known."""
        return self.first == self.last

    def precedes(self, other: Moment) -> bool:
        """Return whether this is certain to be the earlier of the two, days being those of UTC."""
        return self.last < other.first if self.is_instant else self.last <= other.first

    def precedes_anywhere(self, other: Moment) -> bool:
        """Return whether this is certain to be the earlier; a time without an offset may be of any of them."""
        unsure = WIDEST_OFFSET if self._is_of_any_offset or other._is_of_any_offset else 0
        return other.first - self.last > unsure

    def may_be_after(self, first: int) -> bool:
        """Return whether this begins before a time and reaches beyond it."""
        return self.first < first < self.last

    def is_older(self, other: Moment, span: timedelta) -> bool:
        """Return whether this begins before another by more than a span of time."""
        return other.first - self.first > span // timedelta(microseconds=1) * (SECOND // 10**6)

    def days_until(self, other: Moment) -> Fraction:
        """Return the days to another moment: exact between two instants, else counted in days of the calendar."""
        if self.is_instant and other.is_instant:
            return Fraction(other.first - self.first, DAY)
        return Fraction(other.first // DAY - self.first // DAY)

    @property
    def _is_of_any_offset(self) -> bool:
        return len(self.text) <= DAY_LENGTH


NEVER = Moment(0, 10_000 * 366 * DAY, "")
"""No time is known: it may be any."""


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


def is_near_zero(moment: Moment) -> bool:
    """Return whether a moment is the zero of a calendar in some offset: 1969-12-31T19:00:00-05:00 is 1970 too."""
    if moment.first // DAY not in _DAYS_AT_ZERO:
        return False
    return any(abs(moment.first - zero) <= WIDEST_OFFSET for zero in _ZERO_TIMES)


def read_moment(text: str) -> Moment:
    """Return the moment of a text that ``is_moment``."""
    if len(text) == DAY_LENGTH:
        start = date.fromisoformat(text).toordinal() * DAY
        return Moment(start, start + DAY, text)
    offset = "+00:00" if text[-1] in "Zz" else text[-6:]
    minute = datetime.fromisoformat(f"{text[:10]}T{text[11:16]}{offset}")
    second, _, fraction = (text[17:-1] if text[-1] in "Zz" else text[17:-6]).partition(".")
    first = whole_seconds(minute) * SECOND + int(second) * SECOND + picoseconds(fraction)
    return Moment(first, first, text)


def whole_seconds(at: datetime) -> int:
    """Return the whole seconds from the year 1 to a time with an offset, in UTC."""
    shift = at.utcoffset()
    assert shift is not None
    clock = at.hour * 3_600 + at.minute * 60 + at.second
    return at.toordinal() * 86_400 + clock - shift.days * 86_400 - shift.seconds


def picoseconds(fraction: str) -> int:
    """Return the digits behind a second, 12 at most, in picoseconds."""
    return int(fraction.ljust(12, "0"))


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
