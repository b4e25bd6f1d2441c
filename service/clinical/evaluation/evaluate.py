"""Evaluates criteria sets on a panel, once by what was measured and once by what words imply as well."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.criteria_set import CriteriaSet
from service.clinical.criteria.rules import AllOf, AtLeast, Counted, Threshold
from service.clinical.evaluation.applicability import ByPatient, applicability_of
from service.clinical.evaluation.plan import Exclusion, Plan, Step, make_plan
from service.clinical.evaluation.set_result import Count, Part, Result
from service.clinical.evaluation.settle import States
from service.clinical.evaluation.standing import Gaps, Standings, standings
from service.clinical.explanation.explain import Breakdown, Explanation, Ground, Signs, explanation_of
from service.clinical.measurement.interval import UNKNOWN, Verdict
from service.clinical.panel.panel import Panel

SET_WORDS = {one: "indeterminate" if one is UNKNOWN else one.value for one in Verdict}
NOT_ASKED = Gaps()
NOTHING: frozenset[str] = frozenset()


class Depth(Enum):
    """How much of a result is worked out: the verdicts and scores, also what is missing, also every item's reason."""

    VERDICT = 1
    MISSING = 2
    ITEMS = 3


VERDICT, MISSING, ITEMS = Depth.VERDICT, Depth.MISSING, Depth.ITEMS


@dataclass(frozen=True, slots=True)
class Prepared:
    """A set with everything that does not depend on a panel worked out."""

    applies: ByPatient
    plan: Plan
    explanation: Explanation
    parts: tuple[str, ...]
    standings: Standings


def prepare(criteria: CriteriaSet) -> Prepared:
    """Prepare a set once, at load."""
    plan = make_plan(criteria.rule)
    parts = tuple((step, _counted_group(step)) for step in _parts(plan.root))
    names = tuple(step.node.id for step, _ in parts if isinstance(step.node, Counted))
    applies, counted = applicability_of(criteria.applicability), _counted_group(plan.root)
    return Prepared(applies, plan, explanation_of(plan), names, standings(plan, parts, counted))


def evaluate(criteria: CriteriaSet, panel: Panel, depth: Depth = ITEMS) -> Result:
    """Return the result of one set of the catalogue."""
    prepared = PREPARED[criteria.id]
    plan, (standing_of, gaps_of) = prepared.plan, prepared.standings
    leaves = plan.readers.read(panel.measured, panel.findings)
    standing = implied = standing_of(leaves)
    if panel.implied_only:
        worded = plan.readers.read_again(leaves, panel.implied, panel.implied_only)
        implied = standing if worded is leaves else standing_of(worded)
    gaps = NOT_ASKED if depth is VERDICT else gaps_of(standing, _barred(plan, panel) if plan.exclusions else ())
    confounded = _confounded(criteria, panel) if panel.confounders else NOTHING
    ground = Ground(standing, implied, confounded, _signs(plan, panel) if plan.exclusions else ())
    return Result(
        criteria,
        prepared.applies[panel.condition, panel.is_adult],
        standing.verdict,
        implied.verdict,
        _verdict_without(plan, standing.states, confounded) if confounded else None,
        tuple(map(_part, prepared.parts, standing.parts, implied.parts)) if prepared.parts else (),
        standing.count,
        standing.score,
        implied.score,
        *gaps,
        Breakdown(prepared.explanation, ground, panel) if depth is ITEMS else None,
    )


def _barred(plan: Plan, panel: Panel) -> tuple[Exclusion, ...]:
    """Return the exclusions that settle nothing: their finding was reported, or what it would exclude was measured."""
    return tuple([one for one in plan.exclusions if one[0] in panel.measured or one[1] in panel.findings])


def _signs(plan: Plan, panel: Panel) -> Signs:
    """Return for each exclusion its finding, and whether it is present."""
    return tuple([(finding, panel.findings.get(finding)) for _, finding in plan.exclusions])


def _part(name: str, measured: tuple[Verdict, Count | None], implied: tuple[Verdict, Count | None]) -> Part:
    return Part(name, measured[0], implied[0], measured[1])


def verdict_text(verdict: Verdict) -> str:
    """Return the word for a whole set: what is unknown of an item is indeterminate of a set."""
    return SET_WORDS[verdict]


def _confounded(criteria: CriteriaSet, panel: Panel) -> frozenset[str]:
    named = (criteria.confounders.get(one, ()) for one in panel.confounders)
    return frozenset(observation for observations in named for observation in observations)


def _verdict_without(plan: Plan, states: States, confounded: frozenset[str]) -> Verdict:
    thresholds = [(leaf.node, leaf.position) for leaf in plan.leaves if isinstance(leaf.node, Threshold)]
    changes = [(position, UNKNOWN) for node, position in thresholds if node.observation in confounded]
    return plan.verdict(plan.with_changes(states, changes, plan.groups))


def _parts(step: Step) -> list[Step]:
    if isinstance(step.node, AllOf | AtLeast) and step.node.part:
        return [step]
    return [part for below in step.steps for part in _parts(below)]


def _counted_group(step: Step) -> Step | None:
    """Return the group that the paper counts: the single "k of n" below, or all of them where all are needed."""
    found = _outermost_counts(step)
    if not found and isinstance(step.node, AllOf):
        return step
    return found[0] if len(found) == 1 else None


def _outermost_counts(step: Step) -> list[Step]:
    node = step.node
    if isinstance(node, AtLeast) and (node.required > 1 or node.part):
        return [step]
    if isinstance(node, AllOf | AtLeast):
        return [group for below in step.steps for group in _outermost_counts(below)]
    return []


PREPARED = {key: prepare(one) for key, one in CATALOGUE.items()}
