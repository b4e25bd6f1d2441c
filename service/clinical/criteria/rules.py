"""The closed vocabulary in which every published criteria set is written. Nodes only hold; evaluate.py acts.

A set that needs an eleventh kind of node is a change to this language, to be reviewed as one, never to a set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from service.clinical.data.references import Source
from service.clinical.measurement.analytes import AGE, AGE_AT_ONSET
from service.clinical.measurement.interval import Number


@dataclass(frozen=True, slots=True)
class Limit:
    """A published number: ``value`` in ``unit``, and the same in every accepted unit (``by_unit``).

    Where a paper prints two that differ, each holds in its own unit: a result is compared in the unit it came in.
    """

    comparator: str
    value: Decimal
    unit: str
    by_unit: Mapping[str, Number]
    printed: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A measurement against a limit; the finding ``excluded_by``, if false, settles it when nothing was measured."""

    id: str
    label: str
    observation: str
    limit: Limit
    excluded_by: str
    source: Source


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding that must be present."""

    id: str
    label: str
    finding: str
    source: Source


@dataclass(frozen=True, slots=True)
class FirstKnown:
    """Several ways to know one thing: the first that is known counts."""

    id: str
    label: str
    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one must be met. ``part`` marks a node whose own verdict is shown."""

    id: str
    label: str
    of: tuple[Node, ...]
    part: bool = False


@dataclass(frozen=True, slots=True)
class AtLeast:
    """``required`` of them must be met; with 1 it says "any of"."""

    id: str
    label: str
    required: int
    of: tuple[Node, ...]
    part: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """Points by how many are met: ``points[k]`` for k; bands are thresholds on one observation, each nearer the top."""

    id: str
    label: str
    points: tuple[Decimal, ...]
    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A summand ``weight * value`` of a linear score: a finding counts 0 or 1, an observation in ``unit``."""

    id: str
    label: str
    observation: str
    finding: str
    unit: str
    weight: Decimal
    source: Source


@dataclass(frozen=True, slots=True)
class CutOff:
    """The number that a score is held against."""

    comparator: str
    value: Decimal
    source: Source


@dataclass(frozen=True, slots=True)
class Sum:
    """A score that adds the points of its tallies."""

    of: tuple[Tally, ...]
    cutoff: CutOff


@dataclass(frozen=True, slots=True)
class Linear:
    """A score that adds weighted terms."""

    of: tuple[Term, ...]
    cutoff: CutOff


@dataclass(frozen=True, slots=True)
class Measure:
    """One side of a ratio, in ``unit``; below ``resolution`` the method cannot tell values from one another."""

    id: str
    label: str
    observation: str
    unit: str
    source: Source
    resolution: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A score that divides one observation by another."""

    of: tuple[Measure, Measure]
    cutoff: CutOff


Leaf = Threshold | Finding | Term | Measure
Counted = AllOf | AtLeast
Node = Threshold | Finding | FirstKnown | AllOf | AtLeast
Score = Sum | Linear | Ratio
Rule = Node | Score
AnyNode = Rule | Tally | Term | Measure


def children(node: AnyNode) -> tuple[AnyNode, ...]:
    """Return the nodes directly below, none for a leaf."""
    return () if isinstance(node, Leaf) else node.of


def walk(node: AnyNode) -> Iterator[AnyNode]:
    """Yield the node and everything below it, in the order of the file."""
    yield node
    for child in children(node):
        yield from walk(child)


def leaves(node: AnyNode) -> Iterator[Leaf]:
    """Yield what reads an input, in the order of the file."""
    return (found for found in walk(node) if isinstance(found, Leaf))


SETTLED_BY = {AGE_AT_ONSET: (AGE,)}  # a present age bounds the age at which the illness began


def inputs(leaf: Leaf) -> tuple[str, ...]:
    """Return the ids of the observations and findings that can settle the leaf, the most direct first."""
    match leaf:
        case Threshold(observation=observation, excluded_by=finding):
            return (observation, finding) if finding else (observation, *SETTLED_BY.get(observation, ()))
        case Finding(finding=finding):
            return (finding,)
        case Term(observation=observation, finding=finding):
            return (observation or finding,)
        case _:
            return (leaf.observation,)
