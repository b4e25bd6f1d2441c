"""Evaluates criteria sets on a panel, once by what was measured and once by what words imply as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product

from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.criteria_set import Applicability, CriteriaSet
from service.clinical.criteria.rules import AllOf, AtLeast, Counted, Term, Threshold
from service.clinical.evaluation.deciding_tests import decisive, open_inputs
from service.clinical.evaluation.rule_engine import (
    Exclusion,
    Plan,
    States,
    Step,
    by_count,
    make_plan,
    tallies,
    verdict_of,
)
from service.clinical.evaluation.set_result import Component, Count, SetResult
from service.clinical.measurement.interval import UNKNOWN, Interval, Verdict
from service.clinical.panel.panel import CONDITIONS, UNKNOWN_CONDITION, Panel

NOTHING: frozenset[str] = frozenset()
LEAST_FAVOURABLE_FIRST = ("not_applicable", "unknown", "extrapolated", "applicable")
AGE_GROUPS = {True: "adult", False: "child", None: "unknown"}
Counter = Callable[[States], Count | None]
"""From the states of a rule to the numbers of a group of it; None where no group is counted."""
ByPatient = Mapping[tuple[str, bool | None], str]
"""Applicability by condition, and by whether the patient is an adult (None: not known)."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A set with everything that does not depend on a panel worked out.

    ``parts`` have a verdict of their own, each with its id, its position, and what counts its group; ``count`` counts
    the group of the whole.
    """

    applies: ByPatient
    plan: Plan
    parts: tuple[tuple[str, int, Counter], ...]
    count: Counter


def prepare(criteria: CriteriaSet) -> Prepared:
    """Prepare a set once, at load."""
    plan = make_plan(criteria.rule)
    parts = tuple(
        (step.node.id, step.position, _counter(step)) for step in _parts(plan.root) if isinstance(step.node, Counted)
    )
    return Prepared(applicability_of(criteria.applicability), plan, parts, _counter(plan.root))


def evaluate(criteria: CriteriaSet, panel: Panel) -> SetResult:
    """Return the result of one set of the catalogue, not yet explained."""
    prepared = PREPARED[criteria.id]
    plan = prepared.plan
    states: States = plan.states(panel.measured, panel.findings)
    implied = plan.states_with(states, panel.implied, panel.implied_only) if panel.implied_only else states
    verdict = plan.verdict(states)
    missing = open_inputs(plan, states, _barred(plan, panel) if plan.exclusions else ())
    turning = decisive(plan, states, missing) if verdict is UNKNOWN else ()
    confounded = _confounded(criteria, panel) if panel.confounders else NOTHING
    root, root_implied = states[plan.root.position], implied[plan.root.position]
    return SetResult(
        criteria,
        prepared.applies[panel.condition, panel.is_adult],
        verdict,
        verdict if implied is states else plan.verdict(implied),
        _verdict_without(plan, states, confounded) if confounded else None,
        tuple([_component(*part, states, implied) for part in prepared.parts]),
        prepared.count(states),
        root if isinstance(root, Interval) else None,
        root_implied if isinstance(root_implied, Interval) else None,
        tuple(missing),
        turning,
        states,
        implied,
        confounded,
    )


def applicability_of(fits: Applicability) -> ByPatient:
    """Return for every patient whether the set was made for one like that."""
    patients = product((*CONDITIONS, UNKNOWN_CONDITION), AGE_GROUPS)
    return {(condition, is_adult): _fit(fits, condition, is_adult) for condition, is_adult in patients}


def _fit(fits: Applicability, condition: str, is_adult: bool | None) -> str:
    """Return whether the set was made for a patient: by condition and age, the less favourable of the two."""
    by_condition = (fits.condition.get(condition) or fits.condition["otherwise"]) if fits.condition else ""
    by_age = fits.age[AGE_GROUPS[is_adult]] if fits.age else ""
    if not (by_condition and by_age):
        return by_condition or by_age
    return min(by_condition, by_age, key=LEAST_FAVOURABLE_FIRST.index)


def _barred(plan: Plan, panel: Panel) -> tuple[Exclusion, ...]:
    """Return the exclusions that settle nothing: their finding was reported, or what it would exclude was measured."""
    return tuple(
        [
            (observation, finding)
            for observation, finding in plan.exclusions
            if observation in panel.measured or finding in panel.findings
        ]
    )


def _component(key: str, position: int, count: Counter, states: States, implied: States) -> Component:
    verdict = verdict_of(states[position])
    return Component(key, verdict, verdict if implied is states else verdict_of(implied[position]), count(states))


def _confounded(criteria: CriteriaSet, panel: Panel) -> frozenset[str]:
    named = (criteria.confounders.get(confounder, ()) for confounder in panel.confounders)
    return frozenset(observation for observations in named for observation in observations)


def _verdict_without(plan: Plan, states: States, confounded: frozenset[str]) -> Verdict:
    """Return the verdict as if what is confounded had not been measured; a summand may then be any plausible one."""
    of_results = [(leaf.node, leaf.position) for leaf in plan.leaves if isinstance(leaf.node, Threshold | Term)]
    unread = plan.readers.unread
    changes = [(position, unread[position]) for node, position in of_results if node.observation in confounded]
    return plan.verdict(plan.with_changes(states, changes, plan.groups))


def _parts(step: Step) -> list[Step]:
    if isinstance(step.node, AllOf | AtLeast) and step.node.part:
        return [step]
    return [part for below in step.steps for part in _parts(below)]


def _counter(step: Step) -> Counter:
    """Return what counts the group that the paper counts in a step; made once, at load."""
    group = _counted_group(step)
    if group is None:
        return lambda _: None
    size = len(group.below)
    table = {
        (met, unknown): Count(met, size - met - unknown, unknown, group.required) for met, unknown in tallies(size)
    }
    return by_count(group.below, table)


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


PREPARED = {key: prepare(criteria) for key, criteria in CATALOGUE.items()}
