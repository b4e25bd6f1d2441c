"""Texts that say that there is no result, and by what they say of it: nothing was measured, it failed, it is elsewhere.

A text says so only if all of it does: its words are those of the known phrases, and of such that say nothing by
themselves (specimen, please, repeat). Any other word, and any digit, may be the result.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from service.clinical.data import toml_reader
from service.clinical.data.toml_reader import BadData, Table

LONGEST_TEXT = 120
MARKS = frozenset("-–—‐−*._/\\·…~?#:;,|()[]'\"")  # not + < > =, which are results
_WORD = re.compile(r"[^\W\d_]+")


class Absence(IntEnum):
    """What a text says of a result that it does not hold; of two the greater one counts.

    ``NOTHING`` was measured: that is as good as an empty cell. It ``FAILED``, and none will come. It is ``ELSEWHERE``,
    or still to come.
    """

    NOTHING = 1
    FAILED = 2
    ELSEWHERE = 3


Phrases = Mapping[tuple[str, ...], Absence]
LISTS = {"nothing": Absence.NOTHING, "failed": Absence.FAILED, "elsewhere": Absence.ELSEWHERE}
"""What the phrases of each list say."""


@dataclass(frozen=True, slots=True)
class NoResult:
    """The phrases with what each says, and the words that may stand beside them."""

    phrases: Phrases = field(default_factory=dict)
    beside: frozenset[str] = frozenset()
    _longest: int = field(init=False, compare=False, default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_longest", max(map(len, self.phrases), default=0))

    def __or__(self, other: NoResult) -> NoResult:
        return NoResult({**self.phrases, **other.phrases}, self.beside | other.beside)

    def said(self, text: str) -> Absence | None:
        """Return what a text says that holds known phrases, or nothing but marks, and nothing else; else None."""
        said = text.strip()
        if not said or len(said) > LONGEST_TEXT:
            return None
        words = words_of(said)
        if not words:
            return Absence.NOTHING if all(sign in MARKS or sign.isspace() for sign in said) else None
        if any(sign in "<>=≤≥＜＞＝+%" or _is_figure(sign) for sign in said):
            return None
        return self._said_by(words)

    def _said_by(self, words: list[str]) -> Absence | None:
        found: list[Absence] = []
        at = 0
        while at < len(words):
            row = self._phrase_at(words, at)
            if row:
                found.append(self.phrases[row])
            elif words[at] not in self.beside:
                return None
            at += len(row) or 1
        return max(found, default=None)

    def _phrase_at(self, words: list[str], at: int) -> tuple[str, ...]:
        """Return the longest phrase that begins there, empty if none does."""
        lengths = range(min(self._longest, len(words) - at), 0, -1)
        rows = (tuple(words[at : at + length]) for length in lengths)
        return next((row for row in rows if row in self.phrases), ())


def _is_figure(sign: str) -> bool:
    """Return whether a sign is a figure; a letter that may also stand for one (参) is part of its word."""
    return sign.isnumeric() and unicodedata.category(sign) != "Lo"


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


def read_no_result(table: Table, where: str, lists: Mapping[str, Absence] = LISTS) -> NoResult:
    """Return the phrases under some keys of a table, and those under ``beside``; raises BadData."""
    phrases: dict[tuple[str, ...], Absence] = {}
    for key, absence in lists.items():
        phrases |= {tuple(words_of(said)): absence for said in toml_reader.texts(table, key, where)}
    beside = [tuple(words_of(said)) for said in toml_reader.texts(table, "beside", where)]
    if () in phrases or any(len(words) != 1 for words in beside):
        raise BadData(f"{where}: phrases hold a word at least, and what stands beside them is one word each")
    return NoResult(phrases, frozenset(word for words in beside for word in words))


def strongest(said: Iterable[Absence | None]) -> Absence | None:
    """Return what several texts say of one result; None if one of them says anything else, or there is none."""
    found = list(said)
    return max((absence for absence in found if absence), default=None) if all(found) else None


FILE = toml_reader.FOLDER / "no_result.toml"
NO_RESULT = read_no_result(toml_reader.keys(toml_reader.read(FILE), FILE.name, [*LISTS, "beside"]), FILE.name)
"""The phrases that every way in knows; a site adds its own for records."""
