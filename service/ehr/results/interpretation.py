"""Results in words: interpretation codes and flags, and the word that does not fit the one beside it."""

from __future__ import annotations

from collections.abc import Iterable

from service.clinical.measurement.analytes import HIGH_WORDS, LOW_WORDS
from service.ehr.issues import Unusable
from service.ehr.terminology.code_map import CodeMap

BEYOND = {"above": (">=", HIGH_WORDS[0]), "below": ("<=", LOW_WORDS[0])}
"""The end of the scale at which a number lies: its comparator, and the word that it is by itself."""


def beyond_scale(given: Iterable[str], codes: CodeMap) -> str:
    """Return the comparator that a number lacks, which is only the end of the scale; "" if no code says that it is."""
    ends = {end for code in given if (end := codes.off_scale.get(code.casefold()))}
    return BEYOND[ends.pop()][0] if len(ends) == 1 else ""


def interpretation(texts: Iterable[str], given: Iterable[str], codes: CodeMap) -> str:
    """Return the one HL7 v3 code (L, LL, N, H, HH) that texts and codes mean; "" if none or several."""
    found = {*map(codes.word, texts), *(_word(code, codes) for code in given)}
    found.discard("")
    return _one_of(found)


def agreed(stated: str, interpreted: str) -> str:
    """Return what the word of a value and that of the interpretation say together, the weaker of two of one side.

    Raises Unusable if they contradict each other: neither of them can be told to be the right one.
    """
    said = {stated, interpreted} - {""}
    word = _one_of(set(said))
    if said and not word:
        raise Unusable("value_contradicts")
    return word


def _one_of(words: set[str]) -> str:
    """Return the one word, or the weaker one of several of a side; "" if they are of none or of two sides."""
    for side in (LOW_WORDS, HIGH_WORDS):
        if len(words) > 1 and words <= set(side):
            return side[0]
    return words.pop() if len(words) == 1 else ""


def _word(code: str, codes: CodeMap) -> str:
    end = codes.off_scale.get(code.casefold())
    return BEYOND[end][1] if end else codes.word(code)
