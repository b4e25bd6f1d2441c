"""What the states of a rule's leaves come to: worked out once for each combination, for many panels share one.

Nothing of a patient is remembered but verdicts: a rule whose leaves hold numbers is worked out anew for each panel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from service.clinical.evaluation.deciding_tests import decisive, open_inputs
from service.clinical.evaluation.leaf_readers import State
from service.clinical.evaluation.plan import Exclusion, Plan, Step, count
from service.clinical.evaluation.set_result import Count
from service.clinical.evaluation.settle import States, verdict_of
from service.clinical.measurement.interval import UNKNOWN, Interval, Verdict

REMEMBERED = 128
"""Combinations kept per set; one takes about 1 kB."""
Leaves = tuple[State, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Every node's state, and what is shown of them: verdict, count, score, and each part's verdict and count.

    One object is kept per combination, and by it the rest is found: it is equal to itself alone.
    """

    states: tuple[State, ...]
    verdict: Verdict
    count: Count | None
    score: Interval | None
    parts: tuple[tuple[Verdict, Count | None], ...]


class Gaps(NamedTuple):
    """The inputs that are still unknown, and those of them that could by themselves settle the verdict."""

    missing: tuple[str, ...] = ()
    decisive: tuple[str, ...] = ()


class Standings(NamedTuple):
    """The two functions of one rule: from the states of its leaves to where it stands, and from there to its gaps.

    The second also takes those of the plan's ``exclusions`` that cannot settle anything any more.
    """

    of: Callable[[Leaves], Standing]
    gaps: Callable[[Standing, tuple[Exclusion, ...]], Gaps]


def standings(plan: Plan, parts: tuple[tuple[Step, Step | None], ...], counted: Step | None) -> Standings:
    """Prepare both for a rule: its parts, each with the group that it counts, and the group counted of the whole."""

    def standing(leaves: Leaves) -> Standing:
        states = tuple(plan.settle(leaves))
        root = states[plan.root.position]
        shown = tuple([(verdict_of(states[part.position]), _count(group, states)) for part, group in parts])
        score = root if isinstance(root, Interval) else None
        return Standing(states, plan.verdict(states), _count(counted, states), score, shown)

    def gaps(standing: Standing, barred: tuple[Exclusion, ...]) -> Gaps:
        missing = open_inputs(plan, standing.states, barred)
        turning = decisive(plan, standing.states, missing) if standing.verdict is UNKNOWN else ()
        return Gaps(tuple(missing), turning)

    if plan.holds_numbers:
        return Standings(standing, gaps)
    remember = lru_cache(REMEMBERED)
    return Standings(remember(standing), remember(gaps))


def _count(group: Step | None, states: States) -> Count | None:
    if group is None:
        return None
    met, unknown = count(states, group)
    return Count(met, len(group.steps) - met - unknown, unknown, group.required)
