"""For every limit in the data: just below, at, and just above it, in every unit in which it is printed."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

import pytest

from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.rules import Linear, Ratio, Sum, Threshold, leaves
from service.clinical.evaluation.evaluate import evaluate
from service.clinical.evaluation.rule_engine import make_plan
from service.clinical.explanation.item_reasons import value_text
from service.clinical.explanation.items import explain
from service.clinical.measurement.analytes import AGES, MEASURES
from service.clinical.measurement.interval import COMPARE, INFINITY, MET, NOT_MET, UNKNOWN, Interval, Verdict, point
from service.clinical.measurement.reading import Evidence, Reading
from tests.support.panels import panel_of

STEP = Decimal("0.000001")
MEANING = {
    ">": {-1: NOT_MET, 0: NOT_MET, 1: MET},
    ">=": {-1: NOT_MET, 0: MET, 1: MET},
    "<": {-1: MET, 0: NOT_MET, 1: NOT_MET},
    "<=": {-1: MET, 0: MET, 1: NOT_MET},
}


def limits(units: str = "published") -> list[object]:
    """Return (leaf, unit, value, verdict) around every limit; below a limit of 0 there is nothing to send."""
    return [
        pytest.param(leaf, unit, limit + side * STEP, verdict, id=f"{key} {leaf.id} {limit} {unit} {side:+}")
        for key, criteria in CATALOGUE.items()
        for leaf in leaves(criteria.rule)
        if isinstance(leaf, Threshold)
        for unit, limit in leaf.limit.printed.items()
        for side, verdict in MEANING[leaf.limit.comparator].items()
        if limit + side * STEP >= 0 and (units == "published" or leaf.observation not in AGES)
    ]


@pytest.mark.parametrize(("leaf", "unit", "value", "verdict"), limits())
def test_below_at_and_above(leaf: Threshold, unit: str, value: Decimal, verdict: Verdict) -> None:
    reading = Reading(point(value), unit, Evidence.MEASURED, "")
    assert make_plan(leaf).readers.read({leaf.observation: reading}, {}) == [verdict]


@pytest.mark.parametrize(("leaf", "unit", "value", "verdict"), limits("sent in requests"))
def test_the_same_through_a_request(leaf: Threshold, unit: str, value: Decimal, verdict: Verdict) -> None:
    panel = panel_of(observations={leaf.observation: f"{value:f} {unit}"})
    assert make_plan(leaf).readers.read(panel.measured, {}) == [verdict]


def beside(leaf: Threshold, unit: str) -> Iterator[Decimal]:
    """Yield of every length of number those in a unit that lie nearest to the limit, on both sides of it."""
    limit = MEASURES[leaf.observation].table.convert(leaf.limit.value, leaf.limit.unit, unit).as_integer_ratio()
    for digits in range(1, 10):
        for rounding in (ROUND_FLOOR, ROUND_CEILING):
            yield Context(digits, rounding).divide(*map(Decimal, limit))


@pytest.mark.parametrize(
    ("leaf", "unit"),
    [
        pytest.param(leaf, unit, id=f"{key} {leaf.id} {leaf.limit.value} {unit}")
        for key, criteria in CATALOGUE.items()
        for leaf in leaves(criteria.rule)
        if isinstance(leaf, Threshold) and leaf.limit.value
        for unit in leaf.limit.by_unit
        if unit not in leaf.limit.printed
    ],
)
def test_a_value_as_written_lies_where_it_is_said_to_lie(leaf: Threshold, unit: str) -> None:
    """The value is converted for the sentence, and rounded where its decimals do not end."""
    for value in beside(leaf, unit):
        reading = Reading(point(value), unit, Evidence.MEASURED, "")
        written = value_text(reading, leaf.observation, leaf.limit.unit).partition("(")[2].split()[0]
        compare = COMPARE[leaf.limit.comparator]
        assert compare(point(Decimal(written)), leaf.limit.value) is compare(reading.interval, leaf.limit.by_unit[unit])


@pytest.mark.parametrize(("years", "points"), [("1.599999", 37), ("1.6", 37), ("1.600001", 0)])
def test_the_age_at_onset_through_a_request(years: str, points: int) -> None:
    panel = panel_of(patient={"age_at_onset_years": Decimal(years)}, findings={"fever": True})
    assert explain(evaluate(CATALOGUE["mh-score"], panel), panel)[0].points == point(Decimal(points))


@pytest.mark.parametrize(
    "criteria", [criteria for criteria in CATALOGUE.values() if isinstance(criteria.rule, Sum | Linear | Ratio)]
)
def test_the_cut_off_itself_counts(criteria: object) -> None:
    cutoff = criteria.rule.cutoff  # type: ignore[attr-defined]
    compare = COMPARE[cutoff.comparator]
    found = [compare(point(cutoff.value + side * STEP), cutoff.value) for side in (-1, 0, 1)]
    assert found == [NOT_MET, MET, MET]


@pytest.mark.parametrize("comparator", MEANING)
def test_an_open_end_at_the_limit_is_not_the_limit(comparator: str) -> None:
    limit = Decimal(684)
    above = Interval(limit, INFINITY, low_open=True, high_open=True)
    below = Interval(Decimal(0), limit, high_open=True)
    met_above = comparator in (">", ">=")
    assert COMPARE[comparator](above, limit) is (MET if met_above else NOT_MET)
    assert COMPARE[comparator](below, limit) is (NOT_MET if met_above else MET)


@pytest.mark.parametrize(
    ("comparator", "closed_above", "closed_below"),
    [(">", UNKNOWN, NOT_MET), (">=", MET, UNKNOWN), ("<", NOT_MET, UNKNOWN), ("<=", UNKNOWN, MET)],
)
def test_a_closed_end_at_the_limit_is_the_limit(comparator: str, closed_above: Verdict, closed_below: Verdict) -> None:
    limit = Decimal(684)
    assert COMPARE[comparator](Interval(limit, INFINITY, high_open=True), limit) is closed_above
    assert COMPARE[comparator](Interval(Decimal(0), limit), limit) is closed_below
