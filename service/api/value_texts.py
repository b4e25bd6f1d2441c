"""The values of one panel as JSON: each written once, however many limits show it."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from service.api.holes import HOLE, pieces_of
from service.api.numbers import number_json
from service.clinical.analytes import MEASURES
from service.clinical.panel import Panel
from service.clinical.reading import Evidence, Reading
from service.clinical.reasons import value_text
from service.server.strict_json import dumps

EVIDENCE = {one: one.value for one in Evidence}
RESULT, VALUE, WORD = "result", "value", "word"


class Place(NamedTuple):
    """Where a value stands: as a result in a unit (RESULT), in a sentence about a unit (VALUE), or as its WORD."""

    what: str
    observation: str
    unit: str = ""


Kind = tuple[str, Evidence, bool]
"""All of a reading that the words around its value depend on: unit, evidence, and whether a word stands for it."""


class Texts(dict[Place, bytes]):
    """What stands at each place of the answer for one panel, written when it is first asked for."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self.readings = panel.readings
        self.kinds: dict[str, Kind] = {
            key: (one.unit, one.evidence, one.evidence is not Evidence.MEASURED and bool(one.word))
            for key, one in panel.readings.items()
        }

    def __missing__(self, place: Place) -> bytes:
        """Write the value for a place; in a sentence it stands without quotes of its own."""
        what, observation, unit = place
        reading = self.readings[observation]
        if what == RESULT:
            text = _result_json(reading, observation, unit)
        else:
            text = dumps(reading.word if what == WORD else value_text(reading, observation, unit))[1:-1]
        self[place] = text
        return text


def _result_json(reading: Reading, observation: str, unit: str) -> bytes:
    """Write a result in a unit; the ends of one that cannot be used are open."""
    value = reading.interval
    if reading.evidence is not Evidence.UNKNOWN and reading.unit != unit:
        value = MEASURES[observation].table.convert_interval(value, reading.unit, unit)
    low, high, low_open, high_open = value
    before, between, middle, after = _result_shape(reading.evidence, low_open, high_open, unit)
    low_json = number_json(low)
    high_json = low_json if value.is_point else number_json(high)
    return b"".join((before, dumps(reading.reported), between, low_json, middle, high_json, after))


@cache
def _result_shape(evidence: Evidence, low_open: bool, high_open: bool, unit: str) -> list[bytes]:
    document = {
        "reported": HOLE,
        "evidence": EVIDENCE[evidence],
        "low": HOLE,
        "high": HOLE,
        "low_open": low_open,
        "high_open": high_open,
        "unit": unit,
    }
    return pieces_of(document)
