"""The values of one panel as JSON: each written once, however many limits show it."""

from __future__ import annotations

from functools import cache

from service.api.response.holes import HOLE, pieces_of
from service.api.response.numbers import number_json
from service.clinical.explanation.places import Place, Values
from service.clinical.measurement.analytes import MEASURES
from service.clinical.measurement.reading import Evidence, Reading
from service.clinical.panel.panel import Panel
from service.server.messages.strict_json import dumps, within

EVIDENCE = {one: one.value for one in Evidence}
RESULT = "result"
"""What stands at a place that shows a value as a result in a unit."""


class Texts(Values):
    """What stands at each place of the answer for one panel."""

    def __init__(self, panel: Panel) -> None:
        super().__init__(panel, within)

    def written(self, place: Place) -> bytes:
        """Write the value for a place: as a result, or in a sentence."""
        if place.what != RESULT:
            return super().written(place)
        return _result_json(self.readings[place.observation], place.observation, place.unit)


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
