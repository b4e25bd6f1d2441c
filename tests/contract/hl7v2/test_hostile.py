"""Messages that are cut, nested, damaged or huge are refused or assessed, never a fault of ours, in linear time."""

import random
import time
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from service.ehr.hl7v2.message import BadMessage, header_of, read_message
from service.ehr.hl7v2.record import read_record
from service.ehr.terminology.code_file import load_codes
from tests.support.messages import ILL, KIND, OLD_FERRITIN, lines_of, message, obr, obx, sent

CODES = load_codes()
WHOLE = message(*ILL, OLD_FERRITIN, "NTE|1||12500", "SPM|1|||BLD", "RXE||^tocilizumab")
SMALL, LARGE = 100_000, 400_000
MOST_MS_PER_KB = 0.5
SLACK = 8  # a shared machine that also counts lines; what grew with the square took far more than this


@pytest.mark.parametrize("accept", ["", "application/fhir+json", KIND])
def test_a_message_cut_anywhere_is_no_fault_of_ours(client: FlaskClient, accept: str) -> None:
    for end in range(0, len(WHOLE), 7):
        assert sent(client, WHOLE[:end], accept).status_code in (200, 400, 422)


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_message_is_no_fault_of_ours(client: FlaskClient, seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(150):
        body = bytearray(WHOLE.encode())
        for _ in range(draw.randint(1, 8)):
            at = draw.randrange(len(body))
            body[at : at + draw.randint(0, 3)] = draw.choice(
                (b"|", b"^", b"~", b"\\", b"&", b"\r", b"\0", b"\xff", b"9" * 40, b"OBX|")
            )
        answer = sent(client, bytes(body), KIND)
        assert answer.status_code in (200, 400, 422)
        assert lines_of(answer)[1][1] in ("AA", "AE", "AR")


def test_deeply_nested_escapes_stay_as_they_are(client: FlaskClient) -> None:
    nested = "\\E\\" * 200 + "\\X5C\\" * 200 + "\\" * 301
    assert sent(client, message(obx(nested, "ng/mL", kind="ST"))).status_code == 200


def repeated(head: str, part: str, tail: str = "") -> Callable[[int], str]:
    return lambda size: message(head + part * (size // len(part)) + tail)


def many(*segments: str) -> Callable[[int], str]:
    return lambda size: message(*segments * (size // sum(len(segment) + 1 for segment in segments)))


def at_once(fixed: str, part: str) -> Callable[[int], str]:
    """Half of the size is one long field, half are results that share it."""
    return lambda size: message(fixed + part * (size // 2), *[obx("1", "ng/mL")] * (size // 100))


SHAPES: dict[str, Callable[[int], str]] = {
    "fields": repeated("OBX|", "|"),
    "components": repeated("OBX|1|NM|", "^"),
    "repetitions": repeated("OBX|1|ST|2276-4^F^LN||", "a~"),
    "subcomponents": repeated("OBX|1|ST|2276-4^F^LN||", "&"),
    "escapes": repeated("OBX|1|ST|2276-4^F^LN||", "\\T\\"),
    "open escapes": repeated("OBX|1|ST|2276-4^F^LN||", "\\Tx"),
    "marks of escapes": repeated("OBX|1|ST|2276-4^F^LN||", "\\"),
    "bytes": repeated("OBX|1|ST|2276-4^F^LN||", "\\X41\\"),
    "text": repeated("OBX|1|TX|2276-4^F^LN||", "a "),
    "digits": repeated("OBX|1|NM|2276-4^F^LN||", "9"),
    "codes": repeated("OBX|1|NM|", "2276-4^F^LN~", "||5"),
    "names": repeated("OBX|1|NM|^", "ferritin ", "||5"),
    "flags": repeated("OBX|1|NM|2276-4^F^LN||5|ng/mL||", "H~"),
    "ranges": repeated("OBX|1|NM|2276-4^F^LN||5|ng/mL|", "1 - ", "|H"),
    "units": repeated("OBX|1|NM|2276-4^F^LN||5|", "g/"),
    "identifiers": repeated("PID|1||", "12345^^^HOSP~"),
    "diagnoses": repeated("DG1|1||", "M08.2^x^I10~"),
    "drugs": repeated("RXE||", "^tocilizumab~"),
    "empty lines": repeated("", "\r"),
    "results": many(obx("1", "ng/mL")),
    "results of many orders": many(obr(), obx("1", "ng/mL"), "SPM|1|||BLD"),
    "unknown results": many(obx("1", "ng/mL", "X^Y^L")),
    "results taken back": many(obx("1", "ng/mL", at11="W")),
    "notes": many(OLD_FERRITIN, "NTE|1||5"),
    "patients": many("PID|1||12345^^^HOSP^MR||Doe^Jane||20140301|F"),
    "specimens": lambda size: message(obr(), *["SPM|1|||BLD"] * (size // 24), *[obx("1", "ng/mL")] * (size // 100)),
    "results of a long order": at_once("OBR|1|||x|||", "2~"),
    "results of a long source": at_once("OBR|1|||x" + "|" * 11, "a^"),
    "broken lines": many("x"),
}


def seconds(body: bytes) -> float:
    began = time.process_time()
    try:
        header_of(body)
        read_record(read_message(body), CODES)
    except BadMessage:
        pass
    return time.process_time() - began


@pytest.mark.parametrize("shape", SHAPES)
def test_the_work_grows_with_the_size(shape: str) -> None:
    made = SHAPES[shape]
    small, large = made(SMALL).encode(), made(LARGE).encode()
    least = min(seconds(small) for _ in range(2))
    most = min(seconds(large) for _ in range(2))
    assert most * 1000 / (len(large) / 1000) < MOST_MS_PER_KB * SLACK
    assert most < 0.02 or most < least * SLACK * 2


def test_one_segment_of_a_megabyte(client: FlaskClient) -> None:
    assert sent(client, repeated("OBX|1|ST|2276-4^F^LN||", "a^b&c~")(1_000_000), KIND).status_code in (200, 422)
