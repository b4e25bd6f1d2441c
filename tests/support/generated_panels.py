"""Random panels: any mix of exact, censored, worded and missing results, in any accepted unit."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from service.clinical.measurement.analytes import ANALYTES, FINDINGS, Analyte
from service.clinical.measurement.interval import Number
from service.clinical.panel.consistency import contradictory_findings
from service.clinical.panel.panel import CONDITIONS

FINDING_IDS = [key for key in FINDINGS if key != "molecular_hlh_diagnosis"]


def canonical_values(analyte: Analyte) -> st.SearchStrategy[Decimal]:
    """Draw a number in the canonical unit inside the usual range, with limits of the criteria over-represented."""
    low, high = Decimal(str(analyte.soft.low)), Decimal(str(analyte.soft.high))
    return st.decimals(low, high, places=2, allow_nan=False)


def quantities(analyte: Analyte) -> st.SearchStrategy[Any]:
    """Draw one observation in any of its forms."""
    number = canonical_values(analyte)
    comparator = st.sampled_from(["", "", "", "<", "<=", ">", ">="])
    text = st.builds(lambda side, value: f"{side if value else ''}{value} {analyte.canonical}", comparator, number)
    word = st.sampled_from([{"interpretation": code} for code in ("L", "LL", "N", "H", "HH", "A")])
    ranged = st.builds(
        lambda code, ends: worded(analyte, code, ends), st.sampled_from("LNH"), st.tuples(number, number)
    )
    return st.one_of(text, text, word, ranged)


def worded(analyte: Analyte, code: str, ends: tuple[Decimal, Decimal]) -> dict[str, Any]:
    low, high = sorted(ends)
    return {"interpretation": code, "reference_range": {"low": low, "high": high, "unit": analyte.canonical}}


def observations(least: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    keys = st.lists(st.sampled_from(list(ANALYTES)), unique=True, min_size=least, max_size=12)
    return keys.flatmap(
        lambda chosen: st.fixed_dictionaries({key: quantities(ANALYTES[key]) for key in chosen})
    ).filter(neutrophils_fit)


def neutrophils_fit(values: dict[str, Any]) -> bool:
    """Leave contradictions out: they are refused, and tested elsewhere."""
    return "wbc" not in values or not {"neutrophils", "lymphocytes"} & set(values)


def findings() -> st.SearchStrategy[dict[str, bool]]:
    drawn = st.dictionaries(st.sampled_from(FINDING_IDS), st.booleans(), max_size=8)
    return drawn.filter(lambda found: not contradictory_findings(found))


def requests() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "observations": observations(least=1),
            "findings": findings(),
            "context": st.fixed_dictionaries({"condition": st.sampled_from([*CONDITIONS, None])}),
            "patient": st.fixed_dictionaries({}, optional={"age_years": st.decimals(0, 90, places=1)}),
        }
    )


def in_unit(analyte: Analyte, value: Number, unit: str) -> Number:
    return analyte.table.convert(value, analyte.canonical, unit)
