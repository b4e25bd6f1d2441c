"""What evaluating one criteria set comes to: a tree that mirrors its rule, with every number and its reason."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from service.clinical.criteria.criteria_set import CriteriaSet
from service.clinical.criteria.rules import AnyNode
from service.clinical.measurement.interval import Interval, Verdict
from service.clinical.measurement.reading import Reading

if TYPE_CHECKING:
    from service.clinical.explanation.explain import Breakdown


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
    """How many of a group are met, not met, unknown, and how many it takes."""

    met: int
    not_met: int
    unknown: int
    required: int


class Part(NamedTuple):
    """A part of a set that has a verdict of its own."""

    id: str
    verdict: Verdict
    verdict_implied: Verdict
    count: Count | None  # type: ignore[assignment]  # stands before the count of a tuple, which nobody asks for


class Result(NamedTuple):
    """One set evaluated. ``missing`` are the inputs still unknown, ``decisive`` those that alone could settle it."""

    criteria: CriteriaSet
    applicability: str
    verdict: Verdict
    verdict_implied: Verdict
    verdict_without_confounded: Verdict | None
    parts: tuple[Part, ...]
    count: Count | None  # type: ignore[assignment]  # stands before the count of a tuple, which nobody asks for
    score: Interval | None
    score_implied: Interval | None
    missing: tuple[str, ...]
    decisive: tuple[str, ...]
    breakdown: Breakdown | None

    @property
    def items(self) -> tuple[Item, ...]:
        """The items with their reasons, worked out when asked for; none where only the verdict was wanted."""
        return self.breakdown.items() if self.breakdown else ()

    def part(self, key: str) -> Part:
        """Return the part with that id; raises KeyError."""
        for part in self.parts:
            if part.id == key:
                return part
        raise KeyError(key)
