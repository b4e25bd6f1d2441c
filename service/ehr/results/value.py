"""What a value says: a number, a word, both or nothing, in any of the forms in which records hold it.

Two statements in one value (the text 12500, the display Normal) are none: neither of them can be told to be the result.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from service.clinical.measurement.analytes import NORMAL_WORD, Analyte
from service.clinical.measurement.laboratory_text import Quantity, read_text
from service.clinical.measurement.no_result import Absence
from service.clinical.measurement.reading import Range, Reading, contradicts, limits_in, read_number
from service.ehr.issues import Unusable
from service.ehr.results.comparators import LONGEST_TEXT, plain
from service.ehr.results.unit import spelled
from service.ehr.terminology.code_map import CodeMap, ResultCode

KEYS = {Absence.NOTHING: "no_value", Absence.FAILED: "no_result", Absence.ELSEWHERE: "elsewhere"}
"""The reason for each kind of absence."""
SAID_IN_PLACE = "There is no value; what stands in its place says why (not done, not usable, or still to come)."
SAID_IN_A_NOTE = "There is no value; a note with a number stands beside it, and notes are not read."


class Said(NamedTuple):
    """What a value says: a number, a word (an HL7 v3 code), both, or nothing."""

    quantity: Quantity | None = None
    word: str = ""


NOTHING = Said()


def text_said(analyte: Analyte, meaning: ResultCode, raw: str, codes: CodeMap) -> Said:
    """Return what a text says: a word, or a number with its unit; raises Fault and Unusable."""
    if not raw.strip():
        return NOTHING
    word = codes.word(raw) if len(raw) <= LONGEST_TEXT else ""
    return Said(word=word) if word else Said(number_in(analyte, meaning, raw))


def number_in(analyte: Analyte, meaning: ResultCode, said: str) -> Quantity:
    """Return the number and the unit of a text; raises Fault and Unusable."""
    found = read_text(analyte, plain(said))
    return found._replace(unit=spelled(analyte, meaning, found.unit))


def words_said(
    analyte: Analyte, meaning: ResultCode, spoken: Sequence[str], given: Iterable[str], codes: CodeMap
) -> Said:
    """Return what the words and codes of a coded value say; raises Fault, and Unusable if they say two things."""
    words = {codes.word(code) for code in (*spoken, *given) if len(code) <= LONGEST_TEXT} - {""}
    texts = [said for said in dict.fromkeys(spoken) if said and not codes.word(said)]
    numeric = [said for said in texts if has_figure(said)]
    if len(words) > 1 or (not words and not texts):
        raise Unusable("word_not_usable")
    if not numeric:
        return Said(word=words.pop()) if words else Said(number_in(analyte, meaning, texts[0]))
    if NORMAL_WORD in words:
        raise Unusable("value_ambiguous")
    return Said(_one_number(number_in(analyte, meaning, said) for said in numeric), words.pop() if words else "")


def _one_number(stated: Iterable[Quantity]) -> Quantity:
    """Return the number that several texts say alike, with its unit if one of them has it; raises Unusable."""
    found = list(stated)
    units = {quantity.unit for quantity in found} - {""}
    if len({(quantity.value, quantity.comparator) for quantity in found}) > 1 or len(units) > 1:
        raise Unusable("value_ambiguous")
    two_ways = any(quantity.two_ways for quantity in found)
    return found[0]._replace(unit=units.pop() if units else "", two_ways=two_ways)


def absence_in(coded: Collection[tuple[str, str]], spoken: Iterable[str], codes: CodeMap) -> Absence | None:
    """Return what the systems, codes and words of a coded value say of a result that it does not hold, else None."""
    texts = [said for said in spoken if said]
    by_code = [absence for system, code in coded if (absence := codes.absence_by_code(system, code))]
    by_text = codes.absence(texts)
    if (texts and by_text is None) or any(code.casefold() in codes.words for _, code in coded):
        return None
    return max([*by_code, *([by_text] if by_text else [])], default=None)


def has_figure(said: str) -> bool:
    """Return whether a text holds a digit, or another sign that stands for a number."""
    return any(sign.isnumeric() for sign in said)


def numbered(analyte: Analyte, quantity: Quantity, word: str, reference: Range | None) -> Reading:
    """Return the reading of a number with the word and the range beside it; raises Fault, and Unusable if they differ.

    The range is one that certainly is the normal one of this patient.
    """
    reading = read_number(analyte, quantity)
    if not word and reference is None:
        return reading
    limits = limits_in(analyte, reference, reading.unit)
    if contradicts(word, reading.interval, limits):
        raise Unusable("value_contradicts")
    return reading._replace(word=word, reference=limits)
