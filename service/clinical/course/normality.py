"""Whether one result is normal: by its own reference range or the laboratory's word, never for want of either."""

from __future__ import annotations

from enum import Enum

from service.clinical.measurement.analytes import HIGH_WORDS, LOW_WORDS, NORMAL_WORD
from service.clinical.measurement.interval import COMPARE, MET, NOT_MET, Interval
from service.clinical.measurement.reading import MEASURED, Reading
from service.clinical.panel.panel import Panel


class Normality(Enum):
    """The three answers; a result without a range and without a word is UNKNOWN, whatever its number."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"
    UNKNOWN = "unknown"


def normality(reading: Reading) -> Normality:
    """Return whether a result is normal; where the range decides it, the word does not count."""
    if reading.reference is not None and reading.evidence is MEASURED:
        found = _against(reading.interval, reading.reference)
        if found is not Normality.UNKNOWN:
            return found
    if reading.word == NORMAL_WORD:
        return Normality.NORMAL
    return Normality.ABNORMAL if reading.word in (*LOW_WORDS, *HIGH_WORDS) else Normality.UNKNOWN


def normality_in(panel: Panel, observation: str) -> Normality | None:
    """Return whether a panel's result is normal, None if it has no such result."""
    reading = panel.readings.get(observation)
    return None if reading is None else normality(reading)


def _against(value: Interval, reference: Interval) -> Normality:
    inside = (COMPARE[">="](value, reference.low), COMPARE["<="](value, reference.high))
    if NOT_MET in inside:
        return Normality.ABNORMAL
    return Normality.NORMAL if inside == (MET, MET) else Normality.UNKNOWN
