"""The codes by which the components of a criteria set are told apart: its items, its parts, and what sums it up.

They follow from the sets, so that those of a new set are here by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.clinical.criteria.rules import Linear, Ratio, Sum
from service.clinical.evaluation.evaluate import PREPARED
from service.clinical.evaluation.rule_engine import Step
from service.clinical.explanation.items import shown

SUMMARY = {
    "verdict_implied": "Verdict counting words",
    "applicability": "Applicability",
    "verdict_without_confounded": "Verdict without confounded items",
    "score": "Score",
}
PART = "part"


def part_code(key: str) -> tuple[str, str]:
    """Return the code and the label of a part of a set."""
    return f"{PART}.{key}", f"Part: {key}"


def below(above: str, key: str) -> str:
    """Return the code of an item, which names the items that it stands below."""
    return f"{above}.{key}" if above else key


def _item_codes() -> Iterator[tuple[str, str]]:
    yield from SUMMARY.items()
    for prepared in PREPARED.values():
        yield from (part_code(key) for key, *_ in prepared.parts)
        for step in shown(prepared.plan.root):
            yield from _codes_of(step, "")


def _codes_of(step: Step, above: str) -> Iterator[tuple[str, str]]:
    node = step.node
    assert not isinstance(node, Sum | Linear | Ratio)  # these are the whole set, and shown as its score
    key = below(above, node.id)
    yield key, node.label
    for inner in step.steps:
        yield from _codes_of(inner, key)


ITEM_CODES = tuple(dict.fromkeys(_item_codes()))
"""Each code with its label; a code has several labels where sets name one thing differently."""
