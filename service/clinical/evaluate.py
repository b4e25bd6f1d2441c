"""Evaluates criteria sets on a panel, once by what was measured and once by what words imply as well."""

from __future__ import annotations

from enum import Enum

from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.criteria_set import Applicability, CriteriaSet
from service.clinical.decide import decisive, open_inputs
from service.clinical.explain import items_of
from service.clinical.interval import UNKNOWN, Verdict
from service.clinical.panel import Panel
from service.clinical.plan import Plan, States, Step, count, make_plan
from service.clinical.result import Count, Part, Result
from service.clinical.rules import AllOf, AtLeast, Leaf, Threshold, inputs

PLANS = {key: make_plan(one.rule) for key, one in CATALOGUE.items()}
LEAST_FAVOURABLE_FIRST = ("not_applicable", "unknown", "extrapolated", "applicable")


class Depth(Enum):
    """How much of a result is worked out: the verdicts and scores, also what is missing, also every item's reason."""

    VERDICT = 1
    MISSING = 2
    ITEMS = 3


def evaluate(criteria: CriteriaSet, panel: Panel, plan: Plan | None = None, depth: Depth = Depth.ITEMS) -> Result:
    """Return the result of one set; ``plan`` only for a set that is not in the catalogue."""
    plan = plan or PLANS[criteria.id]
    root = plan.root
    states = plan.read(panel.measured, panel.findings)
    implied = states if panel.implied is panel.measured else plan.read(panel.implied, panel.findings)
    missing = {} if depth is Depth.VERDICT else open_inputs(plan, states, panel.measured, panel.findings)
    confounded = _confounded(criteria, panel)
    return Result(
        criteria,
        applicability(criteria.applicability, panel),
        root.judge(states),
        root.judge(implied),
        root.judge(_without(plan, states, confounded)) if confounded else None,
        tuple(_part(step, states, implied) for step in _parts(root)),
        _count_of(root, states),
        root.score(states) if root.score else None,
        root.score(implied) if root.score else None,
        items_of(root, states, implied, panel, confounded) if depth is Depth.ITEMS else (),
        tuple(missing),
        decisive(plan, states, missing),
    )


def applicability(fits: Applicability, panel: Panel) -> str:
    """Return whether the set was made for this patient: by condition and age, the less favourable of the two."""
    found = []
    if fits.condition:
        found.append(fits.condition.get(panel.condition, fits.condition.get("otherwise", "not_applicable")))
    if fits.age:
        group = {True: "adult", False: "child", None: "unknown"}[panel.is_adult]
        found.append(fits.age[group])
    return min(found, key=LEAST_FAVOURABLE_FIRST.index)


def _confounded(criteria: CriteriaSet, panel: Panel) -> frozenset[str]:
    named = (criteria.confounders.get(one, ()) for one in panel.confounders)
    return frozenset(observation for observations in named for observation in observations)


def _without(plan: Plan, states: States, confounded: frozenset[str]) -> States:
    return [UNKNOWN if _reads(leaf, confounded) else state for leaf, state in zip(plan.leaves, states, strict=True)]


def _reads(leaf: Leaf, observations: frozenset[str]) -> bool:
    return isinstance(leaf, Threshold) and inputs(leaf)[0] in observations


def _parts(step: Step) -> list[Step]:
    if isinstance(step.node, AllOf | AtLeast) and step.node.part:
        return [step]
    return [part for below in step.steps for part in _parts(below)]


def _part(step: Step, states: States, implied: States) -> Part:
    assert isinstance(step.node, AllOf | AtLeast)
    return Part(step.node.id, step.judge(states), step.judge(implied), _count_of(step, states))


def _count_of(step: Step, states: States) -> Count | None:
    """Count the group that the paper counts: the single "k of n" below, or all of them where all are needed."""
    groups = _counted_groups(step)
    if len(groups) != 1:
        return None
    group = groups[0]
    met, unknown = count((one.judge for one in group.steps), states)
    assert isinstance(group.node, AllOf | AtLeast)
    required = group.node.required if isinstance(group.node, AtLeast) else len(group.steps)
    return Count(met, len(group.steps) - met - unknown, unknown, required)


def _counted_groups(step: Step) -> list[Step]:
    """Return the outermost groups that need more than one but not a name of their own, else the step itself."""
    found = _outermost_counts(step)
    if found or not isinstance(step.node, AllOf):
        return found
    return [step]


def _outermost_counts(step: Step) -> list[Step]:
    node = step.node
    if isinstance(node, AtLeast) and (node.required > 1 or node.part):
        return [step]
    if isinstance(node, AllOf | AtLeast):
        return [group for below in step.steps for group in _outermost_counts(below)]
    return []


def verdict_text(verdict: Verdict) -> str:
    """Return the word for a whole set: what is unknown of an item is indeterminate of a set."""
    return "indeterminate" if verdict is UNKNOWN else verdict.value
