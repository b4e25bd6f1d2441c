"""The ways in which laboratories write a unit: what never changes its meaning is folded, and nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_LITRE = re.compile(r"/([dmunpf]?)l$")  # a small l is a litre too: g/l is gram per litre, G/l is giga per litre
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_TIMES = re.compile(r"^\s*[x×*·⋅]\s*(?=10)", re.IGNORECASE)
_BRACED = re.compile(r"^10(?:\((\d+)\)|\*\*(\d+))")
_MICROLITRE = re.compile(r"/mcl$", re.IGNORECASE)
CASE_CARRIES_MEANING = {"g/l"}  # G/L is giga per litre, g/L is gram per litre: never fold one into the other


@dataclass(frozen=True, slots=True)
class Spellings:
    """The spellings of the units of one analyte, each with the code of its unit."""

    _codes: Mapping[str, str]

    @classmethod
    def of(cls, units: Mapping[str, tuple[str, ...]]) -> Spellings:
        """Prepare the spellings of each code; two units that claim one are a ValueError."""
        codes: dict[str, str] = {}
        for code, others in units.items():
            for spelling in (code, *others):
                if codes.setdefault(_tidy(spelling), code) != code:
                    raise ValueError(f"the spelling '{spelling}' stands for two units")
        _fold(codes)
        return cls(codes)

    def find(self, text: str) -> str | None:
        """Return the code of the unit that is meant, or None; capitals count only where they carry meaning."""
        key = _tidy(text)
        found = self._codes.get(key) or self._codes.get(_LITRE.sub(r"/\1L", key))
        if found is None and key.casefold() not in CASE_CARRIES_MEANING:
            found = self._codes.get(key.casefold())
        return found


def _tidy(text: str) -> str:
    """Fold what never changes a unit: the ways to write a power, a leading sign for times, blanks, the micro signs."""
    text = _RAISED.sub(lambda match: "^" + match[0], text)  # NFKC alone would make 10⁹ the number 109
    text = _BRACED.sub(lambda match: "10^" + (match[1] or match[2]), _TIMES.sub("", text))
    return (
        _MICROLITRE.sub("/uL", unicodedata.normalize("NFKC", text))
        .replace("×", "x")
        .replace("*", "^")
        .replace(" ", "")
        .replace("μ", "u")
        .replace("mm^3", "mm3")
    )


def _fold(spellings: dict[str, str]) -> None:
    """Add the lower-case form of each spelling, except where two units would share it."""
    folded: dict[str, set[str]] = {}
    for spelling, code in spellings.items():
        folded.setdefault(spelling.casefold(), set()).add(code)
    for spelling, codes in folded.items():
        if len(codes) == 1 and spelling not in CASE_CARRIES_MEANING:
            spellings.setdefault(spelling, next(iter(codes)))
