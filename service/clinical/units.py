"""Units of one analyte: an allow-list with exact factors, never a general unit engine and never a guess.

A general engine reads ``K/uL`` as kelvin per microlitre, and mg/dL to mmol/L needs a molar mass that it does not have.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from service.clinical.interval import Interval, Number, add, exact, multiply

_LITRE = re.compile(r"/([dmunpf]?)l$")  # a small l is a litre too: g/l is gram per litre, G/l is giga per litre
_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_TIMES = re.compile(r"^\s*[x×*·⋅]\s*(?=10)", re.IGNORECASE)
_BRACED = re.compile(r"^10(?:\((\d+)\)|\*\*(\d+))")
_MICROLITRE = re.compile(r"/mcl$", re.IGNORECASE)
CASE_CARRIES_MEANING = {"g/l"}  # G/L is giga per litre, g/L is gram per litre: never fold one into the other


@dataclass(frozen=True, slots=True)
class Unit:
    """One accepted unit: ``canonical = (value + offset) * factor``, both exact."""

    code: str
    factor: Number
    offset: Decimal = Decimal(0)
    spellings: tuple[str, ...] = ()
    basis: str = "ucum"
    comparable: bool = True
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class UnitTable:
    """The units of one analyte, found by code or spelling, with every conversion between two of them prepared."""

    units: Mapping[str, Unit]
    _by_spelling: Mapping[str, str] = field(repr=False)
    _steps: Mapping[tuple[str, str], tuple[Decimal, Number, Decimal]] = field(repr=False)

    @classmethod
    def of(cls, units: Iterable[Unit]) -> UnitTable:
        """Prepare the table; two units that claim one spelling are a ValueError."""
        listed = tuple(units)
        by_code = {unit.code: unit for unit in listed}
        for unit in listed:
            if by_code[unit.code] is not unit:
                raise ValueError(f"two units have the code '{unit.code}'")
        spellings: dict[str, str] = {}
        for unit in listed:
            for spelling in (unit.code, *unit.spellings):
                if spellings.setdefault(_tidy(spelling), unit.code) != unit.code:
                    raise ValueError(f"the spelling '{spelling}' stands for two units")
        _fold(spellings)
        steps = {
            (source.code, target.code): _step(source, target)
            for source in by_code.values()
            for target in by_code.values()
            if source.comparable and target.comparable
        }
        return cls(by_code, spellings, steps)

    def find(self, text: str) -> Unit | None:
        """Return the unit that a laboratory's spelling means, or None; capitals count only where they carry meaning."""
        code = self.units.get(text)
        if code is not None:
            return code
        key = _tidy(text)
        found = self._by_spelling.get(key) or self._by_spelling.get(_LITRE.sub(r"/\1L", key))
        if found is None and key.casefold() not in CASE_CARRIES_MEANING:
            found = self._by_spelling.get(key.casefold())
        return self.units[found] if found else None

    def convert(self, value: Number, source: str, target: str) -> Number:
        """Return the value in another unit of the table, exactly."""
        if source == target:
            return value
        before, factor, after = self._steps[source, target]
        if not before and not after:
            return value if factor == 1 else multiply(value, factor)
        return add(multiply(add(value, before), factor), after)

    def where_exact(self, interval: Interval, source: str) -> dict[str, Interval]:
        """Return the interval in each unit in which its ends are Decimals: those are compared soonest."""
        found = {end: self.convert_interval(interval, source, end) for start, end in self._steps if start == source}
        return {code: one for code, one in found.items() if not {type(one.low), type(one.high)} & {Fraction}}

    def convert_interval(self, interval: Interval, source: str, target: str) -> Interval:
        """Return the interval in another unit of the table, exactly; open ends stay open."""
        if source == target:
            return interval
        low = self.convert(interval.low, source, target)
        high = low if interval.is_point else self.convert(interval.high, source, target)
        return Interval(low, high, interval.low_open, interval.high_open)


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


def _step(source: Unit, target: Unit) -> tuple[Decimal, Number, Decimal]:
    return source.offset, exact(Fraction(source.factor) / Fraction(target.factor)), -target.offset
