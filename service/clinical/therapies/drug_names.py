"""The meaning of a drug's name or code: the one decision that every way in shares.

An entry may hold several drugs, a strength, a form and words around them. In doubt a drug counts: what is said of it
(stopped, allergic to) is not weighed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from service.clinical.data.toml_reader import BadData
from service.clinical.measurement.limits import LONGEST_NAME
from service.clinical.therapies.drug_list import THERAPIES, WORDS, Drug, Therapy, Words
from service.clinical.therapies.spelling import (
    SHORTEST_FOLDED,
    TWO_SLIPS,
    NearNames,
    folded,
    plain,
    slips_allowed,
    squeezed,
)

LONGEST_PHRASE = 6
SHORTEST_STEM = 7
SHORTEST_WORD = 3
MOST_SUGGESTED = 3
MOST_GUESSED = 12
MOST_JOINED = 4
"""So many words of a part are looked at closely, and up to so many also in pairs."""
MANY_NAMES = "glucocorticoid"
ONE_MORE_SLIP = TWO_SLIPS - 1
WHOLE_ATC = 7

_TOKEN = re.compile(r"[ァ-ヶー]+|[㐀-鿿]+|[가-힣]+|\d+|[^\W\d_ァ-ヶー㐀-鿿가-힣]+")
_SEPARATOR = re.compile(r"[;|&+\n\r、]|,(?!\d)|(?<=[^\W\d_]{3})/(?=[^\W\d_]{3})|(?<= )(?:and|und|och|og|et)(?= )")
_ATC = re.compile(r"(?<![^\W_])[a-z]\d\d(?:[a-z]{1,2}(?:\d\d)?)?(?![^\W_])", re.ASCII)
_ATC_GROUP = re.compile(r"[a-z](?:\d\d(?:[a-z]{1,2}(?:\d\d)?)?)?", re.ASCII)
_TRIAL = re.compile(r"(?<![^\W_])[a-z]{2,5}-?\d{3,}[a-z]?(?![^\W_])", re.ASCII)
_WITHOUT_BLANKS = re.compile(r"[ァ-ヶ㐀-鿿가-힣]")
_NUMBER = re.compile(r"(?:rxnorm|rxcui|httpwwwnlmnihgovresearchumlsrxnorm)?(\d{3,9})", re.ASCII)


class Doubt(Enum):
    """The reason why an entry cannot be told: it may be a drug that matters, or nobody knows its name."""

    UNCLEAR = "medication_unclear"
    NOT_KNOWN = "medication_not_known"


@dataclass(frozen=True, slots=True)
class DrugReading:
    """The meaning of one entry: the drugs that matter with their class, and the classes named without a drug.

    ``is_told`` says whether any drug was recognised, one that changes nothing included. ``near`` are the generic names
    that a word comes near to.
    """

    drugs: tuple[tuple[str, Drug], ...] = ()
    classes: tuple[str, ...] = ()
    is_told: bool = False
    doubt: Doubt | None = None
    near: tuple[str, ...] = ()


class _Kind(Enum):
    DRUG, CLASS, OTHER, VAGUE, NOISE, UNREAD = range(6)


class _Meaning(NamedTuple):
    kind: _Kind
    therapy: str = ""
    drug: Drug | None = None


_OTHER, _VAGUE, _NOISE, _UNREAD = map(_Meaning, (_Kind.OTHER, _Kind.VAGUE, _Kind.NOISE, _Kind.UNREAD))
_TELLING = (_Kind.DRUG, _Kind.CLASS, _Kind.OTHER)
_UNTOLD = {_Kind.CLASS, _Kind.UNREAD}
"""The kinds that stay in doubt whatever stands beside them."""


class _Part(NamedTuple):
    """The meanings found in one part of an entry; commas and the like set parts off."""

    meanings: list[_Meaning]
    near: list[str]
    has_unknown: bool

    @property
    def is_told(self) -> bool:
        return any(meaning.kind in _TELLING for meaning in self.meanings)

    @property
    def doubt(self) -> Doubt | None:
        kinds = {meaning.kind for meaning in self.meanings}
        if self.near or kinds & _UNTOLD or (_Kind.VAGUE in kinds and not self.is_told):
            return Doubt.UNCLEAR
        return Doubt.NOT_KNOWN if self.has_unknown and not self.is_told else None

    @property
    def says_nothing(self) -> bool:
        return not self.is_told and self.doubt is None


class Formulary:
    """Every drug that is known, by all its names and codes."""

    def __init__(self, therapies: Mapping[str, Therapy], words: Words, brands: Mapping[str, str] | None = None) -> None:
        """Index the list; ``brands`` are further names with the generic name that each means. Raises BadData."""
        self._therapies, self._words = therapies, words
        self._meanings: dict[str, _Meaning] = {}
        for therapy in therapies.values():
            for drug in therapy.drugs:
                further = [name for name, generic in (brands or {}).items() if generic == drug.name]
                self._add(_Meaning(_Kind.DRUG, therapy.id, drug), (drug.name, *drug.codes, *drug.names, *further))
            self._add(_Meaning(_Kind.CLASS, therapy.id), therapy.class_words)
        self._add(_OTHER, (*words.other, *words.other_codes))
        self._add(_VAGUE, words.vague)
        self._add(_NOISE, words.noise)
        self._nothing = frozenset(squeezed(plain(word)) for word in words.nothing)
        self._groups = {code.casefold(): therapy.id for therapy in therapies.values() for code in therapy.class_codes}
        self._groups |= {code.casefold(): "" for code in words.vague_codes}
        self._endings = tuple(words.endings)
        self._roots, self._other_roots = self._by_root(_Kind.DRUG, _Kind.CLASS), self._by_root(_Kind.OTHER)
        self._unspaced = sorted((key for key in self._meanings if _WITHOUT_BLANKS.search(key)), key=len, reverse=True)
        self._near = NearNames(_slips_allowed(self._meanings))
        self._near_roots = NearNames(_slips_of_roots(self._meanings))
        alone = {meaning: _reading_of(meaning) for meaning in set(self._meanings.values())}
        self._alone = {key: alone[meaning] for key, meaning in self._meanings.items()}

    def with_brands(self, brands: Mapping[str, str]) -> Formulary:
        """Return this list with further names; raises BadData where one means something else already."""
        return Formulary(self._therapies, self._words, brands) if brands else self

    def read(self, entry: str) -> DrugReading:
        """Return what an entry means; never raises. The work is bounded by its first 200 characters."""
        text = plain(entry[:LONGEST_NAME])  # of a longer entry the rest cannot be told
        reading = self._whole(squeezed(text)) or self._in_parts(text)
        if len(entry) > LONGEST_NAME:
            return DrugReading(reading.drugs, reading.classes, reading.is_told, Doubt.UNCLEAR, reading.near)
        return reading

    def read_atc(self, code: str) -> DrugReading:
        """Return what a code of the ATC means: a drug, a group that may hold one that matters, or another drug."""
        key = plain(code)
        meaning = self._atc(key) if _ATC_GROUP.fullmatch(key) else _VAGUE
        return _reading_of(meaning)

    def read_rxnorm(self, code: str) -> DrugReading:
        """Return the drug of a code of RxNorm; one that is not in the list tells nothing."""
        meaning = self._meanings.get(code.strip()) if code.strip().isdecimal() else None
        return _reading_of(meaning or _VAGUE)

    def _add(self, meaning: _Meaning, names: Iterable[str]) -> None:
        for name in names:
            key = squeezed(plain(name))
            if self._meanings.setdefault(key, meaning) != meaning:
                raise BadData(f"therapies: '{name}' stands for two things")

    def _by_root(self, *kinds: _Kind) -> dict[str, _Meaning]:
        named = ((key, meaning) for key, meaning in self._meanings.items() if meaning.kind in kinds)
        return {folded(key): meaning for key, meaning in named if key.isalpha() and len(key) >= SHORTEST_FOLDED}

    def _whole(self, key: str) -> DrugReading | None:
        """Return what an entry means as a whole: one name however it is broken up, a number alone, or no drug."""
        if key in self._nothing:
            return DrugReading(is_told=True)
        number = _NUMBER.fullmatch(key)
        if number:
            return _reading_of(self._meanings.get(number[1], _VAGUE))
        if key in self._alone:
            return self._alone[key]
        return _reading_of(self._atc(key)) if _ATC.fullmatch(key) else None

    def _in_parts(self, text: str) -> DrugReading:
        found = self._unspaced_in(text) if _WITHOUT_BLANKS.search(text) else []
        for key in found:
            text = text.replace(key, " ", 1)
        parts = [self._part(part) for part in _SEPARATOR.split(text)]
        if found:
            parts = [part for part in parts if part.near or part.is_told or _UNREAD in part.meanings]
            parts.append(_Part([self._meanings[key] for key in found], [], has_unknown=False))  # the rest is its form
        return _reading(parts)

    def _unspaced_in(self, text: str) -> list[str]:
        """Return the names in a script that sets no blanks between words; the longest first, none within another."""
        found: list[str] = []
        for key in self._unspaced:
            if key in text and not any(key in longer for longer in found):
                found.append(key)
        return found

    def _part(self, text: str) -> _Part:
        meanings: list[_Meaning] = []
        unknown: list[str] = []
        tokens = _TOKEN.findall(text)
        at = 0
        while at < len(tokens):
            length, meaning = self._phrase(tokens, at)
            if meaning is None:
                unknown.append(tokens[at])
            else:
                meanings.append(meaning)
            at += length
        codes = (code for code in _ATC.findall(text) if code not in self._meanings)
        meanings += [self._atc(code) for code in codes if len(code) == WHOLE_ATC or self._is_group(code)]
        if _TRIAL.search(text):
            meanings.append(_VAGUE)
        words = dict.fromkeys(word for word in unknown if len(word) >= SHORTEST_WORD and word.isalpha())
        if len(words) > MOST_GUESSED:  # a text, in which anything may stand
            meanings.append(_UNREAD)
        return self._with_guesses(meanings, list(words)[:MOST_GUESSED])

    def _phrase(self, tokens: list[str], at: int) -> tuple[int, _Meaning | None]:
        """Return the longest name that begins at a token: of how many tokens, and what it means."""
        for length in range(min(LONGEST_PHRASE, len(tokens) - at), 0, -1):
            key = "".join(tokens[at : at + length])
            meaning = self._meanings.get(key)
            if meaning is not None and not key.isdecimal():
                return length, meaning
        return 1, None

    def _with_guesses(self, meanings: list[_Meaning], words: list[str]) -> _Part:
        """Look closely at the words that stand in no list as they are written."""
        near: list[str] = []
        has_unknown = False
        for word in words:
            meaning = self._by_spelling(word)
            close = [] if meaning else self._close(word)
            if close:
                near += close
            elif meaning or (meaning := self._other_by_spelling(word)):
                meanings.append(meaning)
            elif len(word) >= SHORTEST_STEM and word.endswith(self._endings):
                meanings.append(_UNREAD)
            elif not word.isascii():
                meanings.append(_VAGUE)  # a script in which few names are in the list
            else:
                has_unknown = True
        if len(words) <= MOST_JOINED:
            near += [name for pair in pairwise(words) for name in self._close("".join(pair))]
        return _Part(meanings, near, has_unknown)

    def _by_spelling(self, word: str) -> _Meaning | None:
        """Return what a word means in another spelling, or as the beginning of a longer word: Tocilizumabgabe."""
        return _by_root_or_stem(word, self._roots)

    def _other_by_spelling(self, word: str) -> _Meaning | None:
        return _by_root_or_stem(word, self._other_roots)

    def _close(self, word: str) -> list[str]:
        """Return the generic names that a word comes near to, as it is written or by its root."""
        by_word = [self._meanings[name] for name in self._near.of(word)]
        found = by_word or [self._roots[root] for root in self._near_roots.of(folded(word))]
        return [meaning.drug.name for meaning in found if meaning.drug is not None]

    def _is_group(self, code: str) -> bool:
        return any(code.startswith(group) or group.startswith(code) for group in self._groups)

    def _atc(self, code: str) -> _Meaning:
        known = self._meanings.get(code)
        if known is not None:
            return known
        if not self._is_group(code):
            return _OTHER
        within = [therapy for group, therapy in self._groups.items() if code.startswith(group) and therapy]
        return _Meaning(_Kind.CLASS, within[0]) if within else _VAGUE


def _slips_allowed(meanings: Mapping[str, _Meaning]) -> dict[str, int]:
    """Return for each name of a drug how many slips are still taken for it.

    Glucocorticoids have many short brand names and hide less: two slips in seven letters would take tablets for them.
    """
    return {
        key: slips_allowed(key, ONE_MORE_SLIP if meaning.therapy != MANY_NAMES else TWO_SLIPS)
        for key, meaning in meanings.items()
        if meaning.kind is _Kind.DRUG
    }


def _slips_of_roots(meanings: Mapping[str, _Meaning]) -> dict[str, int]:
    """Return for the root of each name as many slips as the whole name may have: ``Akemtra`` has two in its root."""
    allowed: dict[str, int] = {}
    for key, most in _slips_allowed(meanings).items():
        if key.isalpha() and len(key) >= SHORTEST_FOLDED:
            allowed[folded(key)] = max(most, allowed.get(folded(key), 0))
    return allowed


def _by_root_or_stem(word: str, roots: Mapping[str, _Meaning]) -> _Meaning | None:
    root = folded(word)
    if len(word) >= SHORTEST_FOLDED and root in roots:
        return roots[root]
    stems = (root[:length] for length in range(len(root) - 1, SHORTEST_STEM - 1, -1))
    return next((roots[stem] for stem in stems if stem in roots), None)


def _reading_of(meaning: _Meaning) -> DrugReading:
    """Return what an entry comes to that means one thing."""
    return _reading([_Part([meaning], [], has_unknown=False)])


def _reading(parts: Iterable[_Part]) -> DrugReading:
    parts = _with_named_classes(parts)
    meanings = [meaning for part in parts for meaning in part.meanings]
    drugs = dict.fromkeys((meaning.therapy, meaning.drug) for meaning in meanings if meaning.drug is not None)
    classes = dict.fromkeys(meaning.therapy for meaning in meanings if meaning.kind is _Kind.CLASS)
    near = dict.fromkeys(name for part in parts for name in part.near)
    return DrugReading(
        tuple(drugs),
        tuple(classes),
        any(part.is_told for part in parts),
        _doubt(parts),
        tuple(near)[:MOST_SUGGESTED],
    )


def _with_named_classes(parts: Iterable[_Part]) -> list[_Part]:
    """Take a class for told where the entry names a drug of it: IL-6 inhibitor (Actemra)."""
    parts = list(parts)
    named = {meaning.therapy for part in parts for meaning in part.meanings if meaning.kind is _Kind.DRUG}
    told = {_Meaning(_Kind.CLASS, therapy): _OTHER for therapy in named}
    return [part._replace(meanings=[told.get(meaning, meaning) for meaning in part.meanings]) for part in parts]


def _doubt(parts: list[_Part]) -> Doubt | None:
    doubts: set[Doubt | None] = {part.doubt for part in parts}
    if Doubt.UNCLEAR in doubts or all(part.says_nothing for part in parts):
        return Doubt.UNCLEAR
    return Doubt.NOT_KNOWN if Doubt.NOT_KNOWN in doubts else None


FORMULARY = Formulary(THERAPIES, WORDS)
