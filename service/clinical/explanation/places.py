"""The places in a text at which the values of a panel stand: what is put there, or the gap that marks one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from service.clinical.explanation.item_reasons import InWords, value_text
from service.clinical.measurement.analytes import MEASURES
from service.clinical.measurement.interval import ANYTHING
from service.clinical.measurement.reading import Evidence, Reading
from service.clinical.panel.panel import Panel

VALUE, WORD = "value", "word"
EDGE = "\ue000"
SEAM = "\ue001"
"""Set around a gap and between its words; nothing else in a panel of gaps could hold them."""


class Place(NamedTuple):
    """Where a value stands: in a sentence about a unit (VALUE), as its WORD, or as something else that a form names."""

    what: str
    observation: str
    unit: str = ""


Places = Mapping[Place, bytes]
"""What stands at each place."""
Kind = tuple[str, Evidence, bool]
"""All of a reading that the words around its value depend on: unit, evidence, and whether a word stands for it."""


class Values(dict[Place, bytes]):
    """What stands at each place for one panel, written when it is first asked for.

    ``within`` writes a text as it stands inside a longer one.
    """

    def __init__(self, panel: Panel, within: Callable[[str], bytes]) -> None:
        super().__init__()
        self.readings = panel.readings
        self.within = within
        self.kinds: dict[str, Kind] = {
            key: (one.unit, one.evidence, one.evidence is not Evidence.MEASURED and bool(one.word))
            for key, one in panel.readings.items()
        }

    def __missing__(self, place: Place) -> bytes:
        text = self[place] = self.written(place)
        return text

    def written(self, place: Place) -> bytes:
        """Write the value for a place."""
        what, observation, unit = place
        reading = self.readings[observation]
        return self.within(reading.word if what == WORD else value_text(reading, observation, unit))


class _Gaps(dict[Place, bytes]):
    def __missing__(self, place: Place) -> bytes:
        return gap(place).encode()


def gap(place: Place) -> str:
    """Return what marks a place that is still to be filled."""
    return f"{EDGE}{SEAM.join(place)}{EDGE}"


GAPS: Places = _Gaps()
VALUE_GAPS: InWords = {
    (key, unit): gap(Place(VALUE, key, unit)) for key, one in MEASURES.items() for unit in one.table.units
}
WORD_GAPS = {key: gap(Place(WORD, key)) for key in MEASURES}


def gapped_reading(key: str, kind: Kind) -> Reading:
    """Return a reading of a kind that has gaps in place of its value."""
    unit, evidence, is_worded = kind
    return Reading(ANYTHING, unit, evidence, "", WORD_GAPS[key] if is_worded else "")


def places_in(text: bytes) -> tuple[bytes, tuple[Place, ...]]:
    """Return a text with %b for each gap in it, and the places that these mark."""
    pieces = text.split(EDGE.encode())
    places = tuple([_place(one) for one in pieces[1::2]])
    return b"%b".join([one.replace(b"%", b"%%") for one in pieces[::2]]), places


@cache
def _place(marked: bytes) -> Place:
    """Return the place that a gap marks, always the same object: a key that is the same is found soonest."""
    return Place(*marked.decode().split(SEAM))
