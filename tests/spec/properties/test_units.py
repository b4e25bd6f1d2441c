"""The same panel in any accepted units gives the same verdicts and scores, and the factors are those of UCUM."""

import warnings
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.clinical.assessment.assess import assess
from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.interval import point
from service.clinical.measurement.reading import Evidence, Reading
from service.clinical.measurement.units import Unit
from service.clinical.panel.panel import Panel
from tests.support.generated_panels import in_unit

pytestmark = pytest.mark.slow

TWO_PRINTED_LIMITS = {"triglycerides", "temperature"}  # HLH-2004 and HScore compare these in the unit they came in
MEASURED = [analyte for analyte in ANALYTES.values() if analyte.id not in TWO_PRINTED_LIMITS]


def outcome(panel: Panel) -> list[object]:
    found = assess(panel)
    return [
        found.classification.category,
        *(
            (result.verdict, result.verdict_implied, result.score, result.missing, result.decisive)
            for result in found.results
        ),
    ]


@given(st.data())
def test_any_unit_gives_the_same_answer(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(MEASURED), unique_by=lambda one: one.id, min_size=1, max_size=8))
    one: dict[str, Reading] = {}
    other: dict[str, Reading] = {}
    for analyte in chosen:
        value = data.draw(st.decimals(analyte.soft.low, analyte.soft.high, places=2), label=analyte.id)
        unit = data.draw(st.sampled_from([unit.code for unit in analyte.table.units.values() if unit.comparable]))
        one[analyte.id] = Reading(point(value), analyte.canonical, Evidence.MEASURED, "")
        other[analyte.id] = Reading(point(in_unit(analyte, value, unit)), unit, Evidence.MEASURED, "")
    assert outcome(Panel(one, {"fever": True}, "sjia")) == outcome(Panel(other, {"fever": True}, "sjia"))


@pytest.mark.parametrize("unit", ["mmol/L", "g/L", "umol/L", "mg/L"])
def test_triglycerides_away_from_the_two_limits_are_the_same_in_any_unit(unit: str) -> None:
    analyte = ANALYTES["triglycerides"]
    for value in (Decimal("2.9"), Decimal("3.0"), Decimal("3.1")):
        one = Reading(point(value), "mmol/L", Evidence.MEASURED, "")
        other = Reading(point(in_unit(analyte, value, unit)), unit, Evidence.MEASURED, "")
        assert outcome(Panel({"triglycerides": one})) == outcome(Panel({"triglycerides": other}))


ANNOTATED = {"{#}/uL", "{cells}/uL"}
PURE = [
    pytest.param(analyte.canonical, unit, id=f"{analyte.id} {unit.code}")
    for analyte in ANALYTES.values()
    for unit in analyte.table.units.values()
    if unit.basis == "ucum"
]


@pytest.fixture(scope="module")
def oracle() -> object:
    """An independent unit engine: UCUM codes by ucumvert, arithmetic by pint, in fractions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ucumvert import PintUcumRegistry

        return PintUcumRegistry(non_int_type=Fraction)


@pytest.mark.parametrize(("canonical", "unit"), PURE)
def test_every_pure_factor_is_that_of_an_independent_engine(oracle: object, canonical: str, unit: Unit) -> None:
    parse = oracle.from_ucum  # type: ignore[attr-defined]
    for value in (Decimal(1), Decimal("37.5"), Decimal(310)):
        theirs = oracle.Quantity(float(value), parse(unit.code).units).to(parse(canonical).units)  # type: ignore[attr-defined]
        scale = float(parse(unit.code).magnitude) / float(parse(canonical).magnitude)
        ours = float((Fraction(value) + Fraction(unit.offset)) * Fraction(unit.factor))
        assert float(theirs.magnitude) * scale == pytest.approx(ours, rel=1e-9)
