"""The items of a set, written from a text with gaps for the values.

What is written of an item depends on verdicts, units and kinds of evidence, but for the values themselves. So its text
is made once per such combination, by explaining and writing a panel that has a gap in place of every value, and that of
a set by joining those of its items: nothing of a patient is remembered. A set with numbers among its items (a weighted
sum, a ratio) is written anew for each panel.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from service.clinical.evaluation.evaluate import PREPARED
from service.clinical.evaluation.leaf_readers import State
from service.clinical.evaluation.set_result import Item
from service.clinical.explanation.explain import Breakdown, Explanation, Ground, Shown, Signs
from service.clinical.explanation.itemize import View
from service.clinical.explanation.places import GAPS, VALUE_GAPS, Kind, Place, Places, Values, gapped_reading, places_in
from service.clinical.measurement.interval import UNKNOWN

ITEMS_REMEMBERED = 32
"""Texts kept per item; one takes up to 1 kB."""
SETS_REMEMBERED = 32
"""Texts kept per set; one takes up to 10 kB."""

Write = Callable[[Item, Places], bytes]
"""Writes one item with everything below it."""
Kinds = tuple[Kind | None, ...]


class Gapped(NamedTuple):
    """A text with a %b for each gap, and the places that fill them in order."""

    text: bytes
    places: tuple[Place, ...]


OfItem = Callable[..., Gapped]
OfSet = Callable[[Ground, Kinds], Gapped]


class ItemTexts:
    """How the items of every set are written in one form, with ``between`` them."""

    def __init__(self, write: Write, between: bytes) -> None:
        explanations = [one.explanation for one in PREPARED.values() if not one.explanation.holds_numbers]
        self._write, self._between = write, between
        self._observations = {id(one): _observations(one) for one in explanations}
        self.of_items = {id(one): tuple([_of_item(shown, write) for shown in one.shown]) for one in explanations}
        self.of_sets = {
            id(one): _of_set(one, self._observations[id(one)], self.of_items[id(one)], between) for one in explanations
        }

    def written(self, breakdown: Breakdown, values: Values) -> bytes:
        """Return the items of a set on a panel."""
        key = id(breakdown.explanation)
        of_set = self.of_sets.get(key)
        if of_set is None:
            return self._between.join([self._write(one, values) for one in breakdown.items()])
        text, places = of_set(breakdown.ground, tuple(map(values.kinds.get, self._observations[key])))
        return text % tuple(map(values.__getitem__, places))


def _observations(explanation: Explanation) -> tuple[str, ...]:
    return tuple(dict.fromkeys([key for shown in explanation.shown for key in shown.observations]))


def _of_set(
    explanation: Explanation, observations: tuple[str, ...], items: tuple[OfItem, ...], between: bytes
) -> OfSet:
    """Return the function from what a set rests on to the text of its items."""
    pairs = tuple(zip(explanation.shown, items, strict=True))

    @lru_cache(SETS_REMEMBERED)
    def joined(ground: Ground, kinds: Kinds) -> Gapped:
        measured, implied, confounded, signs = ground
        states, implied_states = measured.states, implied.states
        known = dict(zip(observations, kinds, strict=True)).get
        texts: list[bytes] = []
        filled: list[Place] = []
        for (_, first, end, own, looked_for), of_item in pairs:
            noted = (
                (confounded, tuple([one for one in signs if one[0] in looked_for])) if confounded or looked_for else ()
            )
            text, places = of_item(states[first:end], implied_states[first:end], tuple(map(known, own)), *noted)
            texts.append(text)
            filled += places
        return Gapped(between.join(texts), tuple(filled))

    return joined


def _of_item(shown: Shown, write: Write) -> OfItem:
    """Return the function from what an item rests on to its text."""
    itemize, first, _, observations, _ = shown
    before = (UNKNOWN,) * first

    @lru_cache(ITEMS_REMEMBERED)
    def gapped(
        measured: tuple[State, ...],
        implied: tuple[State, ...],
        kinds: Kinds,
        confounded: frozenset[str] = frozenset(),
        signs: Signs = (),
    ) -> Gapped:
        readings = {key: gapped_reading(key, kind) for key, kind in zip(observations, kinds, strict=True) if kind}
        view = View(readings, before + measured, before + implied, confounded, dict(signs), VALUE_GAPS)
        return Gapped(*places_in(write(itemize(view), GAPS)))

    return gapped
