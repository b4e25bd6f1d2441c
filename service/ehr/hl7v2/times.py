"""Times of HL7 v2 (TS, DTM), written as ISO 8601 writes them, by which every reader of records goes."""

from __future__ import annotations

import re

LONGEST_TIME = 64
_TIME = re.compile(
    r"(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(?:(\d\d)(?:(\d\d)(\.\d{1,12})?)?)?)?([+-]\d{4})?",
    re.ASCII,
)


def iso(raw: str, zone: str = "") -> str:
    """Return a time as ISO 8601 writes it; one that is not of HL7 v2 as it is, since some systems send that.

    A time of an hour without minutes is known to the day. ``zone`` is the offset that the header of the message says.
    """
    match = _TIME.fullmatch(raw) if len(raw) <= LONGEST_TIME else None
    if match is None:
        return raw
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    date = "-".join(part for part in (year, month, day) if part)
    if minute is None or day is None:
        return date
    return f"{date}T{hour}:{minute}:{second or '00'}{fraction or ''}{offset or zone}"


def day(raw: str) -> str:
    """Return the date of a time as ISO 8601 writes it."""
    return iso(raw).partition("T")[0]


def zone_of(raw: str) -> str:
    """Return the offset that a time says, "" if it says none."""
    match = _TIME.fullmatch(raw) if len(raw) <= LONGEST_TIME else None
    return (match[8] or "") if match else ""
