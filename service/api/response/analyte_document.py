"""What GET /v1/analytes serves: every observation with its units, codes, ranges and implied limits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from service.api.response.numbers import json_number
from service.clinical.measurement.analytes import ANALYTES, FINDINGS, Analyte
from service.clinical.measurement.interval import Interval
from service.clinical.measurement.number import Number
from service.clinical.measurement.units import Unit
from service.clinical.panel.panel import CONDITIONS, CONFOUNDERS


def analytes_document() -> dict[str, Any]:
    """Return everything that a request may hold."""
    return {
        "observations": [_analyte(one) for one in ANALYTES.values()],
        "findings": [
            {"id": one.id, "label": one.label, "meaning": one.meaning, "absent_is_false": one.absent_is_false}
            for one in FINDINGS.values()
        ],
        "conditions": list(CONDITIONS),
        "confounders": list(CONFOUNDERS),
        "loinc_notice": "LOINC codes are copyright Regenstrief Institute, used under the LOINC licence.",
    }


def _analyte(analyte: Analyte) -> dict[str, Any]:
    limits = (("low", analyte.implied_low), ("high", analyte.implied_high))
    implied = {end: json_number(limit) for end, limit in limits if limit is not None}
    return {
        "id": analyte.id,
        "label": analyte.label,
        "canonical_unit": analyte.canonical,
        "units": [_unit(one) for one in analyte.table.units.values()],
        "loinc": list(analyte.loinc),
        "plausible": _range(analyte.hard),
        "usual": _range(analyte.soft),
        "implied_limits": implied | {"unit": analyte.implied_unit} if implied else None,
    }


def _unit(unit: Unit) -> dict[str, Any]:
    shown: dict[str, Any] = {"code": unit.code, "spellings": list(unit.spellings), "basis": unit.basis}
    if not unit.comparable:
        return shown | {"comparable": False}
    above, below = _fraction(unit.factor)
    factor = {"add": json_number(unit.offset), "multiply": above, "divide": below}
    return shown | {"comparable": True, "approximate": unit.approximate, "to_canonical": factor}


def _fraction(factor: Number) -> tuple[Decimal | None, Decimal | None]:
    if isinstance(factor, Decimal):
        return json_number(factor), Decimal(1)
    return Decimal(factor.numerator), Decimal(factor.denominator)


def _range(interval: Interval) -> dict[str, Any]:
    return {"low": json_number(interval.low), "high": json_number(interval.high)}
