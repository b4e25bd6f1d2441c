"""Checks that a rule counts each observation in one direction only: the search for what would decide rests on it."""

from __future__ import annotations

from collections.abc import Iterable

from service.clinical.criteria.rules import AnyNode, Term, Threshold, leaves
from service.clinical.data.toml_reader import BadData


def check_directions(rule: AnyNode, where: str) -> None:
    """Refuse a rule in which more of one observation counts for it here and against it there; raises BadData.

    What would decide is found by trying each input at its two ends, and that is complete only in one direction.
    """
    rising: dict[str, bool] = {}
    for observation, upwards in _directions(leaves(rule)):
        if rising.setdefault(observation, upwards) is not upwards:
            raise BadData(f"{where}: rule: '{observation}' counts in both directions")


def _directions(found: Iterable[AnyNode]) -> Iterable[tuple[str, bool]]:
    for leaf in found:
        if isinstance(leaf, Threshold):
            yield leaf.observation, leaf.limit.comparator in (">", ">=")
        elif isinstance(leaf, Term):
            yield leaf.observation or leaf.finding, leaf.weight > 0
