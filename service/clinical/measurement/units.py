"""Units of one analyte: an allow-list with exact factors, and the ways in which laboratories write them.

There is no general unit engine and no guess: one reads ``K/uL`` as kelvin per microlitre, and mg/dL to mmol/L needs a
molar mass that it does not have. A spelling is taken apart: what is counted or weighed, the power of ten, the volume or
the time, and remarks. Each part is looked up in ``unit_words.toml``; a part that is not there leaves the unit unknown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from service.clinical.data import toml_reader
from service.clinical.measurement.interval import ZERO, Interval, Number, add, exact, interval_of, multiply
from service.clinical.measurement.limits import LONGEST_UNIT

WORDS = toml_reader.read(toml_reader.FOLDER / "unit_words.toml")


def _by_word(section: str) -> dict[str, str]:
    """Return what each word of a section stands for."""
    return {word: meaning for meaning, words in WORDS[section].items() for word in words}


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern for one of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


POWERS, VOLUMES, AMOUNTS, TIMES, BASES = (_by_word(key) for key in ("powers", "volumes", "amounts", "times", "bases"))
PER_LITRE = {"L": 0, "dL": 1, "mL": 3, "uL": 6, "nL": 9, "pL": 12}
"""The power of ten by which there are more of this volume in a litre."""
GIGA = "G"  # G/L is giga per litre, g/L is gram per litre: the capital alone tells them apart
_THINGS = _any_of(WORDS["things"]["any"])
_COUNT = re.compile(
    rf"(?:{_THINGS})?[x^]?(?:"
    r"10(?:\^?\+|\^|x|\^?e\+?|exp|\^?\()(?P<raised>\d{1,2})\)?|1?e\+?(?P<short>\d{1,2})|1(?P<zeros>000|0000|000000)"
    rf"|(?P<word>{_any_of(POWERS)})|1|)(?:{_THINGS})?",
    re.IGNORECASE,
)
_RAISED = re.compile("[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_PER = re.compile(r" (?:per|pro|por|par) ", re.IGNORECASE)
_INVERSE = re.compile(r"[ .·⋅*]([^\W\d_]{1,10}) ?\^? ?[-−⁻](?:1|¹)$")
_COUNTED = re.compile(rf"\{{({_THINGS})\}}", re.IGNORECASE)
_SAME = str.maketrans(
    {"×": "x", "✕": "x", "*": "^", "μ": "u", "ı": "i", "İ": "I", "∕": "/", "⁄": "/", "÷": "/", "−": "-", "–": "-"}
    | dict.fromkeys("·⋅∙・‧", "")
)
_DOT = re.compile(r"(?<!\d)[.,]|[.,](?!\d)")  # cu.mm, 10.e3, hr.; that of a number stays, so that it is no unit
_BASIS = re.compile(rf"[-_/,;(\[{{]?({_any_of(BASES)})[)\]}}]?", re.IGNORECASE)
_REMARKS = {
    unit: re.compile(rf"[-_/@,;(\[{{]?(?:at)?(?:{_any_of(words)})[)\]}}]?", re.IGNORECASE)
    for unit, words in WORDS["remarks"].items()
}


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
                if codes.setdefault(_key(spelling), code) != code:
                    raise ValueError(f"the spelling '{spelling}' stands for two units")
        _add_counts(codes)
        _fold(codes)
        return cls(codes)

    def find(self, text: str) -> str | None:
        """Return the code of the unit that is meant, or None; capitals count only where they carry meaning."""
        if len(text) > LONGEST_UNIT:
            return None
        key = _key(text)
        found = self._found(key)
        return found or self._beside_remark(_tidy(text))

    def _beside_remark(self, text: str) -> str | None:
        """Return the code of a unit with a remark that changes nothing of it: IU/L/37°C."""
        for unit, remark in _REMARKS.items():
            plain, remarks = remark.subn("", text)
            if remarks and self._found(_key(plain)) == unit:
                return str(unit)
        return None

    def _found(self, key: str) -> str | None:
        return self._codes.get(key) or self._codes.get(key.casefold()) or self._codes.get(_per_litre(key))


def _tidy(text: str) -> str:
    """Fold what never changes a unit: the ways to write a power, a fraction or a product, blanks, the micro signs."""
    text = _INVERSE.sub(r"/\1", _PER.sub("/", " ".join(text.split())))
    text = _RAISED.sub(lambda match: "^" + match[0], text)  # NFKC alone would make 10⁹ the number 109
    text = "".join(unicodedata.normalize("NFKC", text).translate(_SAME).split())  # a pattern takes the Turkish ı for i
    text = _DOT.sub("", text).replace("^^", "^")
    opened = {"(": ")", "[": "]"}.get(text[:1])
    if opened and text.endswith(opened) and text.count(text[0]) == text.count(opened) == 1:
        text = text[1:-1]
    return text


def _key(text: str) -> str:
    """Return what all spellings of one unit share."""
    text = _tidy(text)
    bases = {BASES[word.casefold()] for word in _BASIS.findall(text)}
    if bases:
        return _fraction(_BASIS.sub("", text)) + "".join(f"{{{basis}}}" for basis in sorted(bases))
    return _fraction(text)


def _fraction(text: str) -> str:
    above, slash, below = text.partition("/")
    if not slash:
        return f"{_amount(above[:-1])}/dL" if len(above) > 1 and above.endswith("%") else above
    below = _COUNTED.sub("", below)
    small = below.casefold()
    volume = VOLUMES.get(small) or VOLUMES.get(small.removeprefix("1"))
    power = _power(_COUNTED.sub(r"\1", above), volume) if volume else None  # {cells} are cells
    if power is not None:
        return f"10^{power}/{volume}"
    return f"{_amount(above)}/{volume or TIMES.get(small, below)}"


def _amount(text: str) -> str:
    return AMOUNTS.get(text.casefold(), text)


def _power(text: str, volume: str) -> int | None:
    """Return the power of ten of a count, None if this is none."""
    if text == GIGA and volume == "L":
        return int(POWERS["giga"])
    match = _COUNT.fullmatch(text)
    if match is None:
        return None
    digits = match["raised"] or match["short"] or POWERS.get((match["word"] or "").casefold())
    return int(digits) if digits else len(match["zeros"] or "")


def _per_litre(key: str) -> str:
    """Return the key of a count as how many there are in a litre; any other key as it is."""
    power, slash, volume = key.removeprefix("10^").partition("/")
    if slash and power.isdecimal() and volume in PER_LITRE:
        return f"count {int(power) + PER_LITRE[volume]}"
    return key


def _add_counts(codes: dict[str, str]) -> None:
    """Add the number in a litre for each count: 10*6/mL is 10*9/L by arithmetic alone."""
    for key, code in list(codes.items()):
        codes.setdefault(_per_litre(key), code)


def _fold(codes: dict[str, str]) -> None:
    """Add the lower-case form of each spelling, except where two units would share it."""
    folded: dict[str, set[str]] = {}
    for spelling, code in codes.items():
        folded.setdefault(spelling.casefold(), set()).add(code)
    for spelling, found in folded.items():
        if len(found) == 1:
            codes.setdefault(spelling, next(iter(found)))


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


class Conversion(NamedTuple):
    """Makes another number of a value: ``(value + before) * factor + after``, exact; the factor is never 0."""

    before: Decimal
    factor: Number
    after: Number

    def times(self, weight: Decimal) -> Conversion:
        """Return the conversion to so many times the value."""
        return Conversion(self.before, multiply(self.factor, weight), multiply(self.after, weight))


SAME = Conversion(ZERO, Decimal(1), ZERO)
"""The conversion that changes nothing: between two names of one unit."""


def converted(value: Number, conversion: Conversion) -> Number:
    """Return what a value becomes."""
    if conversion is SAME:
        return value
    before, factor, after = conversion
    if before or after:
        return add(multiply(add(value, before), factor), after)
    return multiply(value, factor)


def converted_interval(interval: Interval, conversion: Conversion) -> Interval:
    """Return what all values of an interval become; open ends stay open."""
    if conversion is SAME:
        return interval
    low, high, low_open, high_open = interval
    from_low = converted(low, conversion)
    from_high = from_low if low == high else converted(high, conversion)
    if conversion.factor > ZERO:
        return interval_of((from_low, from_high, low_open, high_open))
    return interval_of((from_high, from_low, high_open, low_open))


@dataclass(frozen=True, slots=True)
class UnitTable:
    """The units of one analyte, found by code or spelling, with every conversion between two of them prepared."""

    units: Mapping[str, Unit]
    _spellings: Spellings = field(repr=False)
    _conversions: Mapping[tuple[str, str], Conversion] = field(repr=False)

    @classmethod
    def of(cls, units: Iterable[Unit]) -> UnitTable:
        """Prepare the table; two units that claim one spelling are a ValueError."""
        listed = tuple(units)
        by_code = {unit.code: unit for unit in listed}
        for unit in listed:
            if by_code[unit.code] is not unit:
                raise ValueError(f"two units have the code '{unit.code}'")
        spellings = Spellings.of({unit.code: unit.spellings for unit in listed})
        conversions = {
            (source.code, target.code): _conversion(source, target)
            for source in by_code.values()
            for target in by_code.values()
            if source.comparable and target.comparable
        }
        return cls(by_code, spellings, conversions)

    def find(self, text: str) -> Unit | None:
        """Return the unit that a laboratory's spelling means, or None."""
        unit = self.units.get(text)
        if unit is not None:
            return unit
        code = self._spellings.find(text)
        return self.units[code] if code else None

    def to(self, target: str) -> dict[str, Conversion]:
        """Return the conversions to one unit of the table, by the unit they start from."""
        return {start: conversion for (start, end), conversion in self._conversions.items() if end == target}

    def convert(self, value: Number, source: str, target: str) -> Number:
        """Return the value in another unit of the table, exactly."""
        return value if source == target else converted(value, self._conversions[source, target])

    def where_exact(self, interval: Interval, source: str) -> dict[str, Interval]:
        """Return the interval in each unit in which its ends are Decimals: those are compared soonest."""
        found = {
            end: converted_interval(interval, conversion)
            for (start, end), conversion in self._conversions.items()
            if start == source
        }
        return {
            code: scaled for code, scaled in found.items() if not {type(scaled.low), type(scaled.high)} & {Fraction}
        }

    def convert_interval(self, interval: Interval, source: str, target: str) -> Interval:
        """Return the interval in another unit of the table, exactly; open ends stay open."""
        return interval if source == target else converted_interval(interval, self._conversions[source, target])


def _conversion(source: Unit, target: Unit) -> Conversion:
    if (source.factor, source.offset) == (target.factor, target.offset):
        return SAME
    return Conversion(source.offset, exact(Fraction(source.factor) / Fraction(target.factor)), -target.offset)
