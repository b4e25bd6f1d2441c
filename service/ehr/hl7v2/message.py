"""From bytes to the segments of one message: its character set, its marks, its type, and nothing lost on the way."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from service.ehr.hl7v2.segment import HEADERS, Marks, Segment, fields_of

CHARSETS = {
    "ASCII": "ascii",
    "ISO IR6": "ascii",
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    **{f"8859/{part}": f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)},
    **{f"ISO{sign}8859-{part}": f"iso8859-{part}" for sign in " -" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)},
    "WINDOWS-1252": "cp1252",
    "CP1252": "cp1252",
    "GB 18030-2000": "gb18030",
    "BIG-5": "big5",
    "KS X 1001": "euc_kr",
    "ISO IR87": "iso2022_jp",
    "ISO IR14": "shift_jis",
}
"""The character sets of table 0211 that are read, and the names that sites use beside them."""
VERSIONS = re.compile(r"2\.[3-8](?:\.\d)?")
MOST_FAULTS = 50
MOST_SEGMENTS, MOST_REPETITIONS, MOST_PARTS = 20_000, 10_000, 400_000
"""Segments of a message; and in all of it signs for repetitions, and for components and subcomponents."""
TYPE, EVENT = "ORU", "R01"
LONGEST_KEPT = 199
MLLP_START, MLLP_END = b"\x0b", b"\x1c"
_LINES = re.compile(r"\r\n|\r|\n")
_LINES_OF_BYTES = re.compile(rb"[\r\n]")
_NAME = re.compile(r"[A-Z][A-Z0-9]{2}")
_MARKS = re.compile(r"[!-/:-@\[-`{-~]")  # printed signs of ASCII that are neither letters nor figures
_OTHER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NO_HEADER = "A message begins with MSH, the field separator and four or five different encoding characters (|^~\\&)."


class MessageFault(NamedTuple):
    """One fault: a key of ours, the number that table 0357 of HL7 has for it, its place, and how to mend it."""

    key: str
    number: str
    where: str
    text: str


class BadMessage(Exception):
    """A message that is not assessed, with its faults, the first fifty at most.

    ``is_rejected`` says that it is no message of the kind that is taken here (AR), not that its content is wrong (AE).
    """

    def __init__(self, faults: Sequence[MessageFault], *, is_rejected: bool = False) -> None:
        super().__init__("bad message")
        self.faults = tuple(faults)
        self.is_rejected = is_rejected


def rejected(key: str, number: str, where: str, text: str) -> BadMessage:
    """Return the error for a message that is not of the kind that is taken here."""
    return BadMessage([MessageFault(key, number, where, text)], is_rejected=True)


@dataclass(frozen=True, slots=True)
class Header:
    """What an acknowledgement repeats of a message: as far as it could be read."""

    application: str = ""
    facility: str = ""
    receiver: str = ""
    receiving_facility: str = ""
    control_id: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """The header and the further segments of one ORU^R01, in order."""

    header: Segment
    segments: tuple[Segment, ...]


def read_message(body: bytes, charset: str = "") -> Message:
    """Return the message in a body; ``charset`` is what the request says it is in. Raises BadMessage."""
    marks, text = _decoded(_unframed(body), charset)
    _refuse_many_parts(text, marks)
    lines = _LINES.split(text)
    header = _segment(lines[0], "MSH[1]", marks)
    _refuse_other_kinds(header)
    return Message(header, tuple(_segments(lines[1:], marks)))


def header_of(body: bytes) -> Header:
    """Return what can be read of the header of any body, for the answer to it."""
    line = _LINES_OF_BYTES.split(body.removeprefix(codecs.BOM_UTF8).removeprefix(MLLP_START), 1)[0]
    try:
        marks = _marks(line.decode("latin-1"))
    except BadMessage:
        return Header()
    header = _segment(line.decode("utf-8", "replace"), "MSH[1]", marks)
    application, facility, receiver, receiving = (marks.plain(header.raw(at))[:LONGEST_KEPT] for at in (3, 4, 5, 6))
    control_id, version = header.text(10)[:LONGEST_KEPT], header.text(12)
    version = version if VERSIONS.fullmatch(version) else ""
    return Header(application, facility, receiver, receiving, control_id, version)


def _unframed(body: bytes) -> bytes:
    """Return a body without the frame of MLLP; raises BadMessage for a frame that does not end."""
    body = body.removeprefix(codecs.BOM_UTF8)
    if body.startswith(_OTHER_MARKS):
        raise rejected("character_set", "102", "MSH-18", "The message is in UTF-16; send it in UTF-8.")
    if not body.startswith(MLLP_START):
        return body
    inner, end, rest = body[1:].partition(MLLP_END)
    if not end:
        raise rejected("truncated", "100", "MSH", "The message ends before its frame (MLLP) does.")
    if rest.strip():
        _refuse_batch("MSH")
    return inner


def _decoded(body: bytes, charset: str) -> tuple[Marks, str]:
    """Return how the message is parted, and its text; raises BadMessage."""
    head = _LINES_OF_BYTES.split(body, 1)[0].decode("latin-1")
    marks = _marks(head)
    said = _segment(head, "MSH[1]", marks).repetitions(18)
    named = said[0].upper() if said else charset.upper()
    coding = CHARSETS.get(named, "" if named else "utf-8")
    if not coding:
        raise rejected(
            "character_set", "103", "MSH-18", "This character set is not read; send UTF-8 (MSH-18 UNICODE UTF-8)."
        )
    try:
        text = body.decode(coding)
    except UnicodeDecodeError as error:
        told = f"Byte {error.start} is not of the character set; name the right one in MSH-18, or send UTF-8."
        raise rejected("character_set", "102", "MSH-18", told) from None
    return Marks(
        marks.field, marks.component, marks.repetition, marks.escape, marks.subcomponent, marks.truncation, coding
    ), text


def _marks(head: str) -> Marks:
    if head[:3] in HEADERS[1:]:
        _refuse_batch(head[:3])
    separator = head[3:4]
    given = head[4:].split(separator, 1)[0] if separator else ""
    signs = separator + given
    is_whole = len(given) in (4, 5) and len(set(signs)) == len(signs)
    if not head.startswith("MSH") or not is_whole or not all(map(_MARKS.fullmatch, signs)):
        raise rejected("no_message", "100", "MSH-2", _NO_HEADER)
    return Marks(separator, *given)


def _refuse_many_parts(text: str, marks: Marks) -> None:
    """Refuse what would take too long, or fill the memory: a part takes its time and its bytes however short it is."""
    segments = max(text.count("\r"), text.count("\n"))  # \r\n is one end
    repetitions, parts = text.count(marks.repetition), text.count(marks.component) + text.count(marks.subcomponent)
    if segments > MOST_SEGMENTS or repetitions > MOST_REPETITIONS or parts > MOST_PARTS:
        told = (
            f"At most {MOST_SEGMENTS} segments, {MOST_REPETITIONS} repetitions and {MOST_PARTS} components fit in one "
            "message; send less at a time."
        )
        raise BadMessage([MessageFault("too_many", "207", "MSH", told)])


def _refuse_batch(where: str) -> NoReturn:
    raise rejected("batch", "207", where, "This is a batch or a file of messages; send one message in each request.")


def _refuse_other_kinds(header: Segment) -> None:
    said = header.repetitions(9)
    kind = [*header.components(said[0]), ""] if said else ["", ""]
    if kind[0] != TYPE:
        raise rejected("message_type", "200", "MSH-9", "The message type is not taken; send ORU^R01.")
    if kind[1] != EVENT:
        raise rejected("message_type", "201", "MSH-9", "The trigger event is not taken; send ORU^R01.")
    version = header.text(12)
    if version and not VERSIONS.fullmatch(version):
        raise rejected("version", "203", "MSH-12", "The version is not taken; send HL7 version 2.3 to 2.8.")


def _segments(lines: list[str], marks: Marks) -> list[Segment]:
    """Return the segments of the lines after the header; raises BadMessage that names each line that is none."""
    found: list[Segment] = []
    faults: list[MessageFault] = []
    many: dict[str, int] = {}
    for at, line in enumerate(lines, 2):
        if not line.strip():
            continue
        name = line[:3]
        if name in HEADERS or name in ("BTS", "FTS"):
            _refuse_batch(f"line {at}")
        if not _NAME.fullmatch(name) or line[3:4] not in ("", marks.field):
            told = "This line is no segment: a name of three letters and the field separator are missing."
            faults.append(MessageFault("segment", "100", f"line {at}", told))
            if len(faults) == MOST_FAULTS:
                break
            continue
        many[name] = many.get(name, 0) + 1
        found.append(_segment(line, f"{name}[{many[name]}]", marks))
    if faults:
        raise BadMessage(faults)
    return found


def _segment(line: str, where: str, marks: Marks) -> Segment:
    fields = fields_of(line, marks.field)
    if fields[0] == "MSH":  # its first field is the separator itself
        fields.insert(1, marks.field)
    return Segment(fields[0], where, fields, marks)
