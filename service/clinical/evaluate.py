"""Evaluates criteria sets on a panel, once by what was measured and once by what words imply as well."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.criteria_set import Applicability, CriteriaSet
from service.clinical.explain import Breakdown, Explanation, Ground, explanation_of
from service.clinical.interval import UNKNOWN, Verdict
from service.clinical.leaf_readers import State
from service.clinical.panel import Panel
from service.clinical.plan import Plan, Step, make_plan
from service.clinical.result import Count, Part, Result
from service.clinical.rules import AllOf, AtLeast, Counted, Rule, Threshold
from service.clinical.settle import States
from service.clinical.standing import Gaps, Standings, standings

LEAST_FAVOURABLE_FIRST = ("not_applicable", "unknown", "extrapolated", "applicable")
SET_WORDS = {one: "indeterminate" if one is UNKNOWN else one.value for one in Verdict}
NOT_ASKED = Gaps()
AGE_GROUPS = {True: "adult", False: "child", None: "unknown"}


class Depth(Enum):
    """How much of a result is worked out: the verdicts and scores, also what is missing, also every item's reason."""

    VERDICT = 1
    MISSING = 2
    ITEMS = 3


@dataclass(frozen=True, slots=True)
class Prepared:
    """A rule with everything that does not depend on a panel worked out."""

    plan: Plan
    explanation: Explanation
    parts: tuple[str, ...]
    standings: Standings


def prepare(rule: Rule) -> Prepared:
    """Prepare a rule once, at load."""
    plan = make_plan(rule)
    parts = tuple((step, _counted_group(step)) for step in _parts(plan.root))
    names = tuple(step.node.id for step, _ in parts if isinstance(step.node, Counted))
    return Prepared(plan, explanation_of(plan), names, standings(plan, parts, _counted_group(plan.root)))


def evaluate(criteria: CriteriaSet, panel: Panel, depth: Depth = Depth.ITEMS) -> Result:
    """Return the result of one set."""
    prepared = PREPARED.get(criteria.id) or prepare(criteria.rule)
    plan, (standing_of, gaps_of) = prepared.plan, prepared.standings
    leaves = plan.read_leaves(panel.measured, panel.findings)
    standing = implied = standing_of(leaves)
    if panel.implied_only:
        worded = plan.read_again(leaves, panel.implied, panel.findings, panel.implied_only)
        implied = standing if worded is leaves else standing_of(worded)
    gaps = NOT_ASKED if depth is Depth.VERDICT else gaps_of(standing, _barred(plan, panel))
    confounded = _confounded(criteria, panel) if panel.confounders else frozenset()
    signs = tuple([(sign, panel.findings.get(sign)) for _, sign in plan.exclusions])
    ground = Ground(standing, implied, confounded, signs)
    return Result(
        criteria,
        applicability(criteria.applicability, panel),
        standing.verdict,
        implied.verdict,
        _verdict_without(plan, standing.states, confounded) if confounded else None,
        tuple(map(_part, prepared.parts, standing.parts, implied.parts)),
        standing.count,
        standing.score,
        implied.score,
        *gaps,
        Breakdown(prepared.explanation, ground, panel) if depth is Depth.ITEMS else None,
    )


def _barred(plan: Plan, panel: Panel) -> tuple[bool, ...]:
    """Return for each exclusion whether its finding was reported, or what it would exclude was measured."""
    return tuple([one in panel.measured or finding in panel.findings for one, finding in plan.exclusions])


def _part(name: str, measured: tuple[Verdict, Count | None], implied: tuple[Verdict, Count | None]) -> Part:
    return Part(name, measured[0], implied[0], measured[1])


def applicability(fits: Applicability, panel: Panel) -> str:
    """Return whether the set was made for this patient: by condition and age, the less favourable of the two."""
    by_condition = (fits.condition.get(panel.condition) or fits.condition["otherwise"]) if fits.condition else ""
    by_age = fits.age[AGE_GROUPS[panel.is_adult]] if fits.age else ""
    if not (by_condition and by_age):
        return by_condition or by_age
    return min(by_condition, by_age, key=LEAST_FAVOURABLE_FIRST.index)


def verdict_text(verdict: Verdict) -> str:
    """Return the word for a whole set: what is unknown of an item is indeterminate of a set."""
    return SET_WORDS[verdict]


def _confounded(criteria: CriteriaSet, panel: Panel) -> frozenset[str]:
    named = (criteria.confounders.get(one, ()) for one in panel.confounders)
    return frozenset(observation for observations in named for observation in observations)


def _verdict_without(plan: Plan, states: States, confounded: frozenset[str]) -> Verdict:
    changes: dict[int, State] = dict.fromkeys(_leaves_reading(plan.root, confounded), UNKNOWN)
    return plan.verdict(plan.with_changes(states, changes))


def _leaves_reading(step: Step, observations: frozenset[str]) -> list[int]:
    if isinstance(step.node, Threshold) and step.node.observation in observations:
        return [step.position]
    return [position for below in step.steps for position in _leaves_reading(below, observations)]


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


PREPARED = {key: prepare(one.rule) for key, one in CATALOGUE.items()}
