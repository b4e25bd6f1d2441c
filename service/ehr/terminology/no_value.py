"""Texts and codes that say that there is no result: the test was not done, the specimen was not usable, it is to come.

A text says so only if all of it does: its words are those of the known phrases, and of such that say nothing by
themselves (specimen, please, repeat). Any other word, and any digit, may be the result.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

LONGEST_TEXT = 120
MARKS = frozenset("-–—‐−*._/\\·…~?#:;,|()[]'\"")  # not + < > =, which are results
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class NoValue:
    """The phrases, the words that may stand beside them, and the codes by system and code."""

    phrases: frozenset[tuple[str, ...]] = frozenset()
    beside: frozenset[str] = frozenset()
    codes: frozenset[tuple[str, str]] = frozenset()
    _longest: int = field(init=False, compare=False, default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_longest", max(map(len, self.phrases), default=0))

    def __or__(self, other: NoValue) -> NoValue:
        return NoValue(self.phrases | other.phrases, self.beside | other.beside, self.codes | other.codes)

    def is_said(self, text: str) -> bool:
        """Return whether a text holds a known phrase or nothing but marks, and says nothing else."""
        said = text.strip()
        if not said or len(said) > LONGEST_TEXT:
            return False
        words = words_of(said)
        if not words:
            return all(sign in MARKS or sign.isspace() for sign in said)
        if any(sign.isnumeric() or sign in "<>=≤≥＜＞＝+%" for sign in said):
            return False
        return self._holds_nothing_else(words)

    def _holds_nothing_else(self, words: list[str]) -> bool:
        is_phrase_found, at = False, 0
        while at < len(words):
            length = self._phrase_at(words, at)
            is_phrase_found = is_phrase_found or length > 0
            if not length and words[at] not in self.beside:
                return False
            at += length or 1
        return is_phrase_found

    def _phrase_at(self, words: list[str], at: int) -> int:
        """Return how many words the longest phrase has that begins there, 0 if none does."""
        lengths = range(min(self._longest, len(words) - at), 0, -1)
        return next((length for length in lengths if tuple(words[at : at + length]) in self.phrases), 0)


def words_of(text: str) -> list[str]:
    """Return the words of a text without accents; letters set apart (Q.N.S., N/A) are one word."""
    folded = unicodedata.normalize("NFKD", text[:LONGEST_TEXT].casefold())
    words: list[str] = []
    is_open = False
    for word in _WORD.findall("".join(sign for sign in folded if not unicodedata.combining(sign))):
        is_letter = len(word) == 1 and word.isascii()
        if is_letter and is_open:
            words[-1] += word
        else:
            words.append(word)
        is_open = is_letter
    return words
