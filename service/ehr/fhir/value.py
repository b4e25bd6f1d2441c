"""The value of one Observation, in any of the ways in which systems send it: a number, a text, a word, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from service.clinical.measurement.analytes import NORMAL_WORD, Analyte
from service.clinical.measurement.fault import Fault
from service.clinical.measurement.laboratory_text import COMPARATORS, Quantity, read_text
from service.clinical.measurement.reading import Range, Reading, limits_in, read_number
from service.ehr.fhir.comparators import plain, sign_of
from service.ehr.fhir.interpretation import beyond_scale, interpretation, reference_range, word_reading
from service.ehr.fhir.issues import Unusable, from_fault
from service.ehr.fhir.json_shapes import Resource, codings, number, table, tables, text, token
from service.ehr.fhir.unit import spelled, unit_of
from service.ehr.terminology.code_map import CodeMap, ResultCode

NEVER_REPORTED = ("unknown", "error", "not-performed", "asked-declined", "temp-unknown")
NOT_SHOWN = (
    *("masked", "not-permitted", "unsupported", "as-text"),
    *("not-a-number", "negative-infinity", "positive-infinity"),
)
_VALUE = re.compile(r"value(?:[A-Z]\w*)?")  # also without its type: there is a value then, in a form that is not read


def read_value(analyte: Analyte, meaning: ResultCode, observation: Resource, codes: CodeMap) -> Reading:
    """Return the reading of an Observation (or component) of this analyte; raises Unusable with the reason."""
    values = [key for key in observation if "value" in key]
    present = [key for key in values if _VALUE.fullmatch(key) and observation[key] is not None]
    if len(present) > 1 or (present and observation.get("dataAbsentReason")):
        raise Unusable("value_ambiguous")
    word = interpretation(observation, codes) if "interpretation" in observation else ""
    try:
        said = _said(analyte, meaning, observation, present, codes)
        if isinstance(said, Quantity):
            if "interpretation" in observation and not said.comparator:
                said = said._replace(comparator=beyond_scale(observation, codes))
            return _numbered(analyte, meaning, observation, said, word)
        return _worded(analyte, meaning, observation, said or word)
    except Fault as fault:
        raise from_fault(fault) from fault


def _said(
    analyte: Analyte, meaning: ResultCode, observation: Resource, present: list[str], codes: CodeMap
) -> Quantity | str:
    """Return the number or the word that the value holds; "" if it holds nothing."""
    if not present:
        return ""
    read = _READERS.get(present[0])
    if read is None:
        raise Unusable("value_form")
    return read(analyte, meaning, observation[present[0]], codes)


def _numbered(analyte: Analyte, meaning: ResultCode, observation: Resource, said: Quantity, word: str) -> Reading:
    reading = read_number(analyte, said)
    reference = reference_range(analyte, meaning, observation, said.unit)
    if not word and reference is None:
        return reading
    return reading._replace(word=word, reference=limits_in(analyte, reference, reading.unit))


def _worded(analyte: Analyte, meaning: ResultCode, observation: Resource, word: str) -> Reading:
    if not word or (word == NORMAL_WORD and observation.get("dataAbsentReason")):
        raise _no_value(observation)
    reference: Range | None = reference_range(analyte, meaning, observation, "")
    return word_reading(analyte, word, reference)


def _no_value(observation: Resource) -> Unusable:
    """Return why there is no value: it was never reported, or what was reported does not stand here to be read."""
    reason = table(observation, "dataAbsentReason")
    given = [token(one, "code") for one in tables(reason, "coding")]
    named = next((one for one in given if one in (*NEVER_REPORTED, *NOT_SHOWN)), "")
    said = f"There is no value; the sender's reason is '{named}'." if named else ""
    if named in NOT_SHOWN:
        return Unusable("value_not_shown", said)
    is_judged = not reason and any(codings(one) or text(one, "text") for one in tables(observation, "interpretation"))
    return Unusable("word_not_usable" if is_judged else "no_value", said)


def _quantity(analyte: Analyte, meaning: ResultCode, raw: Any, codes: CodeMap) -> Quantity | str:
    if not isinstance(raw, dict):
        raise Unusable("value_form")
    if raw.get("value") is None:
        return ""
    said, sign = raw["value"], sign_of(raw)
    value, two_ways = number(said), False
    if isinstance(said, str):
        inner = read_text(analyte, plain(said))
        if inner.unit or (sign and inner.comparator and sign != inner.comparator):
            raise Unusable("value_ambiguous")
        value, sign, two_ways = inner.value, sign or inner.comparator, inner.two_ways
    if value is None:
        raise Unusable("not_a_number")
    if sign and sign not in COMPARATORS:
        raise Unusable("comparator")
    return Quantity(value, unit_of(analyte, meaning, raw), sign, two_ways)


def _string(analyte: Analyte, meaning: ResultCode, raw: Any, codes: CodeMap) -> Quantity | str:
    if not isinstance(raw, str):
        raise Unusable("value_form")
    if not raw.strip():
        return ""
    word = codes.word(raw)
    if word:
        return word
    found = read_text(analyte, plain(raw))
    return found._replace(unit=spelled(analyte, meaning, found.unit))


def _concept(analyte: Analyte, meaning: ResultCode, raw: Any, codes: CodeMap) -> Quantity | str:
    given = [text(one, key) for one in tables(raw, "coding") for key in ("code", "display")]
    words = {codes.word(one) for one in (text(raw, "text"), *given)} - {""}
    if len(words) == 1:
        return words.pop()
    shown = text(raw, "text") or next((text(one, "display") for one in tables(raw, "coding")), "")
    if words or not shown:
        raise Unusable("word_not_usable")
    return _string(analyte, meaning, shown, codes)


def _integer(analyte: Analyte, meaning: ResultCode, raw: Any, codes: CodeMap) -> Quantity | str:
    value = number(raw)
    if value is None:
        raise Unusable("not_a_number")
    return Quantity(value, meaning.unit)


_READERS: dict[str, Callable[[Analyte, ResultCode, Any, CodeMap], Quantity | str]] = {
    "valueQuantity": _quantity,
    "valueString": _string,
    "valueCodeableConcept": _concept,
    "valueInteger": _integer,
}
