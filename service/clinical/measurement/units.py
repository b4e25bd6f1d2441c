"""Units of one analyte: an allow-list with exact factors, never a general unit engine and never a guess.

A general engine reads ``K/uL`` as kelvin per microlitre, and mg/dL to mmol/L needs a molar mass that it does not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from service.clinical.measurement.interval import Interval, interval_of
from service.clinical.measurement.number import ZERO, Number, add, exact, multiply
from service.clinical.measurement.spellings import Spellings


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
