"""The vocabulary of rules: what a node holds below it, and which inputs can settle a leaf."""

from collections import Counter

import pytest

from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.rules import (
    Finding,
    Linear,
    Measure,
    Ratio,
    Tally,
    Term,
    Threshold,
    inputs,
    leaves,
    walk,
)


def test_walking_a_rule_meets_every_node_in_the_order_of_the_file() -> None:
    rule = CATALOGUE["eular-acr-printo-2016"].rule
    kinds = Counter(type(node).__name__ for node in walk(rule))
    assert next(iter(walk(rule))) is rule
    assert kinds == {"AllOf": 3, "AtLeast": 1, "FirstKnown": 1, "Finding": 1, "Threshold": 6}
    assert [inputs(leaf)[0] for leaf in leaves(rule)] == [
        *("fever", "temperature", "ferritin", "platelets", "ast", "triglycerides", "fibrinogen")
    ]


@pytest.mark.parametrize(
    ("key", "kind", "read"),
    [
        ("ravelli-2005", Finding, ("cns_dysfunction",)),
        ("ravelli-2005", Threshold, ("platelets",)),
        ("ms-score", Term, ("cns_dysfunction",)),
        ("ferritin-esr-ratio", Measure, ("ferritin",)),
    ],
)
def test_a_leaf_reads_one_input(key: str, kind: type, read: tuple[str, ...]) -> None:
    assert inputs(next(leaf for leaf in leaves(CATALOGUE[key].rule) if isinstance(leaf, kind))) == read


def test_a_weighted_observation_reads_that() -> None:
    terms = [leaf for leaf in leaves(CATALOGUE["ms-score"].rule) if isinstance(leaf, Term) and leaf.observation]
    assert [inputs(term) for term in terms] == [("platelets",), ("ldh",), ("fibrinogen",), ("ferritin",)]


def test_a_finding_that_excludes_a_measurement_is_its_second_input() -> None:
    found = {inputs(leaf) for leaf in leaves(CATALOGUE["ravelli-2005"].rule)}
    assert ("liver_below_costal_margin", "hepatomegaly") in found


def test_the_scores_are_of_the_three_kinds_that_the_papers_print() -> None:
    assert isinstance(CATALOGUE["ms-score"].rule, Linear)
    assert isinstance(CATALOGUE["ferritin-esr-ratio"].rule, Ratio)
    assert {type(node) for node in CATALOGUE["hscore"].rule.of} == {Tally}  # type: ignore[union-attr]
