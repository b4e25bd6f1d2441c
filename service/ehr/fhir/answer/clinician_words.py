"""What clinicians are told: units as they write them, tests by name, times with their offset, no names of the API."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from service.clinical.assessment.summary import LABELS
from service.clinical.measurement.analytes import MEASURES
from service.ehr.issues import Issue

KEYS_IN_WORDS = {
    "patient": "The patient's data",
    "labs": "The laboratory results",
    "temperature": "The temperatures",
    "conditions": "The diagnoses",
    "medications": "The medication list",
}
"""What a prefetch key stands for at the head of a sentence."""
TOLD = {
    "incomplete": "Not everything was sent (there is a further page, or a greater total): results may be missing.",
    "query_failed": "The record system reports that a query failed: results may be missing.",
    "entry_not_read": "A part of the record could not be read: a result may be lost with it.",
    "code_missing": "A result has no code that can be read: which test it is cannot be told.",
    "code_ambiguous": "A result has the codes of two different tests; it is not used.",
    "value_ambiguous": "The result has more than one value; it counts as unknown.",
    "value_form": "The form of the result is not read; it counts as unknown.",
    "modified": "The result has a mark that changes its meaning in a way that is not known here; it is not used.",
    "after_as_of": "The result is later than the time asked about; it is not used.",
    "condition_unknown": "No diagnosis is known that tells which criteria fit; the condition counts as unknown.",
    "time_invalid": "The time of the result cannot be read.",
    "parameter_unknown": "The request holds something that is not known here; it is not used.",
    "parameter_conflict": "The request says two different things of the same matter; neither is used.",
    "parameter_invalid": "A part of the request cannot be read; it counts as unknown.",
}
"""For those whose sentence for the sender of data speaks of the interface."""
OF_A_PART = ("query_failed", "entry_not_read", "incomplete")
_PREFETCH = re.compile(r"prefetch\.([a-z]+)(.*)", re.DOTALL)
_SUPERSCRIPTS = str.maketrans("0123456789-", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b")
_POWER = re.compile(r"10\*(-?\d+)")
_MICRO = re.compile(r"(?<![A-Za-z])u(?=[A-Za-z\[])")
_NOTE = re.compile(r"\{([^{}]*)\}")
_NAMED = {"Cel": "\u00b0C", "[degF]": "\u00b0F", "a": "y"}


def unit_in_words(unit: str) -> str:
    """Write a UCUM unit as people do: ``10*9/L`` with a raised 9, ``Cel`` as a degree sign and C, ``ug`` with a mu."""
    if unit in _NAMED:
        return _NAMED[unit]
    text = _POWER.sub(lambda power: f"\u00d710{power[1].translate(_SUPERSCRIPTS)}", unit)
    text = _NOTE.sub(r" \1", _MICRO.sub("\u00b5", text))
    return text.replace("[", "").replace("]", "")


_CODES = {code for measure in MEASURES.values() for code in measure.table.units if unit_in_words(code) != code} - {"a"}
_UNITS = re.compile(
    rf"(?<![\w*/\]])(?:{'|'.join(sorted(map(re.escape, _CODES), key=len, reverse=True))})(?![\w*/\[{{])"
)


@lru_cache(1024)
def _written(code: str) -> str:
    return unit_in_words(code)


def in_words(text: str) -> str:
    """Write the units within a sentence as people do."""
    return _UNITS.sub(lambda found: _written(found[0]), text)


def time_in_words(moment: str) -> str:
    """Write an RFC 3339 day or time to the minute, with its offset: two clinics may lie in two time zones."""
    day, _, clock = moment.replace("t", "T").partition("T")
    if not clock:
        return day
    offset = "UTC" if clock[-1] in "Zz" else clock[-6:]
    return f"{day} {clock[:5]} {offset}"


def name_of(observation: str) -> str:
    """Return what a test is called at the head of a sentence."""
    label = LABELS[observation]
    return label[:1].upper() + label[1:]


def told_of_all(issues: Iterable[Issue]) -> list[str]:
    """Return what a clinician is told of several things; what is alike is said once, and worked out once."""
    alike: dict[tuple[str, str, str, str], Issue] = {}
    for issue in issues:
        alike.setdefault((issue.key, issue.text, issue.observation, _part_of(issue)), issue)
    return [told(issue) for issue in alike.values()]


def _part_of(issue: Issue) -> str:
    """Return which prefetch could not be read, and whether only a part of it, in words; "" for any other issue."""
    found = _PREFETCH.match(issue.where[0]) if issue.where else None
    if found is None or found[1] not in KEYS_IN_WORDS:
        return ""
    return f"{KEYS_IN_WORDS[found[1]]} could not be read{' in full' if found[2] else ''}"


def told(issue: Issue) -> str:
    """Return what a clinician is told of what could not be used; it names the test, or what it was part of."""
    text = in_words(TOLD.get(issue.key, issue.text))
    if issue.observation:
        return f"{name_of(issue.observation)}: {text}"
    part = _part_of(issue) if issue.key in OF_A_PART else ""
    return f"{part}: {text[:1].lower()}{text[1:]}" if part else text
