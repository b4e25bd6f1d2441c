"""Results in words: interpretation codes, and the reference range that gives them a number."""

from __future__ import annotations

from decimal import Decimal

from service.clinical.measurement.analytes import HIGH_WORDS, LOW_WORDS, Analyte
from service.clinical.measurement.fault import Fault
from service.clinical.measurement.reading import Range, Reading, read_range, read_word
from service.ehr.fhir.issues import Unusable
from service.ehr.fhir.json_shapes import Resource, codings, number, table, tables, text
from service.ehr.fhir.unit import unit_of
from service.ehr.terminology.code_map import CodeMap, ResultCode

OF_INTERPRETATION = ("observationinterpretation", "observation-interpretation", "0078", "113883.5.83", "113883.12.78")

BEYOND = {"above": (">=", HIGH_WORDS[0]), "below": ("<=", LOW_WORDS[0])}
"""The end of the scale at which a number lies: its comparator, and the word that it is by itself."""


def beyond_scale(observation: Resource, codes: CodeMap) -> str:
    """Return the comparator that a number lacks, which is only the end of the scale; "" if it is not said to be so."""
    given = _codes(tables(observation, "interpretation"))
    ends = {end for one in given if (end := codes.off_scale.get(one.casefold()))}
    return BEYOND[ends.pop()][0] if len(ends) == 1 else ""


def interpretation(observation: Resource, codes: CodeMap) -> str:
    """Return the one HL7 v3 code (L, LL, N, H, HH) that the interpretations mean; "" if none or several."""
    found = set()
    for concept in tables(observation, "interpretation"):
        found |= {codes.word(text(concept, "text")), *(_word(one, codes) for one in _codes([concept]))}
    found.discard("")
    for side in (LOW_WORDS, HIGH_WORDS):
        if found and found <= set(side):
            return side[0] if len(found) > 1 else found.pop()
    return found.pop() if len(found) == 1 else ""


def reference_range(analyte: Analyte, meaning: ResultCode, observation: Resource, unit: str) -> Range | None:
    """Return the laboratory's range if there is exactly one that can be used; ``unit`` is that of the value, or ""."""
    given = tables(observation, "referenceRange")
    if not given:
        return None
    normal = [one for one in given if _is_normal(one)]
    ranges = {_range(analyte, meaning, one, unit) for one in normal} - {None}
    return ranges.pop() if len(ranges) == 1 else None


def word_reading(analyte: Analyte, word: str, reference: Range | None) -> Reading:
    """Return the reading of a result that is only a word."""
    return read_word(analyte, word, reference)


def _word(code: str, codes: CodeMap) -> str:
    end = codes.off_scale.get(code.casefold())
    return BEYOND[end][1] if end else codes.word(code)


def _codes(concepts: list[Resource]) -> list[str]:
    return [code for one in concepts for system, code in codings(one) if _is_interpretation(system)]


def _is_interpretation(system: str) -> bool:
    return not system or any(one in system.casefold() for one in OF_INTERPRETATION)


def _is_normal(entry: Resource) -> bool:
    kind = table(entry, "type")
    kinds = [code for _, code in codings(kind)] or [one for one in [text(kind, "text").casefold()] if one]
    return not kinds or any(one.startswith("normal") for one in kinds)


def _range(analyte: Analyte, meaning: ResultCode, entry: Resource, unit: str) -> Range | None:
    ends: dict[str, Decimal | None] = {"low": None, "high": None}
    units = set()
    for end in ends:
        quantity = table(entry, end)
        value = number(quantity.get("value"))
        if value is not None and not quantity.get("comparator"):
            ends[end] = value
            try:
                units.add(unit_of(analyte, meaning, quantity) or unit)
            except Unusable:
                return None
    if len(units) != 1:
        return None
    found = Range(ends["low"], ends["high"], units.pop())
    try:
        read_range(analyte, found)
    except Fault:
        return None
    return found
