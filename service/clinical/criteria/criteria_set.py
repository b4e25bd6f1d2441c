"""The content of one criteria file, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.clinical.criteria.rules import Rule
from service.clinical.data.references import Reference

MET_ALONE = "met_alone"


@dataclass(frozen=True, slots=True)
class Audit:
    """Why the set exists, for whom it was made, how it did there, and what to beware of."""

    intent: str
    population: str
    performance: tuple[str, ...]
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence and its source. ``when`` is the verdict that it belongs beside, or ``always``.

    ``met_alone`` says why the set, met without a supporting one, makes MAS only probable. ``conditions`` and ``age``
    (child, adult) name the patients for whom it holds; where they are empty it holds for all.
    """

    when: str
    text: str
    reference: str
    certainty: str
    conditions: tuple[str, ...] = ()
    age: str = ""


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
    """A worked case: a panel in the words of the API, and what it must come to.

    ``printed`` is the result that its source prints, ``why`` the reason where the rule comes to another. ``assumed``
    is what the source does not say and the case takes for given.
    """

    name: str
    source: str
    request: Mapping[str, Any]
    expect: Mapping[str, Any]
    printed: str = ""
    why: str = ""
    assumed: str = ""


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

    @property
    def when_met_alone(self) -> str:
        """Why the set alone does not make MAS likely, "" where it does."""
        return next((note.text for note in self.notes if note.when == MET_ALONE), "")
