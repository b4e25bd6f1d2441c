"""From bytes to segments: character sets, line ends, marks, escapes, and messages that are not taken."""

import pytest

from service.ehr.hl7v2.message import (
    MOST_PARTS,
    MOST_REPETITIONS,
    MOST_SEGMENTS,
    BadMessage,
    Header,
    header_of,
    read_message,
)
from service.ehr.hl7v2.record import read_record
from service.ehr.hl7v2.segment import MOST_FIELDS, Marks, Segment
from tests.support.messages import HEADER, OLD_FERRITIN, PATIENT, message, obr, obx
from tests.unit.ehr.hl7v2.reading import CODES

WHOLE = message(OLD_FERRITIN)


def reported(body: bytes, charset: str = "") -> str:
    reading = read_record(read_message(body, charset), CODES).panel.readings.get("ferritin")
    return reading.reported if reading else ""


def refused(body: bytes, charset: str = "") -> list[tuple[str, str, str, bool]]:
    with pytest.raises(BadMessage) as raised:
        read_message(body, charset)
    return [(fault.key, fault.number, fault.where, raised.value.is_rejected) for fault in raised.value.faults]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("frame", [("", ""), ("\x0b", "\x1c\r"), ("\ufeff", ""), ("", "\r\r\n")])
def test_each_line_end_and_frame(end: str, frame: tuple[str, str]) -> None:
    body = f"{frame[0]}{message(OLD_FERRITIN, end=end)}{frame[1]}".encode()
    assert reported(body) == reported(body.rstrip(b"\r\n")) == "120 ng/mL"


@pytest.mark.parametrize(
    ("named", "coding"),
    [
        ("", "utf-8"),
        ("ASCII", "ascii"),
        ("UNICODE UTF-8", "utf-8"),
        ("8859/1", "latin-1"),
        ("8859/15", "iso8859-15"),
        ("8859/2", "iso8859-2"),
        ("UTF-8", "utf-8"),
        ("8859/1~UNICODE UTF-8", "latin-1"),
        ("WINDOWS-1252", "cp1252"),
        ("GB 18030-2000", "gb18030"),
        ("ISO IR14", "shift_jis"),
    ],
)
def test_each_character_set(named: str, coding: str) -> None:
    signs = {"ascii": "H", "gb18030": "铁蛋白", "shift_jis": "フェリチンソ"}.get(coding, "Größe")
    name = PATIENT.replace("Doe", signs)
    body = message(OLD_FERRITIN, header=f"{HEADER}||||||{named}", patient=name).encode(coding)
    found = read_message(body)
    assert found.segments[0].raw(5) == f"{signs}^Jane"
    assert reported(body) == "120 ng/mL"


def test_the_character_set_of_the_request_counts_where_the_message_names_none() -> None:
    body = message(OLD_FERRITIN, patient=PATIENT.replace("Doe", "Größe")).encode("latin-1")
    assert refused(body) == [("character_set", "102", "MSH-18", True)]
    assert reported(body, "8859/1") == "120 ng/mL"
    assert refused(body, "furlong") == [("character_set", "103", "MSH-18", True)]


@pytest.mark.parametrize(
    ("body", "key", "where"),
    [
        (b"", "no_message", "MSH-2"),
        (b"{}", "no_message", "MSH-2"),
        (b"MSH", "no_message", "MSH-2"),
        (b"MSH|", "no_message", "MSH-2"),
        (b"MSH|^~\\&", "message_type", "MSH-9"),
        (b"MSH||~\\&|", "no_message", "MSH-2"),
        (b"MSH|^^\\&|", "no_message", "MSH-2"),
        (b"MSH|^~\\&#%|", "no_message", "MSH-2"),
        (b"MSH|ABCD|", "no_message", "MSH-2"),
        (b"MSHA^~\\&A", "no_message", "MSH-2"),
        (b"MSH|^~\\|", "no_message", "MSH-2"),
        (b"PID|1\r", "no_message", "MSH-2"),
        (b"FHS|^~\\&|\rBHS|^~\\&|\r" + WHOLE.encode(), "batch", "FHS"),
        (b"BHS|^~\\&|\r" + WHOLE.encode(), "batch", "BHS"),
        (WHOLE.encode() * 2, "batch", "line 6"),
        (WHOLE.encode() + b"BTS|1\r", "batch", "line 6"),
        (b"\x0b" + WHOLE.encode() + b"\x1c\r\x0b" + WHOLE.encode() + b"\x1c\r", "batch", "MSH"),
        (b"\x0b" + WHOLE.encode(), "truncated", "MSH"),
        (WHOLE.encode("utf-16"), "character_set", "MSH-18"),
        (WHOLE.replace("ORU^R01^ORU_R01", "ADT^A01").encode(), "message_type", "MSH-9"),
        (WHOLE.replace("ORU^R01^ORU_R01", "ORU^R30").encode(), "message_type", "MSH-9"),
        (WHOLE.replace("ORU^R01^ORU_R01", "ORU").encode(), "message_type", "MSH-9"),
        (WHOLE.replace("|2.5.1", "|2.2").encode(), "version", "MSH-12"),
        (WHOLE.replace("|2.5.1", "|3.0").encode(), "version", "MSH-12"),
    ],
)
def test_what_is_no_message_of_this_kind_is_rejected(body: bytes, key: str, where: str) -> None:
    (fault,) = refused(body)
    assert (fault[0], fault[2], fault[3]) == (key, where, True)


@pytest.mark.parametrize("version", ["2.3", "2.3.1", "2.4", "2.5", "2.6", "2.7.1", "2.8", "2.8.2", ""])
def test_each_version_is_taken(version: str) -> None:
    assert reported(WHOLE.replace("|2.5.1", f"|{version}").encode()) == "120 ng/mL"


def test_each_line_that_is_no_segment_is_named() -> None:
    body = message(OLD_FERRITIN, "and a text that goes on", "OBX5", "obx|1", "")
    assert refused(body.encode()) == [("segment", "100", f"line {at}", False) for at in (6, 7, 8)]


def test_of_many_faults_the_first_are_named() -> None:
    assert len(refused(message(*["x"] * 200).encode())) == 50


def test_other_marks_than_the_usual_ones_are_read() -> None:
    table = str.maketrans("|^~\\&", "!@#$%")
    result = obx("120", "ng/mL").translate(table)
    body = "\r".join((HEADER.translate(table), obr().translate(table), result, ""))
    assert reported(body.encode()) == "120 ng/mL"


def test_the_truncation_mark_of_later_versions_is_taken() -> None:
    body = WHOLE.replace("MSH|^~\\&|", "MSH|^~\\&#|")
    assert reported(body.encode()) == "120 ng/mL"
    assert Marks(truncation="#").plain("a\\P\\b") == "a#b"


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("a\\T\\b", "a&b"),
        ("\\F\\\\S\\\\R\\\\E\\", "|^~\\"),
        ("a\\.br\\b\\.sp\\c", "a\nb\nc"),
        ("\\XC3A4\\", "ä"),
        ("\\XC3\\", "\ufffd"),
        ("\\M24\\", "\ufffd"),
        ("\\Zabc\\", "\ufffd"),
        ("\\.in5\\", "\ufffd"),
        ("\\E\\T\\E\\", "\\T\\"),
        ("\\X5C545C\\", "\\T\\"),
        ("\\T", "\\T"),
        ("\\\\", "\\\\"),
        (f"\\{'x' * 100}\\", f"\\{'x' * 100}\\"),
        ("plain", "plain"),
    ],
)
def test_each_escape_is_undone_once(raw: str, plain: str) -> None:
    assert Marks().plain(raw) == plain


def test_what_is_written_is_read_back() -> None:
    said = "a|b^c~d&e\\f"
    assert Marks().plain(Marks().escaped(said)) == said
    assert Marks().escaped("two\r\nlines") == "two lines"


def test_the_header_of_any_body_is_read_as_far_as_it_goes() -> None:
    assert header_of(WHOLE.encode()) == Header("LIS", "LAB", "MAS", "HOSP", "MSG00001", "2.5.1")
    assert header_of(b"MSH|^~\\&|L\xff") == Header("L\ufffd")
    assert header_of(b"nonsense") == header_of(b"BHS|^~\\&|") == Header()
    assert header_of(WHOLE.replace("|2.5.1", "|9").encode()).version == ""


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("a^b^c", ["a", "b", "c"]),
        ("a&x^b", ["a", "b"]),
        ("a\\T\\x^b", ["a&x", "b"]),
        ('""^b', ["", "b"]),
        (" a ^ b", ["a", "b"]),
    ],
)
def test_components_are_parted_before_escapes_are_undone(raw: str, parts: list[str]) -> None:
    assert Segment("OBX", "OBX[1]", ["OBX", raw], Marks()).components(raw) == parts


def test_no_more_parts_are_read_than_fit_into_memory() -> None:
    """They are counted before any is made; fields beyond those of any segment are of none."""
    refusal = [("too_many", "207", "MSH", False)]
    assert refused(message(*["NTE|1"] * (MOST_SEGMENTS + 1)).encode()) == refusal
    assert refused(message(obx("a~" * (MOST_REPETITIONS + 1), kind="ST")).encode()) == refusal
    assert refused(message(obx("a^" * (MOST_PARTS + 1), kind="ST")).encode()) == refusal
    assert len(read_message(message("NTE|1" * 1000 + "|" * 1000).encode()).segments[-1].fields) == MOST_FIELDS + 1
