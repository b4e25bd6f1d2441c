"""The content of one criteria file, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.clinical.criteria.rules import Rule
from service.clinical.data.references import Reference


@dataclass(frozen=True, slots=True)
class Audit:
    """Why the set exists, for whom it was made, how it did there, and what to beware of."""

    intent: str
    population: str
    performance: tuple[str, ...]
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence that belongs beside a verdict (``when``: met, not_met, indeterminate) and its source."""

    when: str
    text: str
    reference: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Applicability:
    """For whom the set was made: by condition, by age group, or both; the less favourable counts."""

    condition: Mapping[str, str]
    age: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Knot:
    """One row of a published table from score to probability: percent, and whether it is below, equal or above."""

    score: Decimal
    percent: Decimal
    relation: str


@dataclass(frozen=True, slots=True)
class Case:
    """A worked case: a panel in the words of the API, and what it must come to."""

    name: str
    source: str
    request: Mapping[str, Any]
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CriteriaSet:
    """One published set of criteria or score."""

    id: str
    version: str
    title: str
    short: str
    kind: str
    audit: Audit
    references: tuple[Reference, ...]
    applicability: Applicability
    rule: Rule
    confounders: Mapping[str, tuple[str, ...]]
    notes: tuple[Note, ...]
    probability: tuple[Knot, ...]
    cases: tuple[Case, ...]
