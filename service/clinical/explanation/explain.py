"""Explains a set on a panel: which of its nodes are shown as items, what each rests on, and the items themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from service.clinical.criteria.rules import AllOf, AtLeast, Linear, Ratio, Sum
from service.clinical.evaluation.plan import Plan, Step
from service.clinical.evaluation.set_result import Item
from service.clinical.evaluation.standing import Standing
from service.clinical.explanation.itemize import Itemizer, View, itemizer
from service.clinical.measurement.analytes import MEASURES
from service.clinical.panel.panel import Panel

Signs = tuple[tuple[str, bool | None], ...]
"""Findings that could settle what was not measured, and whether each is present, absent or unknown."""


class Ground(NamedTuple):
    """What an explanation rests on but for the values: where the rule stands by what was measured, and by words too.

    ``confounded`` are the observations that another condition may explain. One ground gives one text with other values.
    """

    measured: Standing
    implied: Standing
    confounded: frozenset[str]
    signs: Signs


class Shown(NamedTuple):
    """One of the items shown: what makes it, and what it rests on.

    That are the states of the positions from ``first`` to before ``end``, the readings of ``observations``, and the
    findings ``signs`` that could settle what was not measured.
    """

    itemize: Itemizer
    first: int
    end: int
    observations: tuple[str, ...]
    signs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The items of one rule, ready to be filled in; ``constants`` are those that never change.

    ``holds_numbers`` says that some of its leaves come to a number rather than a verdict.
    """

    shown: tuple[Shown, ...]
    constants: tuple[Item, ...]
    holds_numbers: bool


class Breakdown(NamedTuple):
    """The items of one set on one panel, not yet worked out."""

    explanation: Explanation
    ground: Ground
    panel: Panel

    def items(self) -> tuple[Item, ...]:
        """Return the items with their reasons."""
        measured, implied, confounded, signs = self.ground
        panel = self.panel
        view = View(panel.readings, measured.states, implied.states, confounded, dict(signs), panel.in_words)
        return tuple([one.itemize(view) for one in self.explanation.shown])


def explanation_of(plan: Plan) -> Explanation:
    """Prepare the items of a rule; a group without a name, or a part, gives its own items in its place."""
    constants: list[Item] = []
    shown = tuple([_shown(step, plan, constants) for step in _shown_steps(plan.root)])
    return Explanation(shown, tuple(constants), plan.holds_numbers)


def _shown(step: Step, plan: Plan, constants: list[Item]) -> Shown:
    below = plan.within[step.position]
    inputs = [leaf.inputs for leaf in plan.leaves if leaf.position in below]
    observations = tuple(dict.fromkeys(direct for direct, *_ in inputs if direct in MEASURES))
    signs = frozenset(finding for _, *findings in inputs for finding in findings)
    return Shown(itemizer(step, constants), min(below), max(below) + 1, observations, signs)


def _shown_steps(step: Step) -> Iterator[Step]:
    node = step.node
    is_open = isinstance(node, Sum | Linear | Ratio) or (
        isinstance(node, AllOf | AtLeast) and (node.part or not node.id)
    )
    if not is_open:
        yield step
        return
    for below in step.steps:
        yield from _shown_steps(below)
