"""The values of one panel as JSON: each written once, however many limits show it."""

from __future__ import annotations

from typing import Any, NamedTuple

from service.api.numbers import json_number
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


class Kind(NamedTuple):
    """All of a reading that words around its value depend on."""

    unit: str
    evidence: Evidence
    is_worded: bool


class Texts(dict[Place, bytes]):
    """What stands at each place of the answer for one panel, written when it is first asked for."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self.readings = panel.readings
        self.kinds = {key: _kind(reading) for key, reading in panel.readings.items()}

    def __missing__(self, place: Place) -> bytes:
        """Write the value for a place; in a sentence it stands without quotes of its own."""
        what, observation, unit = place
        reading = self.readings[observation]
        if what == RESULT:
            text = dumps(_result_document(reading, observation, unit))
        else:
            text = dumps(reading.word if what == WORD else value_text(reading, observation, unit))[1:-1]
        self[place] = text
        return text


def _kind(reading: Reading) -> Kind:
    return Kind(reading.unit, reading.evidence, reading.evidence is not Evidence.MEASURED and bool(reading.word))


def _result_document(reading: Reading, observation: str, unit: str) -> dict[str, Any]:
    """Show a result in a unit; the ends of one that cannot be used are open."""
    value = reading.interval
    if reading.evidence is not Evidence.UNKNOWN and reading.unit != unit:
        value = MEASURES[observation].table.convert_interval(value, reading.unit, unit)
    low = json_number(value.low)
    return {
        "reported": reading.reported,
        "evidence": EVIDENCE[reading.evidence],
        "low": low,
        "high": low if value.is_point else json_number(value.high),
        "low_open": value.low_open,
        "high_open": value.high_open,
        "unit": unit,
    }
