"""The items of a set as JSON, from a text with gaps for the values.

Panels with the same verdicts, units and kinds of evidence have the same breakdown but for their values. So the text is
made once per such combination, by explaining and writing a panel that has a gap in place of every value: nothing of a
patient is remembered. A set with numbers among its items (a weighted sum, a ratio) is written anew for each panel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

import msgspec

from service.api.item_document import items_json
from service.api.value_texts import RESULT, VALUE, WORD, Kind, Place, Texts
from service.clinical.analytes import MEASURES
from service.clinical.evaluate import PREPARED
from service.clinical.explain import Breakdown, Explanation, Ground
from service.clinical.interval import ANYTHING
from service.clinical.reading import Reading

REMEMBERED = 64
"""Texts kept per set; one takes about 5 kB."""
EDGE = "\ue000"
SEAM = "\ue001"
"""Set around a gap and between its words; nothing else in a panel of gaps could hold them."""


class Gapped(NamedTuple):
    """A text in pieces, and the place that is filled after each but the last."""

    pieces: tuple[bytes, ...]
    places: tuple[Place, ...]


def _gap(place: Place) -> str:
    return f"{EDGE}{SEAM.join(place)}{EDGE}"


PLACES = [(key, unit) for key, measure in MEASURES.items() for unit in measure.table.units]
VALUE_GAPS = {(key, unit): _gap(Place(VALUE, key, unit)) for key, unit in PLACES}
RESULT_GAPS = {place: _gap(place).encode() for place in (Place(RESULT, *one) for one in PLACES)}
WORD_GAPS = {key: _gap(Place(WORD, key)) for key in MEASURES}


def breakdown_json(breakdown: Breakdown, texts: Texts) -> msgspec.Raw:
    """Return the items of a set on a panel."""
    gapped_of = GAPPED.get(id(breakdown.explanation))
    if gapped_of is None:
        return msgspec.Raw(items_json(breakdown.items(), texts))
    kinds = tuple([texts.kinds.get(one) for one in breakdown.explanation.inputs])
    pieces, places = gapped_of(breakdown.ground, kinds)
    filled = [b""] * (len(pieces) + len(places))
    filled[::2] = pieces
    filled[1::2] = [texts[place] for place in places]
    return msgspec.Raw(b"".join(filled))


def _gapped(explanation: Explanation) -> Callable[[Ground, tuple[Kind | None, ...]], Gapped]:
    """Return the function from what a breakdown rests on to its text with gaps."""

    @lru_cache(REMEMBERED)
    def gapped(ground: Ground, kinds: tuple[Kind | None, ...]) -> Gapped:
        readings = {key: _reading(key, kind) for key, kind in zip(explanation.inputs, kinds, strict=True) if kind}
        text = items_json(explanation.items(ground, readings, VALUE_GAPS), RESULT_GAPS)
        parts = text.split(EDGE.encode())
        return Gapped(tuple(parts[::2]), tuple(Place(*one.decode().split(SEAM)) for one in parts[1::2]))

    return gapped


def _reading(key: str, kind: Kind) -> Reading:
    unit, evidence, is_worded = kind
    return Reading(ANYTHING, unit, evidence, "", WORD_GAPS[key] if is_worded else "")


GAPPED: Mapping[int, Callable[[Ground, tuple[Kind | None, ...]], Gapped]] = {
    id(one.explanation): _gapped(one.explanation) for one in PREPARED.values() if not one.explanation.holds_numbers
}
