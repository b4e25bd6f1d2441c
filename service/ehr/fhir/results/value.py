"""The value of one Observation, in any of the ways in which systems send it: a number, a text, a word, or nothing.

Two statements in one value (the text 12500, the display Normal) are none: neither of them can be told to be the result.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from service.clinical.measurement.analytes import NORMAL_WORD, Analyte
from service.clinical.measurement.fault import Fault
from service.clinical.measurement.laboratory_text import COMPARATORS, Quantity, read_text
from service.clinical.measurement.no_result import Absence
from service.clinical.measurement.reading import Reading, read_word
from service.ehr.fhir.contents.json_shapes import Resource, codings, number, spoken, table, tables, text, token
from service.ehr.fhir.results.quantity import beyond_scale, interpretation, sign_of, unit_of
from service.ehr.fhir.results.reference_range import Tested, reference_range
from service.ehr.issues import Unusable, from_fault
from service.ehr.results.comparators import plain
from service.ehr.results.interpretation import agreed
from service.ehr.results.value import (
    KEYS,
    NOTHING,
    SAID_IN_A_NOTE,
    SAID_IN_PLACE,
    Said,
    absence_in,
    has_figure,
    numbered,
    text_said,
    words_said,
)
from service.ehr.terminology.code_map import CodeMap, ResultCode

NEVER_REPORTED = ("unknown", "error", "not-performed", "asked-declined", "temp-unknown")
NOT_SHOWN = (
    *("masked", "not-permitted", "unsupported", "as-text"),
    *("not-a-number", "negative-infinity", "positive-infinity"),
)
OF_REASON = {"error": Absence.FAILED, "temp-unknown": Absence.ELSEWHERE}
"""What those reasons of FHIR say that say more than 'not measured'."""
OF_NO_NUMBER = ("value", "_value", "unit", "code", "system", "id", "extension")
_VALUE = re.compile(r"value(?:[A-Z]\w*)?")  # also without its type: there is a value then, in a form that is not read


ANYBODY = Tested()


def read_value(
    analyte: Analyte, meaning: ResultCode, observation: Resource, codes: CodeMap, tested: Tested = ANYBODY
) -> Reading:
    """Return the reading of an Observation (or component) of this analyte; raises Unusable with the reason."""
    present = _present(observation, codes)
    word = interpretation(observation, codes) if "interpretation" in observation else ""
    try:
        quantity, stated = _said(analyte, meaning, observation, present, codes)
        word = agreed(stated, word)
        if quantity is None:
            if not word or (word == NORMAL_WORD and not stated and _is_absent(observation)):
                raise _no_value(observation, codes)
            return read_word(analyte, word, reference_range(analyte, meaning, observation, "", tested))
        if "interpretation" in observation and not quantity.comparator:
            quantity = quantity._replace(comparator=beyond_scale(observation, codes))
        reference = reference_range(analyte, meaning, observation, quantity.unit, tested)
        return numbered(analyte, quantity, word, reference)
    except Fault as fault:
        raise from_fault(fault) from fault


def _present(observation: Resource, codes: CodeMap) -> list[str]:
    """Return the names of the values, none if each says that there is none; raises Unusable for several."""
    values = [key for key in observation if "value" in key and observation[key] is not None]
    hidden = [key for key in values if key.startswith("_value") and observation.get(key[1:]) is None]
    present = [key for key in values if _VALUE.fullmatch(key)]
    if present and all(_absence(observation[key], codes) for key in present):
        return []
    if len(present) > 1 or (present and observation.get("dataAbsentReason")):
        raise Unusable("value_ambiguous")
    for key in hidden:
        _refuse_hidden(observation[key])
    return present


def _refuse_hidden(element: object) -> None:
    """Raise Unusable for what stands in place of a value as an extension, unless it gives the reason of its absence."""
    extensions = tables(element, "extension")
    reasons = [
        token(extension, "valueCode")
        for extension in extensions
        if text(extension, "url").endswith("data-absent-reason")
    ]
    named = next((reason for reason in reasons if reason in NOT_SHOWN), "")
    if named:
        raise Unusable("value_not_shown", _told_reason(named))
    if element and (len(reasons) < len(extensions) or not extensions):
        raise Unusable("value_form")


def _absence(value: object, codes: CodeMap) -> Absence | None:
    """Return what a text, a number sent as text or a concept says of a result that it does not hold, else None."""
    if isinstance(value, str):
        return codes.absence([value])
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("value"), str):
        return codes.absence([value["value"]])
    return None if "value" in value else absence_in(codings(value), spoken(value), codes)


def _said(analyte: Analyte, meaning: ResultCode, observation: Resource, present: list[str], codes: CodeMap) -> Said:
    """Return the number and the word that the value holds."""
    if not present:
        return NOTHING
    read = _READERS.get(present[0])
    if read is None:
        raise Unusable("value_form")
    return read(analyte, meaning, observation[present[0]], codes)


def _is_absent(observation: Resource) -> bool:
    """Return whether the sender says, by a reason or in place of the value, that there is none."""
    return bool(observation.get("dataAbsentReason")) or _has_value(observation)


def _no_value(observation: Resource, codes: CodeMap) -> Unusable:
    """Return why there is no value: it was never reported, or what was reported does not stand here to be read."""
    reason = table(observation, "dataAbsentReason")
    given = [token(coding, "code") for coding in tables(reason, "coding")]
    named = next((code for code in given if code in (*NEVER_REPORTED, *NOT_SHOWN)), "")
    said = _told_reason(named) if named else ""
    if named in NOT_SHOWN:
        return Unusable("value_not_shown", said)
    in_place = [value for key, value in observation.items() if _VALUE.fullmatch(key) and _has_text(value)]
    judged = [word for word in tables(observation, "interpretation") if codings(word) or text(word, "text")]
    if in_place:
        is_noted = any(has_figure(text(note, "text")) for note in tables(observation, "note"))
        if is_noted:
            return Unusable("value_not_shown", SAID_IN_A_NOTE)
    elif judged and not reason and not all(_absence(word, codes) for word in judged):
        return Unusable("word_not_usable", said)
    by_reason = OF_REASON.get(named) or codes.absence(spoken(reason))
    found = [by_reason, *(_absence(value, codes) for value in (*in_place, *judged))]
    absence = max((absence for absence in found if absence), default=Absence.NOTHING)
    is_explained = bool(in_place or (judged and not reason))
    return Unusable(KEYS[absence], said or (SAID_IN_PLACE if is_explained else ""))


def _told_reason(named: str) -> str:
    return f"There is no value; the sender's reason is '{named}'."


def _has_value(observation: Resource) -> bool:
    """Return whether there is a text or a concept in place of the value."""
    return any(_has_text(value) for key, value in observation.items() if _VALUE.fullmatch(key))


def _has_text(value: object) -> bool:
    if isinstance(value, dict):
        return _has_text(value.get("value")) or any(spoken(value)) or bool(codings(value) and "unit" not in value)
    return isinstance(value, str) and bool(value.strip())


def _quantity(analyte: Analyte, meaning: ResultCode, raw: Any, codes: CodeMap) -> Said:
    if not isinstance(raw, dict):
        raise Unusable("value_form")
    given = raw.get("value")
    if given is None or (isinstance(given, str) and not given.strip()):
        _refuse_said_otherwise(raw)
        return NOTHING
    sign = sign_of(raw)
    value, two_ways = number(given), False
    if isinstance(given, str):
        inner = read_text(analyte, plain(given))
        if inner.unit or (sign and inner.comparator and sign != inner.comparator):
            raise Unusable("value_ambiguous")
        value, sign, two_ways = inner.value, sign or inner.comparator, inner.two_ways
    if value is None:
        raise Unusable("not_a_number")
    if sign and sign not in COMPARATORS:
        raise Unusable("comparator")
    return Said(Quantity(value, unit_of(analyte, meaning, raw), sign, two_ways))


def _refuse_said_otherwise(quantity: Resource) -> None:
    """Raise Unusable if a quantity without a number says anything but its unit: that may be the result."""
    if any(value is not None for key, value in quantity.items() if key not in OF_NO_NUMBER):
        raise Unusable("value_form")
    for element in (quantity, quantity.get("_value")):
        if element and (element is not quantity or "extension" in quantity):
            _refuse_hidden(element)


def _string(analyte: Analyte, meaning: ResultCode, raw: Any, codes: CodeMap) -> Said:
    if not isinstance(raw, str):
        raise Unusable("value_form")
    return text_said(analyte, meaning, raw, codes)


def _concept(analyte: Analyte, meaning: ResultCode, raw: Any, codes: CodeMap) -> Said:
    """Return what the text, the displays and the codes of a concept say; raises Unusable if they say two things."""
    concept = raw if isinstance(raw, dict) else {}
    return words_said(analyte, meaning, spoken(concept), [code for _, code in codings(concept)], codes)


def _integer(analyte: Analyte, meaning: ResultCode, raw: Any, codes: CodeMap) -> Said:
    value = number(raw)
    if value is None:
        raise Unusable("not_a_number")
    return Said(Quantity(value, meaning.unit))


_READERS: dict[str, Callable[[Analyte, ResultCode, Any, CodeMap], Said]] = {
    "valueQuantity": _quantity,
    "valueString": _string,
    "valueCodeableConcept": _concept,
    "valueInteger": _integer,
}
