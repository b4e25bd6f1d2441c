"""Who the patient is: the age at the time of the results, as exactly as the record says, and whether it is one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from service.clinical.measurement.analytes import AGE, MEASURES, YEARS
from service.clinical.measurement.interval import Interval, Number, exact
from service.clinical.measurement.numbers_in_words import number_text
from service.clinical.measurement.reading import Evidence, Reading
from service.clinical.panel.moment import DAY, DAY_LENGTH, NEVER, Moment
from service.clinical.panel.panel import ADULT_AGE

_BIRTH = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
DAYS_OF_A_YEAR = Fraction(36525, 100)  # the factor of the unit d in clinical/analytes.py


@dataclass(frozen=True, slots=True)
class Person:
    """What of a patient decides which times and which reference ranges fit: the days of birth, and the sex or ""."""

    born: tuple[date, date] | None = None
    sex: str = ""

    def is_unborn(self, moment: Moment) -> bool:
        """Return whether a time lies before birth: by more than a day, for the two may be of different offsets."""
        if self.born is None:
            return False
        return moment.last <= (self.born[0].toordinal() - 1) * DAY

    def years_at(self, moment: Moment) -> Interval | None:
        """Return the age at a time; None if it cannot be told, or the time is not known to the day."""
        if self.born is None or not moment.text or moment == NEVER:
            return None
        return _age(self.born, moment)


NOBODY = Person()
Marks = dict[str, set[str]]
"""The identifiers of a person by system, and the day of birth."""


class MixedPatients(Exception):
    """The record holds results of more than one patient."""


def age_reading(person: Person, at: Moment) -> Reading | None:
    """Return the age at a time, in years; None where the record does not tell it, or not the day of that time.

    A day of birth known only to the month or year leaves an interval; one that spans the 18th birthday tells nothing,
    since what counts as applicable turns on it.
    """
    age = _age(person.born, at) if person.born and at.text else None
    if age is None or age.low < ADULT_AGE <= age.high:
        return None
    shown = " to ".join(dict.fromkeys((number_text(age.low), number_text(age.high))))
    return Reading(age, YEARS, Evidence.MEASURED, f"{shown} {YEARS}")


def _age(born: tuple[date, date], at: Moment) -> Interval | None:
    day = date.fromisoformat(at.text[:DAY_LENGTH])  # the day where the sample was taken, not that in UTC
    oldest, youngest = _years(born[0], day), _years(born[1], day)
    lifetime = MEASURES[AGE].hard
    return Interval(youngest, oldest) if lifetime.low <= youngest <= oldest <= lifetime.high else None


def born_on(raw: str) -> tuple[date, date] | None:
    """Return the first and the last day that a birth date (ISO 8601, to the day, month or year) may mean."""
    match = _BIRTH.fullmatch(raw)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        return first, first if day else _last_day(first, whole_year=month is None)
    except (ValueError, OverflowError):
        return None


def _last_day(first: date, *, whole_year: bool) -> date:
    if whole_year or first.month == 12:
        return date(first.year, 12, 31)
    return date(first.year, first.month + 1, 1) - timedelta(days=1)


def _years(born: date, day: date) -> Number:
    """Return completed years and the part of the present one; in the first year the days, so that 28 days are 28."""
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    if years < 1:
        return exact(Fraction((day - born).days) / DAYS_OF_A_YEAR)
    last, following = _birthday(born, born.year + years), _birthday(born, born.year + years + 1)
    return exact(Fraction(years) + Fraction((day - last).days, (following - last).days))


def _birthday(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:  # born on 29 February
        return date(year, 3, 1)


def may_be_one(persons: Iterable[Marks]) -> bool:
    """Return whether all may be one person: of each system they share at least one value is the same."""
    common: Marks = {}
    for marks in persons:
        for system, values in marks.items():
            common[system] = common.get(system, values) & values
    return all(common.values())
