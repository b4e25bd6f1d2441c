"""A rule made ready to run: first every leaf reads its input, then every group is settled from below.

The two stages are apart so that "what if this test were known" repeats only the second one, and of that only the
groups above the leaves in question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from service.clinical.criteria.rules import AllOf, AnyNode, AtLeast, FirstKnown, Leaf, Rule, Summand, children, inputs
from service.clinical.evaluation.leaf_readers import Reader, Readers, State, reader
from service.clinical.evaluation.settle import Groups, Settler, States, judge, settler
from service.clinical.measurement.interval import MET, UNKNOWN, Verdict

Exclusion = tuple[str, str]
"""An observation, and the finding that can settle it where it was not measured."""


@dataclass(frozen=True, slots=True)
class Step:
    """One node made ready, at its position among the states.

    ``below`` are the positions of the ``steps`` below it. A leaf knows the inputs that can settle it, the most direct
    first, and the groups above it that take the first of several ways that is known; a group that counts knows how many
    it needs.
    """

    node: AnyNode
    position: int
    steps: tuple[Step, ...] = ()
    below: tuple[int, ...] = ()
    inputs: tuple[str, ...] = ()
    ways: tuple[int, ...] = ()
    required: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole rule of ``size`` nodes made ready. ``groups`` stand in the order in which they can be settled.

    ``readers`` read the ``leaves``, in the same order. By input, ``above`` are the groups that rest on it, and
    ``meeting`` is the position of the lowest node through which all its leaves act. ``within`` are the positions of a
    node and all below it.
    """

    root: Step
    size: int
    readers: Readers
    groups: Groups
    judge: Callable[[State], Verdict]
    leaves: tuple[Step, ...]
    above: Mapping[str, Groups]
    meeting: Mapping[str, int]
    within: Mapping[int, frozenset[int]]
    exclusions: tuple[Exclusion, ...]

    @property
    def holds_numbers(self) -> bool:
        """Whether a leaf comes to more than a verdict: to a number of this patient."""
        return any(isinstance(leaf.node, Summand) for leaf in self.leaves)

    def settle(self, leaves: Sequence[State]) -> list[State]:
        """Return the state of every node from those of the leaves."""
        states: list[State] = [UNKNOWN] * self.size
        for step, state in zip(self.leaves, leaves, strict=True):
            states[step.position] = state
        return _settled(states, self.groups)

    def verdict(self, states: States) -> Verdict:
        """Return the verdict of the whole rule."""
        return self.judge(states[self.root.position])

    def with_changes(self, states: States, changes: Iterable[tuple[int, State]], groups: Groups) -> list[State]:
        """Return the states as they would be if some leaves were in another; ``groups`` are those that can follow."""
        changed = list(states)
        for position, state in changes:
            changed[position] = state
        return _settled(changed, groups)


def _settled(states: list[State], groups: Groups) -> list[State]:
    """Settle some groups, in order, on what stands below them."""
    for position, settle in groups:
        states[position] = settle(states)
    return states


def make_plan(rule: Rule) -> Plan:
    """Compile a rule once, at load."""
    maker = _Maker()
    root = maker.step(rule, (), ())
    leaves = tuple(maker.leaves)
    within = {step.position: frozenset(one.position for one in _below(step)) for step in _below(root)}
    return Plan(
        root,
        maker.size,
        Readers.of(maker.readers),
        tuple(maker.groups),
        judge(rule),
        leaves,
        {key: tuple(one for one in maker.groups if one[0] in on) for key, on in maker.above.items()},
        {key: _meeting([one.position for one in leaves if key in one.inputs], within) for key in maker.above},
        within,
        tuple((one.inputs[0], finding) for one in leaves for finding in one.inputs[1:]),
    )


def _meeting(positions: Iterable[int], within: Mapping[int, frozenset[int]]) -> int:
    """Return the lowest node that is above all these or is the only one: the one with the least below it."""
    return min((at for at, below in within.items() if below.issuperset(positions)), key=lambda at: len(within[at]))


def _below(step: Step) -> Iterator[Step]:
    """Yield the step and everything below it."""
    yield step
    for one in step.steps:
        yield from _below(one)


def count(states: States, group: Step) -> tuple[int, int]:
    """Return how many of a group are met and how many are unknown."""
    verdicts = [states[position] for position in group.below]
    return verdicts.count(MET), verdicts.count(UNKNOWN)


class _Maker:
    """Numbers the nodes and collects what runs."""

    def __init__(self) -> None:
        self.size = 0
        self.readers: list[Reader] = []
        self.groups: list[tuple[int, Settler]] = []
        self.leaves: list[Step] = []
        self.above: dict[str, set[int]] = {}

    def step(self, node: AnyNode, above: tuple[int, ...], ways: tuple[int, ...]) -> Step:
        position = self.size
        self.size += 1
        if isinstance(node, Leaf):
            return self._leaf(Step(node, position, inputs=inputs(node), ways=ways), above)
        ways = (*ways, position) if isinstance(node, FirstKnown) else ways
        steps = tuple(self.step(child, (*above, position), ways) for child in children(node))
        below = tuple([step.position for step in steps])
        self.groups.append((position, settler(node, below)))
        required = node.required if isinstance(node, AtLeast) else len(steps) if isinstance(node, AllOf) else 0
        return Step(node, position, steps, below, required=required)

    def _leaf(self, step: Step, above: tuple[int, ...]) -> Step:
        assert isinstance(step.node, Leaf)
        self.readers.append(reader(step.node))
        self.leaves.append(step)
        for key in step.inputs:
            self.above.setdefault(key, set()).update(above)
        return step
