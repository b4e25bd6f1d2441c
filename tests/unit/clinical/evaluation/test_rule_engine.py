"""A leaf takes a result before the finding that can stand in for it, and is read again only where something changed."""

from decimal import Decimal
from typing import Any

import pytest

from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.rules import Leaf, Rule, Term, Threshold, leaves
from service.clinical.evaluation.rule_engine import Readers, State, make_plan, reader
from service.clinical.measurement.interval import MET, NOT_MET, UNKNOWN, Interval, Verdict, point
from service.clinical.panel.panel import Panel
from tests.support.panels import panel_of

HSCORE, MS_SCORE = (CATALOGUE[key].rule for key in ("hscore", "ms-score"))


def thresholds_on(rule: Rule, observation: str) -> list[Threshold]:
    return [leaf for leaf in leaves(rule) if isinstance(leaf, Threshold) and leaf.observation == observation]


def term_of(observation: str) -> Term:
    return next(leaf for leaf in leaves(MS_SCORE) if isinstance(leaf, Term) and leaf.observation == observation)


def read(leaf: Leaf, panel: Panel) -> State:
    (state,) = Readers.of({0: reader(leaf)}, 1).read(panel.measured, panel.findings)
    return state


@pytest.mark.parametrize(
    ("request_", "verdict"),
    [
        ({"observations": {"temperature": "39 Cel"}, "findings": {"fever": False}}, MET),
        ({"observations": {"temperature": "<39 Cel"}, "findings": {"fever": False}}, UNKNOWN),
        ({"findings": {"fever": False}}, NOT_MET),
        ({"findings": {"fever": True}}, UNKNOWN),
        ({"findings": {"hepatomegaly": False}}, UNKNOWN),
    ],
)
def test_a_result_goes_before_the_finding_that_excludes_it(request_: dict[str, Any], verdict: Verdict) -> None:
    panel = panel_of(**request_)
    assert read(thresholds_on(HSCORE, "temperature")[0], panel) is verdict


@pytest.mark.parametrize(("ferritin", "points"), [("2000 ng/mL", "0.2"), ("200 ug/dL", "0.2"), ("4494 pmol/L", "0.2")])
def test_a_summand_is_weighted_in_the_unit_of_the_paper(ferritin: str, points: str) -> None:
    panel = panel_of(observations={"ferritin": ferritin})
    assert read(term_of("ferritin"), panel) == point(Decimal(points))


def test_a_negative_weight_turns_an_open_result_round() -> None:
    panel = panel_of(observations={"platelets": "<100 10*3/uL"})
    assert read(term_of("platelets"), panel) == Interval(Decimal("-0.3"), Decimal(0), low_open=True, high_open=False)


def test_only_what_a_changed_result_reaches_is_read_again() -> None:
    readers = make_plan(HSCORE).readers
    panel = panel_of(observations={"crp": {"interpretation": "H"}, "ast": {"interpretation": "H"}})
    before = readers.read(panel.measured, panel.findings)
    assert readers.read_again(before, panel.implied, ["crp"]) is None
    after = readers.read_again(before, panel.implied, panel.implied_only)
    assert after is not None
    assert after == readers.read(panel.implied, panel.findings)
    assert [now for now, then in zip(after, before, strict=True) if now is not then] == [MET]
