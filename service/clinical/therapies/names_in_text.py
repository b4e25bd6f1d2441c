"""The drugs of a class that a text names, whatever else stands in it: a report, a note, the name of a procedure.

Only whole names count. A class word is none: interleukin-6 may as well be a test.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cached_property

from service.clinical.measurement.limits import LONGEST_NAME
from service.clinical.therapies.drug_list import Therapy

IMAGES = ("mra",)
"""Names of a drug that texts use for something else: magnetic resonance angiography."""
SHORTEST_WITHIN = 7
_WITHOUT_BLANKS = re.compile(r"[぀-ヿ㐀-鿿가-힣]")


class NamesInText:
    """Finds the drugs of a class by their names and codes of letters, and by further names with the drug of each."""

    def __init__(self, therapy: Therapy, brands: Mapping[str, str]) -> None:
        """Take the names of a class; of the brands those of its drugs."""
        drugs = therapy.drugs
        own = {drug.name for drug in drugs}
        named = {_folded(name): drug.name for drug in drugs for name in (drug.name, *drug.names, *drug.codes)}
        named |= {_folded(name): generic for name, generic in brands.items() if generic in own}
        self._drugs = {name: drug for name, drug in named.items() if name not in IMAGES and not name.isdecimal()}

    def named(self, text: str) -> list[str]:
        """Return the generic names of the drugs that a text names."""
        return [self._drugs[match[0]] for match in self._pattern.finditer(_folded(text))]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Match a long name, and one of a script without blanks, anywhere; a short one as a whole word."""
        longest_first = sorted(self._drugs, key=len, reverse=True)
        within = [name for name in longest_first if len(name) >= SHORTEST_WITHIN or _WITHOUT_BLANKS.search(name)]
        whole = [name for name in longest_first if name not in within]
        anywhere, alone = ("|".join(map(re.escape, names)) for names in (within, whole))
        return re.compile(rf"{anywhere}|(?<![^\W_])(?:{alone})(?![^\W_])")


_WORD = re.compile(r"\S+")


def _folded(text: str) -> str:
    return (text if text.isascii() else _WORD.sub(_compatible, text)).casefold()


def _compatible(word: re.Match[str]) -> str:
    """Normalise a word; letter by letter if it is longer than any name, since marks take the square of their number."""
    pieces = [word[0]] if len(word[0]) <= LONGEST_NAME else word[0]
    return "".join([unicodedata.normalize("NFKC", piece) for piece in pieces])
