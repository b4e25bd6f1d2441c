"""A message as tests read it: its record, without HTTP."""

from typing import Any

from service.ehr.hl7v2.message import read_message
from service.ehr.hl7v2.record import MessageRecord, read_record
from service.ehr.terminology.code_file import load_codes
from tests.support.messages import message

CODES = load_codes()


def read(*segments: str, **more: Any) -> MessageRecord:
    return read_record(read_message(message(*segments, **more).encode()), CODES)


def ferritin(*segments: str, **more: Any) -> str:
    """Return how ferritin is read, "" if it is unknown."""
    reading = read(*segments, **more).panel.readings.get("ferritin")
    return "" if reading is None else f"{reading.reported}{'' if reading.evidence.value == 'measured' else ' implied'}"


def keys(*segments: str, **more: Any) -> list[str]:
    """Return the keys of what is said of a record, but for an age that nobody asked for."""
    return [told.key for told in read(*segments, **more).issues]
