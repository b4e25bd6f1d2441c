"""The acknowledgement of a message (ACK): taken (AA), wrong in its content (AE) or of its kind (AR), and why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from service.ehr.hl7v2.message import Header
from service.ehr.hl7v2.segment import Marks

MEDIA_TYPE = "application/hl7-v2"
ACCEPTED, ERROR, REJECTED = "AA", "AE", "AR"
NAME = "MAS"
DEFAULT_VERSION = "2.5.1"
OLD_VERSIONS = ("2.3", "2.4")
"""Before 2.5 an error had one field alone: where it is, its code and its text."""
SEVERITIES = {"error": "E", "warning": "W", "information": "I"}
NUMBERS = {
    "0": "Message accepted",
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "103": "Table value not found",
    "200": "Unsupported message type",
    "201": "Unsupported event code",
    "202": "Unsupported processing id",
    "203": "Unsupported version id",
    "204": "Unknown key identifier",
    "207": "Application internal error",
}
"""Those of table 0357 that are used here, with what they mean."""
LONGEST_TEXT = 250
MARKS = Marks()
_PLACE = re.compile(r"([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:[.-](\d+))?")


class Told(NamedTuple):
    """One thing to tell: its number in table 0357, its key here, its place, its severity, and what to say."""

    number: str
    key: str
    where: str
    severity: str
    text: str


def acknowledgement(header: Header, code: str, summary: str, told: Iterable[Told], own_id: str) -> bytes:
    """Return an ACK in UTF-8; ``own_id`` names this answer."""
    version = header.version or DEFAULT_VERSION
    now = datetime.now(UTC).strftime("%Y%m%d%H%M%S+0000")
    names = (header.receiver or NAME, header.receiving_facility, header.application, header.facility)
    charset = "UNICODE UTF-8"
    head = [*names, now, "", "ACK^R01^ACK", own_id, "P", version, "", "", "", "", "", charset]
    lines = [
        "MSH|^~\\&|" + "|".join(_field(part) if part != "ACK^R01^ACK" else part for part in head),
        f"MSA|{code}|{_field(header.control_id)}|{_field(summary)}".rstrip("|"),
    ]
    write = _old_error if version.startswith(OLD_VERSIONS) else _error
    lines += [write(thing) for thing in told]
    return "".join(f"{line}\r" for line in lines).encode()


def _field(text: str) -> str:
    return MARKS.escaped(text)


def _error(told: Told) -> str:
    number = f"{told.number}^{NUMBERS[told.number]}^HL70357"
    own = f"{_field(told.key)}^^L"
    text = _field(told.text[:LONGEST_TEXT])
    return f"ERR||{'^'.join(_place(told.where))}|{number}|{SEVERITIES[told.severity]}|{own}|||{text}"


def _old_error(told: Told) -> str:
    segment, sequence, field = _place(told.where)
    return f"ERR|{segment}^{sequence}^{field}^{told.number}&{_field(told.text[:LONGEST_TEXT])}"


def _place(where: str) -> tuple[str, str, str]:
    """Return the segment, which of its kind it is, and the field."""
    match = _PLACE.match(where)
    return (match[1], match[2] or "1", match[3] or "") if match else ("", "", "")
