"""The items of a set as JSON, each from a text with gaps for the values.

What is written of an item depends on verdicts, units and kinds of evidence, but for the values themselves. So its text
is made once per such combination, by explaining and writing a panel that has a gap in place of every value: nothing of
a patient is remembered. A set with numbers among its items (a weighted sum, a ratio) is written anew for each panel.
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
from service.clinical.explain import Breakdown, Ground, Shown, Signs, View
from service.clinical.interval import ANYTHING, UNKNOWN
from service.clinical.leaf_readers import State
from service.clinical.reading import Reading

REMEMBERED = 64
"""Texts kept per item; one takes about 1 kB."""
EDGE = "\ue000"
SEAM = "\ue001"
"""Set around a gap and between its words; nothing else in a panel of gaps could hold them."""


class Gapped(NamedTuple):
    """A text with a %b for each gap, and the places that fill them in order; without gaps it is the text itself."""

    text: bytes
    places: tuple[Place, ...]


Writer = Callable[[Ground, Texts], bytes]
"""Writes one item on a panel."""


def _gap(place: Place) -> str:
    return f"{EDGE}{SEAM.join(place)}{EDGE}"


PLACES = [(key, unit) for key, measure in MEASURES.items() for unit in measure.table.units]
VALUE_GAPS = {(key, unit): _gap(Place(VALUE, key, unit)) for key, unit in PLACES}
RESULT_GAPS = {place: _gap(place).encode() for place in (Place(RESULT, *one) for one in PLACES)}
WORD_GAPS = {key: _gap(Place(WORD, key)) for key in MEASURES}


def breakdown_json(breakdown: Breakdown, texts: Texts) -> msgspec.Raw:
    """Return the items of a set on a panel."""
    writers = WRITERS.get(id(breakdown.explanation))
    if writers is None:
        return msgspec.Raw(items_json(breakdown.items(), texts))
    return msgspec.Raw(b"[%b]" % b",".join([write(breakdown.ground, texts) for write in writers]))


def _writer(shown: Shown, gapped_of: Callable[..., Gapped]) -> Writer:
    """Return what writes one item: it finds the text for what the item rests on, and fills its gaps."""
    _, first, end, observations, looked_for = shown

    def write(ground: Ground, texts: Texts) -> bytes:
        measured, implied, confounded, signs = ground
        kinds = tuple(map(texts.kinds.get, observations))
        noted = (confounded, tuple([one for one in signs if one[0] in looked_for])) if confounded or looked_for else ()
        text, places = gapped_of(measured.states[first:end], implied.states[first:end], kinds, *noted)
        return text % tuple(map(texts.__getitem__, places)) if places else text

    return write


def _gapped(shown: Shown) -> Callable[..., Gapped]:
    """Return the function from what an item rests on to its text with gaps."""
    itemize, first, _, observations, _ = shown
    before = (UNKNOWN,) * first

    @lru_cache(REMEMBERED)
    def gapped(
        measured: tuple[State, ...],
        implied: tuple[State, ...],
        kinds: tuple[Kind | None, ...],
        confounded: frozenset[str] = frozenset(),
        signs: Signs = (),
    ) -> Gapped:
        readings = {key: _reading(key, kind) for key, kind in zip(observations, kinds, strict=True) if kind}
        view = View(readings, before + measured, before + implied, confounded, dict(signs), VALUE_GAPS)
        pieces = items_json((itemize(view),), RESULT_GAPS)[1:-1].split(EDGE.encode())
        if len(pieces) == 1:
            return Gapped(pieces[0], ())
        places = tuple([Place(*one.decode().split(SEAM)) for one in pieces[1::2]])
        return Gapped(b"%b".join([one.replace(b"%", b"%%") for one in pieces[::2]]), places)

    return gapped


def _reading(key: str, kind: Kind) -> Reading:
    unit, evidence, is_worded = kind
    return Reading(ANYTHING, unit, evidence, "", WORD_GAPS[key] if is_worded else "")


GAPPED = {
    id(one.explanation): tuple(map(_gapped, one.explanation.shown))
    for one in PREPARED.values()
    if not one.explanation.holds_numbers
}
WRITERS: Mapping[int, tuple[Writer, ...]] = {
    id(one.explanation): tuple(map(_writer, one.explanation.shown, GAPPED[id(one.explanation)]))
    for one in PREPARED.values()
    if id(one.explanation) in GAPPED
}
