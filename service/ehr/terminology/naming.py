"""Which tests a name in words speaks of. Used for caution alone: no value is ever read by a name.

A name is folded (case, accents, width) and cut into words. The longest entry that fits a place is the one that counts,
so that a mean platelet volume is no platelet count. In doubt a name speaks of the test.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

OTHER, NEVER, RATIO, SAYS_NOTHING = "other", "never", "ratio", "says_nothing"
KINDS = (OTHER, NEVER, RATIO, SAYS_NOTHING)
LONGEST_TEST_NAME = 240
UNSEEN = ("Mn", "Cf")
_TOKEN = re.compile(r"[a-zß-ɏ]+|[^\W\d_a-zß-ɏ]+|\d+|[/%]")
_COLON = re.compile(r"\w:\w")
"""AST:ALT is a quotient, and "Leukocytes: neutrophils" is a heading with its test."""
_TELLS = re.compile(r"[a-zß-ɏͰ-ϿЀ-ӿ]{2}|[\u0590-\u06ff\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u4e00-\u9fff]")
"""Letters of a script in which the map has names; of an alphabet one letter alone tells nothing."""


class Named(NamedTuple):
    """The tests that names may mean; ``is_told`` if they say enough to tell that they mean no further one."""

    tests: frozenset[str]
    is_told: bool


UNNAMED = Named(frozenset(), is_told=False)
OF_OTHER = Named(frozenset(), is_told=True)


@dataclass(frozen=True)
class Naming:
    """The names of tests: ``words`` as they stand (one or several in a row), ``parts`` anywhere within a word.

    Both lead to the id of an analyte or to one of the kinds: the name of another test, a word that makes any name that
    of another test, a word for a ratio, and a word that says nothing.
    """

    words: Mapping[tuple[str, ...], str]
    parts: Mapping[str, str]

    def __or__(self, more: Naming) -> Naming:
        """Return these names with further ones on top."""
        return Naming({**self.words, **more.words}, {**self.parts, **more.parts})

    @cached_property
    def tests(self) -> frozenset[str]:
        """The ids of the analytes that have a name here."""
        return frozenset((*self.words.values(), *self.parts.values())) - frozenset(KINDS)

    def named(self, names: Iterable[str]) -> Named:
        """Return what several names of one thing mean: in doubt each test that any of them may mean."""
        found = [self._meaning(name) for name in names if name]
        tests = frozenset(test for meaning in found for test in meaning.tests)
        return Named(tests, is_told=any(meaning.is_told for meaning in found))

    def _meaning(self, name: str) -> Named:
        if len(name) > LONGEST_TEST_NAME:
            return UNNAMED  # nobody calls a test so: it may hold anything
        tokens = tokens_of(name)
        found, is_told = self._found(tokens)
        if NEVER in found or "%" in tokens:
            return OF_OTHER
        named = found - {RATIO, SAYS_NOTHING}
        tests = named - {OTHER}
        is_parted = "/" in tokens or bool(_COLON.search(name))
        is_quotient = (RATIO in found and (len(named) > 1 or "/" in tokens)) or (is_parted and len(named) > 1)
        return OF_OTHER if is_quotient else Named(frozenset(tests), is_told=is_told or bool(named))

    def _found(self, tokens: list[str]) -> tuple[set[str], bool]:
        """Return what the words of a name mean, and whether one of them says something that is not known here."""
        found: set[str] = set()
        is_told, at = False, 0
        while at < len(tokens):
            row = next((row for row in self._rows(tokens, at) if row in self.words), ())
            if row:
                found.add(self.words[row])
            else:
                inside = {self.parts[part] for part in self._pattern.findall(tokens[at])} if self.parts else set()
                found |= inside
                is_told = is_told or bool(not inside and _TELLS.search(tokens[at]))
            at += len(row) or 1
        return found, is_told

    def _rows(self, tokens: list[str], at: int) -> Iterable[tuple[str, ...]]:
        """Return the words from a place on, as many in a row as the longest entry that begins so has."""
        return (tuple(tokens[at : at + length]) for length in range(self._most_in_a_row.get(tokens[at], 0), 0, -1))

    @cached_property
    def _most_in_a_row(self) -> Mapping[str, int]:
        most: dict[str, int] = {}
        for row in self.words:
            most[row[0]] = max(len(row), most.get(row[0], 0))
        return most

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Match the longest part at each place; the parts are plain text, so that nothing is ever tried twice."""
        return re.compile("|".join(map(re.escape, sorted(self.parts, key=len, reverse=True))))


def folded(text: str) -> str:
    """Return a text in small letters of ordinary width without accents and without signs that nobody sees."""
    if text.isascii():
        return text.lower().replace("ae", "e")
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if unicodedata.category(sign) not in UNSEEN)
    return plain.casefold().replace("ae", "e")


def tokens_of(name: str) -> list[str]:
    """Return the words, numbers, slashes and percent signs of a name, folded."""
    return _TOKEN.findall(folded(name))
