"""The result of one criteria set: verdicts, score, what is missing, and items that mirror its rule."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from service.clinical.criteria.criteria_set import CriteriaSet
from service.clinical.criteria.rules import AnyNode
from service.clinical.evaluation.rule_engine import States
from service.clinical.measurement.interval import UNKNOWN, Interval, Verdict
from service.clinical.measurement.reading import Reading

SET_WORDS = {verdict: "indeterminate" if verdict is UNKNOWN else verdict.value for verdict in Verdict}


def verdict_text(verdict: Verdict) -> str:
    """Return the word for a whole set: an unknown item is ``unknown``, an unknown set ``indeterminate``."""
    return SET_WORDS[verdict]


class Item(NamedTuple):
    """One item: its status by what was measured, and by what words imply as well; its points where it has any."""

    node: AnyNode
    id: str
    label: str
    status: Verdict
    status_implied: Verdict
    reason: str
    reading: Reading | None = None
    points: Interval | None = None
    confounded: bool = False
    items: tuple[Item, ...] = ()


item_of: Callable[[tuple[Any, ...]], Item] = partial(tuple.__new__, Item)
"""Makes an item from all its fields in order, without the checks of a call by name: there are a hundred to a panel."""


class Count(NamedTuple):
    """The numbers of a group: met, not met, unknown, and needed."""

    met: int
    not_met: int
    unknown: int
    required: int


class Component(NamedTuple):
    """A part of a set that has a verdict of its own."""

    id: str
    verdict: Verdict
    verdict_implied: Verdict
    count: Count | None  # type: ignore[assignment]  # stands before the count of a tuple, which nobody asks for


class SetResult(NamedTuple):
    """One set evaluated. ``missing`` are the inputs still unknown, ``decisive`` those that alone could settle it.

    ``states`` are those of every node of its rule by what was measured, ``states_implied`` by what words imply as well.
    ``confounded`` are the observations that another condition may explain. ``items`` is empty until it is explained.
    """

    criteria: CriteriaSet
    applicability: str
    verdict: Verdict
    verdict_implied: Verdict
    verdict_without_confounded: Verdict | None
    parts: tuple[Component, ...]
    count: Count | None  # type: ignore[assignment]  # stands before the count of a tuple, which nobody asks for
    score: Interval | None
    score_implied: Interval | None
    missing: tuple[str, ...]
    decisive: tuple[str, ...]
    states: States
    states_implied: States
    confounded: frozenset[str]
    items: tuple[Item, ...] = ()

    def explained(self, items: tuple[Item, ...]) -> SetResult:
        """Return the same result with its items."""
        return tuple.__new__(SetResult, (*self[:-1], items))

    def part(self, key: str) -> Component:
        """Return the part with that id; raises KeyError."""
        for part in self.parts:
            if part.id == key:
                return part
        raise KeyError(key)
