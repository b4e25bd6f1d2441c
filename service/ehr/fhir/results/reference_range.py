"""The reference range that certainly is the normal one of this patient; any other proves nothing of a word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from service.clinical.measurement.analytes import Analyte
from service.clinical.measurement.fault import Fault
from service.clinical.measurement.reading import Range, read_range
from service.clinical.panel.moment import NEVER, Moment
from service.ehr.fhir.contents.json_shapes import Resource, codings, number, spoken, table, tables, text
from service.ehr.fhir.results.quantity import unit_of
from service.ehr.issues import Unusable
from service.ehr.results.person import DAYS_OF_A_YEAR, NOBODY, Person
from service.ehr.terminology.code_map import ResultCode

LONGEST_TEXT = 100
ADULT = 18
MALE, FEMALE = "male", "female"
SEXES = {
    **dict.fromkeys(("male", "males", "man", "men", "m", "mann", "männer", "männlich", "248153007"), MALE),
    **dict.fromkeys(("female", "females", "woman", "women", "f", "frau", "frauen", "weiblich", "248152002"), FEMALE),
}
ADULTS = frozenset(("adult", "adults", "erwachsene", "erwachsener", "adulte", "adultes", "adulto", "adultos"))
OF_SOME = ADULTS | SEXES.keys()
SAYS_NOTHING = {
    *("normal", "normals", "norm", "norms", "normwert", "normwerte", "normbereich", "reference", "references", "ref"),
    *("range", "ranges", "interval", "intervals", "limit", "limits", "value", "values", "referenzbereich"),
    *("referenzwert", "referenzwerte", "valeur", "valeurs", "référence", "de", "referencia", "valores"),
    *("to", "bis", "and", "und", "through", "the", "less", "greater", "than", "up", "unit", "units", "low", "high"),
}
_DAYS_OF_A_MONTH = DAYS_OF_A_YEAR / 12
IN_YEARS = {
    **dict.fromkeys(("a", "y", "yr", "yrs", "year", "years", "ans", "an", "jahr", "jahre"), Fraction(1)),
    **dict.fromkeys(("mo", "mon", "month", "months", "monat", "monate"), _DAYS_OF_A_MONTH / DAYS_OF_A_YEAR),
    **dict.fromkeys(("wk", "week", "weeks", "woche", "wochen"), 7 / DAYS_OF_A_YEAR),
    **dict.fromkeys(("d", "day", "days", "tag", "tage"), 1 / DAYS_OF_A_YEAR),
}
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_LETTERS = re.compile(r"[^\W\d_]+")


class Tested(NamedTuple):
    """Who was tested, and when."""

    person: Person = NOBODY
    moment: Moment = NEVER


def reference_range(
    analyte: Analyte, meaning: ResultCode, observation: Resource, unit: str, tested: Tested
) -> Range | None:
    """Return the laboratory's range if there is exactly one that certainly fits the patient.

    ``unit`` is that of the value, or "". A range that names whom it is for, and fits, counts before one that does not.
    """
    given = tables(observation, "referenceRange")
    if not given:
        return None
    fitting: dict[bool, set[Range]] = {True: set(), False: set()}
    for entry in given:
        found = _range(analyte, meaning, entry, unit)
        if found is not None and _is_normal(entry) and _fits(analyte, entry, found, tested):
            fitting[_is_for_some(entry)].add(found)
    ranges = fitting[True] or fitting[False]
    return ranges.pop() if len(ranges) == 1 else None


def _is_normal(entry: Resource) -> bool:
    """Return whether a range is the normal one: it has no type, or each word of its type says so."""
    kind = table(entry, "type")
    kinds = [said.casefold() for said in (*(code for _, code in codings(kind)), *spoken(kind)) if said]
    is_told = "type" not in entry or bool(kinds)
    return is_told and all(said.startswith("normal") for said in kinds) and not entry.get("modifierExtension")


def _is_for_some(entry: Resource) -> bool:
    if entry.get("age") or entry.get("appliesTo"):
        return True
    return "text" in entry and not OF_SOME.isdisjoint(_words(text(entry, "text")))


def _fits(analyte: Analyte, entry: Resource, found: Range, tested: Tested) -> bool:
    if entry.get("age") and not _is_of_age(entry["age"], tested):
        return False
    if entry.get("appliesTo") and not all(_is_one_of(population, tested) for population in _populations(entry)):
        return False
    return not entry.get("text") or _text_fits(analyte, entry["text"], found, tested)


def _populations(entry: Resource) -> list[Resource]:
    """Return whom a range is for; what is no concept is for somebody who is not known."""
    given = entry["appliesTo"] if isinstance(entry["appliesTo"], list) else [entry["appliesTo"]]
    return [population if isinstance(population, dict) else {} for population in given]


def _is_one_of(population: Resource, tested: Tested) -> bool:
    """Return whether a population is the sex of the patient; any other (pregnant, a trimester) is not known here."""
    said = [word.casefold() for word in (*(code for _, code in codings(population)), *spoken(population)) if word]
    return bool(said) and bool(tested.person.sex) and all(SEXES.get(word) == tested.person.sex for word in said)


def _is_of_age(limits: object, tested: Tested) -> bool:
    """Return whether the patient certainly is of an age between two limits."""
    age = tested.person.years_at(tested.moment)
    given = [end for end in ("low", "high") if limits.get(end)] if isinstance(limits, dict) else []
    if age is None or not given:
        return False
    years = {end: _years(table(limits, end)) for end in given}
    low, high = years.get("low", Fraction(0)), years.get("high", Fraction(age.high))
    return low is not None and high is not None and low <= age.low and age.high <= high


def _years(quantity: Resource) -> Fraction | None:
    """Return a limit of age in years, None if it cannot be read."""
    value = number(quantity.get("value"))
    factors = {IN_YEARS.get(text(quantity, key).casefold()) for key in ("code", "unit")} - {None}
    if value is None or len(factors) != 1 or quantity.get("comparator"):
        return None
    return Fraction(value) * (factors.pop() or 0)


def _text_fits(analyte: Analyte, said: object, found: Range, tested: Tested) -> bool:
    """Return whether a text says no more than the range does, or names a group to which the patient belongs."""
    if not isinstance(said, str) or len(said) > LONGEST_TEXT:
        return False
    ends = {end for end in (found.low, found.high) if end is not None}
    return all(_piece_fits(analyte, piece, ends, tested) for piece in _pieces(said))


def _pieces(said: str) -> Iterator[str]:
    for separator in "()[];:–—":
        said = said.replace(separator, " ")
    return (piece for piece in said.split() if piece)


def _piece_fits(analyte: Analyte, piece: str, ends: set[Decimal], tested: Tested) -> bool:
    if analyte.table.find(piece) is not None:
        return True
    rest = piece.lstrip("0123456789.,<>=≤≥-")
    numbers = piece if analyte.table.find(rest) is None else piece[: len(piece) - len(rest)]
    if not {Decimal(digits) for digits in _NUMBER.findall(numbers)} <= ends:
        return False
    return analyte.table.find(rest) is not None or all(_word_fits(word, tested) for word in _words(numbers))


def _word_fits(word: str, tested: Tested) -> bool:
    if word in SAYS_NOTHING:
        return True
    if word in ADULTS:
        age = tested.person.years_at(tested.moment)
        return age is not None and age.low >= ADULT
    return word in SEXES and SEXES[word] == tested.person.sex


def _words(said: str) -> list[str]:
    return _LETTERS.findall(said[:LONGEST_TEXT].casefold())


def _range(analyte: Analyte, meaning: ResultCode, entry: Resource, unit: str) -> Range | None:
    ends: dict[str, Decimal | None] = {"low": None, "high": None}
    units = set()
    for end in ends:
        quantity = table(entry, end)
        value = number(quantity.get("value"))
        if value is not None and not quantity.get("comparator"):
            ends[end] = value
            try:
                units.add(unit_of(analyte, meaning, quantity) or unit)
            except Unusable:
                return None
    if len(units) != 1:
        return None
    found = Range(ends["low"], ends["high"], units.pop())
    try:
        read_range(analyte, found)
    except Fault:
        return None
    return found
