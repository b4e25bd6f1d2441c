"""How names of drugs are compared: folded letters, endings of many languages, and slips of one or two letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

_UNFOLDED = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe"})
_SPELLINGS = (
    *(("ph", "f"), ("th", "t"), ("y", "i"), ("z", "s"), ("ce", "se"), ("ci", "si")),
    *(("k", "c"), ("cs", "x"), ("w", "v")),
)
"""Letters that languages write differently, in the order in which they are made one."""
_DOUBLED = re.compile(r"(.)\1+")
_ENDING = re.compile(r"(?:um|us|is|os|as|es|en|em|om|[aeiou])\Z")
SHORTEST_ROOT = 5
SHORTEST_FOLDED = 6
ONE_SLIP, TWO_SLIPS = 5, 8
"""From how many letters on a name may have one slip, or two; a shorter one has to be exact."""


def plain(text: str) -> str:
    """Return a text in small letters without accents, marks of trade and characters that are not seen."""
    if text.isascii():  # which has none of them
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    seen = "".join([char for char in parts if unicodedata.category(char) not in ("Mn", "Cf")])
    return unicodedata.normalize("NFC", seen).casefold().translate(_UNFOLDED)


def squeezed(text: str) -> str:
    """Return the letters and digits of a plain text alone: ``il-6 r`` becomes ``il6r``."""
    return text if text.isalnum() else "".join([char for char in text if char.isalnum()])


def folded(word: str) -> str:
    """Return the root that the spellings of several languages share: ``Dexametason`` is ``dexamethasone``."""
    for written, meant in _SPELLINGS:
        word = word.replace(written, meant)
    word = _DOUBLED.sub(r"\1", word)
    root = _ENDING.sub("", word)
    return root if len(root) >= SHORTEST_ROOT else word


def slips_allowed(name: str, two_slips: int = TWO_SLIPS) -> int:
    """Return how many letters of a name may be wrong; a name with digits, or a short one, has to be exact."""
    if not name.isalpha() or len(name) < ONE_SLIP:
        return 0
    return 2 if len(name) >= two_slips else 1


class NearNames:
    """Finds the names that a word misspells, by looking up the word without one or two of its letters.

    The work grows with the square of the word, not with the number of names; a word longer than any name is not tried.
    """

    def __init__(self, allowed: Mapping[str, int]) -> None:
        """Index the names, each with how many slips it may have (at most 2)."""
        self._allowed = {name: most for name, most in allowed.items() if most}
        self._longest = max(map(len, self._allowed), default=0)
        self._shortened: dict[str, list[str]] = {}
        for name, most in self._allowed.items():
            for key in set(_shortened(name, most)):
                self._shortened.setdefault(key, []).append(name)

    def of(self, word: str) -> list[str]:
        """Return the names that a word comes near to, the nearest first."""
        if not ONE_SLIP - 1 <= len(word) <= self._longest + 2:
            return []
        named = {name for key in set(_shortened(word, 2)) for name in self._shortened.get(key, ())}
        found = [(slips(word, name), name) for name in named]
        return [name for count, name in sorted(found) if count <= self._allowed[name]]


def _shortened(word: str, most: int) -> Iterator[str]:
    """Yield the word and what is left of it without one letter, or without two."""
    yield word
    for at in range(len(word)):
        rest = word[:at] + word[at + 1 :]
        yield rest
        if most > 1:
            yield from (rest[:other] + rest[other + 1 :] for other in range(at, len(rest)))


def slips(word: str, name: str) -> int:
    """Return how many letters were left out, added, changed or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(name) + 1))
    for at, letter in enumerate(word, 1):
        older, before, row = before, row, [at]
        for place, meant in enumerate(name, 1):
            least = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != meant))
            if at > 1 and place > 1 and letter == name[place - 2] and word[at - 2] == meant:
                least = min(least, older[place - 2] + 1)
            row.append(least)
    return row[-1]
