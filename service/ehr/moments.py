"""FHIR dates and times: any precision, ordered by when they begin."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

_MOMENT = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?\s*(Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """When something was: the beginning of what is said (UTC), and how to say it if it names at least a day."""

    at: datetime
    text: str = field(compare=False)


NEVER = Moment(datetime.min.replace(tzinfo=UTC), "")


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
    stamp = f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{_leap(second)}{_zone(zone)}"
    try:
        at = datetime.fromisoformat(stamp).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if not day:
        return Moment(at, "")
    exact = f"T{hour}:{minute}:{second or '00'}{fraction or ''}{zone.upper()}" if zone else ""
    return Moment(at, f"{year}-{month}-{day}{exact}")  # the day alone without an offset: which was meant is not known


def _leap(second: str | None) -> str:
    return "59" if second == "60" else second or "00"


def _zone(zone: str | None) -> str:
    return "+00:00" if zone in (None, "Z", "z") else str(zone)


def days_between(earlier: Moment, later: Moment) -> timedelta:
    """Return how much later the second is."""
    return later.at - earlier.at
