"""Values that contradict each whole: which of the two is wrong cannot be known, so neither is used."""

from __future__ import annotations

from collections.abc import Mapping

from service.clinical.measurement.analytes import AGE, AGE_AT_ONSET, MEASURES
from service.clinical.measurement.interval import Interval
from service.clinical.measurement.reading import MEASURED, Reading

NOT_ABOVE = (("neutrophils", "wbc"), ("lymphocytes", "wbc"), (AGE_AT_ONSET, AGE))
"""Pairs of which the first can never be above the second: a part and its whole, the beginning and now."""
PART_OF = (("hemophagocytosis_marrow", "hemophagocytosis"),)
"""Pairs of findings of which the first is a part of the second."""


def contradictions(readings: Mapping[str, Reading]) -> list[tuple[str, str]]:
    """Return the pairs of measured values that cannot both be right."""
    return [(small, large) for small, large in NOT_ABOVE if _contradict(readings, small, large)]


def contradictory_findings(findings: Mapping[str, bool]) -> list[tuple[str, str]]:
    """Return the pairs of findings that cannot both be right: something present at a site, and absent everywhere."""
    return [(part, whole) for part, whole in PART_OF if findings.get(part) and findings.get(whole) is False]


def _contradict(readings: Mapping[str, Reading], small: str, large: str) -> bool:
    part, whole = readings.get(small), readings.get(large)
    if part is None or whole is None or MEASURED is not part.evidence or MEASURED is not whole.evidence:
        return False
    return _in_canonical(small, part).low > _in_canonical(large, whole).high


def _in_canonical(key: str, reading: Reading) -> Interval:
    analyte = MEASURES[key]
    return analyte.table.convert_interval(reading.interval, reading.unit, analyte.canonical)
