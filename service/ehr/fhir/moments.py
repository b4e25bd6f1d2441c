"""FHIR dates and times: any precision, ordered by when they begin."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

LENGTH_OF_A_DAY = len("2026-11-22")
_MOMENT = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?\s*(Z|[+-]\d\d:\d\d)?)?)?)?",
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
    """Return the moment that a FHIR date, dateTime or instant means; None if it is not readable."""
    match = _MOMENT.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    clock = f"{hour or '00'}:{minute or '00'}:{_leap(second)}{fraction or ''}"
    try:
        at = datetime.fromisoformat(f"{year}-{month or '01'}-{day or '01'}T{clock}{_zone(zone)}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if not hour:
        return Moment(at, f"{year}-{month}-{day}" if day else "", _end(at, month, day))
    # Without an offset the day alone is told: which time it was is not known.
    exact = f"T{hour}:{minute}:{second or '00'}{fraction or ''}{zone.upper()}" if zone else ""
    until = LAST if at == NEVER.at else None  # systems write the first of all days where they have none
    return Moment(at, f"{year}-{month}-{day}{exact}", until)


def _end(at: datetime, month: str | None, day: str | None) -> datetime:
    """Return the end of the day, the month or the year that begins then."""
    if at.year in (NEVER.at.year, LAST.year):
        return LAST
    if day:
        return at + timedelta(days=1)
    return at.replace(month=at.month + 1) if month and at.month < 12 else at.replace(year=at.year + 1, month=1)


def _leap(second: str | None) -> str:
    return "59" if second == "60" else second or "00"


def _zone(zone: str | None) -> str:
    return "+00:00" if zone in (None, "Z", "z") else str(zone)


def days_between(earlier: Moment, later: Moment) -> timedelta:
    """Return how much later the second is."""
    return later.at - earlier.at
