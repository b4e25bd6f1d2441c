"""The times of a table: one without an offset belongs to the zone announced; no order of day and month is guessed."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d(?:\.\d{1,12})?)?", re.ASCII)
_WITH_OFFSET = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d(?:\.\d{1,12})?)? ?(?:(Z|UTC|GMT)|([+-]\d\d):?(\d\d)?)",
    re.ASCII | re.IGNORECASE,
)
_SLASHES = re.compile(r"(\d{4})/(\d\d)/(\d\d)(?![\d/])", re.ASCII)
_YEAR_FIRST = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt ]|\Z)", re.ASCII)
_DAY_FIRST = re.compile(r"\d{1,4}[./\-]\d{1,2}[./\-]\d{1,4}\b.*", re.ASCII | re.DOTALL)
_DAY_NUMBER = re.compile(r"\d+(?:[.,]\d+)?", re.ASCII)
WRITE = "Write the year first: 2023-02-01, or 2023-02-01 08:30:00 with or without an offset."
OTHER_ORDER = f"This order of day, month and year is not read, since the day could be taken for the month. {WRITE}"
DAY_NUMBER = (
    f"This is a number, such as the one by which a spreadsheet counts days. Format the column as a date. {WRITE}"
)
NO_SUCH_TIME = (
    "This time does not exist, or in the zone announced by --timezone its hour comes twice or never. Add its offset."
)


def is_local(text: str) -> bool:
    """Return whether a text is a date and time without an offset."""
    return _LOCAL.fullmatch(_with_dashes(text)) is not None


def _with_dashes(text: str) -> str:
    """Write a date with the year first as RFC 3339 does: 2026/11/22 can be no other day."""
    return _SLASHES.sub(r"\1-\2-\3", text, count=1) if _SLASHES.match(text) else text


def with_offset(text: str, zone: tzinfo) -> str:
    """Return a time in RFC 3339, a local one with the offset of the zone; what is in doubt stays as it is."""
    written = _with_dashes(text)
    match = _LOCAL.fullmatch(written)
    if match is None:
        return _with_its_offset(written)
    day, minute, seconds = match.groups()
    offset = _offset(f"{day}T{minute}", zone)
    return f"{day}T{minute}{seconds or ':00'}{offset}" if offset else text


def _with_its_offset(text: str) -> str:
    match = _WITH_OFFSET.fullmatch(text)
    if match is None:
        return text
    day, minute, seconds, utc, hours, minutes = match.groups()
    offset = "Z" if utc else f"{hours}:{minutes or '00'}"
    return f"{day}T{minute}{seconds or ':00'}{offset}"


def why_not(text: str) -> str:
    """Return how to mend a text that is not read as a time, "" where its form is that of one."""
    if is_local(text):
        return NO_SUCH_TIME
    if _YEAR_FIRST.match(text):
        return ""
    if _DAY_NUMBER.fullmatch(text):
        return DAY_NUMBER
    return OTHER_ORDER if _DAY_FIRST.fullmatch(text) else WRITE


def _offset(minute: str, zone: tzinfo) -> str:
    """Return the offset of a local minute, "" if there is none or not one alone."""
    try:
        first = datetime.fromisoformat(minute).replace(tzinfo=zone)
        earlier, later = first.utcoffset(), first.replace(fold=1).utcoffset()
    except (ValueError, OverflowError):
        return ""
    offset = first.isoformat()[len(minute) + len(":00") :]
    return offset if earlier == later and len(offset) == len("+00:00") else ""  # not the local mean time of old days
