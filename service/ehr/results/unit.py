"""The unit of a result: its code and its text must not contradict each other, and neither is ever guessed."""

from __future__ import annotations

import re

from service.clinical.measurement.analytes import Analyte
from service.clinical.measurement.fault import Fault
from service.clinical.measurement.units import Unit
from service.ehr.issues import Unusable, from_fault
from service.ehr.terminology.code_map import ResultCode
from service.ehr.terminology.code_systems import UCUM, system_name

LONGEST_UNIT = 64
_ANNOTATION = re.compile(r"\{[^{}]*\}")


def unit_said(analyte: Analyte, meaning: ResultCode, code: str, shown: str, system: object) -> str:
    """Return the unit that a code and a text beside it name, "" if there is none; raises Unusable ``unit_conflict``.

    ``system`` is that of the code, as sent.
    """
    if max(len(code), len(shown)) > LONGEST_UNIT:
        raise from_fault(Fault("unit_not_accepted", accepted=list(analyte.table.units)))
    by_code = _find(analyte, meaning, code)
    by_text = by_code if shown == code else _find(analyte, meaning, shown)
    if by_code and by_text and not _equal(by_code, by_text):
        raise Unusable("unit_conflict")
    if by_code is None and code and system_name(system) == UCUM:
        return code  # UCUM says what it is, and it is not accepted: the text beside it must not overrule that
    found = by_code or by_text
    if found:
        return found.code
    return code or shown or meaning.unit


def spelled(analyte: Analyte, meaning: ResultCode, text: str) -> str:
    """Return the code of a unit in a text if it is known, otherwise the text, or the site's unit if there is none."""
    found = _find(analyte, meaning, text)
    return found.code if found else text or meaning.unit


def _find(analyte: Analyte, meaning: ResultCode, text: str) -> Unit | None:
    if not text:
        return None
    found = analyte.table.find(text)
    if found is None and meaning.basis:
        found = analyte.table.find(f"{text}{{{meaning.basis}}}")
    if found is None and "{" in text:
        found = analyte.table.find(_ANNOTATION.sub("", text))
    if found and meaning.basis and meaning.basis not in found.code:
        raise Unusable(
            "unit_conflict", "The code and the unit disagree about FEU or DDU; the result counts as unknown."
        )
    return found


def _equal(one: Unit, other: Unit) -> bool:
    if one is other:
        return True
    return (one.factor, one.offset, one.comparable) == (other.factor, other.offset, other.comparable)
