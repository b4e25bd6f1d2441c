"""What could not be used, and why: a bad value never fails a record, it becomes unknown and is named here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from service.clinical.measurement.fault import Fault, accepted_text

FAULTS = {
    "unit_required": "The result has no unit, and units are never guessed; it counts as unknown.",
    "unit_not_accepted": "The unit is not accepted for this test; the result counts as unknown.",
    "implausible_value": "No living patient has this value in this unit; the result counts as unknown.",
    "invalid_quantity": "The result is not read as a quantity; it counts as unknown.",
    "invalid_value": "The reference range is not usable; the result counts as unknown.",
}
ABOUT = {
    "decimal_comma": " The decimal sign is a point.",
    "two_ways": " Before three digits a point or comma may be a decimal sign or set thousands apart: 12.5 or 12500.",
    "flag": " There is a flag beside the number or in the unit; it belongs into interpretation.",
    "too_long": " The text is longer than can be read.",
    "bounds": " One number is needed, or one bound with its comparator, not a range or a tolerance.",
    "lost_exponent": " The exponent has lost its superscript or its sign of power: 10*9/L is meant, or 10*3/uL.",
    "percent": " A percentage is not a count.",
    "percent_of": " A percentage is not accepted for this test.",
}
"""What more can be said of a fault, by what it is about."""
REASONS = {
    "status": "The status says that this is not a final result; it is not used.",
    "not_final": "This result is not final and not used, but it may be newer than what is known of the test.",
    "newer_not_read": (
        "A result whose code is not known here has the name of this test and may be newer than what is known of it. "
        "No value is read by a name: add the code to the map of codes, or send LOINC."
    ),
    "newer_refused": "A result under a code that is not read as this test may be newer than what is known of it.",
    "newer_elsewhere": "A result of this test that may be newer is elsewhere or still to come, and was not read.",
    "newer_without_result": "The newest request of this test gave no result. An older result is used if there is one.",
    "newer_unnamed": "It cannot be told of which test this result is: it has no code that is known here, and no name.",
    "result_missing": "A report or a panel names a result that is not in the record.",
    "report_not_final": "A report is not final: results may still follow.",
    "report_without_results": "A report holds no results that can be read, perhaps a document only.",
    "too_many": "There is more than is read in one place.",
    "withdrawn": "Another version of this resource is withdrawn, and neither says which is the newer; it is not used.",
    "deleted": "The record says that this resource was deleted; it is not used.",
    "code_refused": "The code looks like that of a test, but it is not read as it.",
    "code_ambiguous": "The codes stand for two different tests; the result is not used.",
    "no_value": "There is no value.",
    "no_result": "The test gave no result, and none will come of it.",
    "elsewhere": "The result is elsewhere or still to come; it does not stand here.",
    "value_not_shown": "There is a value, but it is not shown.",
    "value_ambiguous": "There is more than one value, or one beside a reason for its absence; it counts as unknown.",
    "value_contradicts": (
        "The number and the word beside it (normal, high, low) contradict each other; the result counts as unknown."
    ),
    "value_form": "This form of value is not read; it counts as unknown.",
    "not_a_number": "The value is not a number; it counts as unknown.",
    "comparator": "The comparator is not one of <, <=, > and >=, and is not dropped; the result counts as unknown.",
    "unit_conflict": "The unit's code and its text mean different units; the result counts as unknown.",
    "word_not_usable": "The result is a word that proves nothing here; it counts as unknown.",
    "modified": "The resource has a modifier that is not known here, so it must not be interpreted.",
    "superseded": "A newer result of the same test is used.",
    "old_version": "A newer version of this resource is in the record and is used instead.",
    "stale": "The result is much older than the newest one; it counts as unknown.",
    "after_as_of": "The result is later than asOf; it is not used.",
    "tied": "Results of the same moment differ; what is used reaches from the least to the greatest.",
    "tied_unread": "Results of the same moment are used, but this one cannot be read, and it may differ from them.",
    "findings_contradict": "Two findings contradict each other; both count as unknown.",
    "inconsistent_values": "Two results contradict each other; both count as unknown.",
    "subject_not_patient": "The subject is not a patient; this is not used.",
    "specimen": "The specimen is not blood, but the code means blood: which is wrong cannot be told; it is not used.",
    "code_not_mapped": "The codes are not in the map of codes; a site can add its own.",
    "code_note": "There is something to know about this code.",
    "code_missing": "The result has no code that can be read, so it is not used.",
    "entry_not_read": (
        "There is no resource here that can be read (is its resourceType there, and spelt as in FHIR?); "
        "a result may be lost with it."
    ),
    "incomplete": "There is a further page, or a greater total, than was sent; absent results may exist.",
    "query_failed": "The system that sent this reports that a query failed; absent results may exist.",
    "condition_conflict": "The diagnoses stand for different conditions; the condition counts as unknown.",
    "condition_inactive": "The diagnosis is not active; it is not used.",
    "condition_unconfirmed": "The diagnosis is not confirmed; it is not used.",
    "condition_unknown": "No usable diagnosis is in the map of codes; the condition counts as unknown.",
    "age_unknown": "The age cannot be told from the record; it counts as unknown.",
    "drug_status": "The status says that this drug is not given; it is not used.",
    "parameter_unknown": "There is no parameter of this name; it is not used.",
    "parameter_conflict": "Two parameters say different things; neither is used.",
    "finding_unread": "The finding is neither true nor false; it counts as unknown.",
    "parameter_invalid": "The parameter does not have the form that is described; it counts as unknown.",
    "time_invalid": "The time is not readable. Write it as FHIR does, for example 2026-11-22T07:45:00Z.",
    "time_doubtful": (
        "The time of the result cannot be right: it stands for none (9999, 1970, 1900), lies before birth or in the "
        "future, or the result was issued before it. The result may be newer than others, or older."
    ),
    "undated": "The result has no time that can be read: how old it is beside the others cannot be told.",
    "rough_time": (
        "Only the day, the month or the year of the result is said, and a result of the same time has its hour: "
        "which is the newer cannot be told. What is used reaches over both, or counts as unknown."
    ),
    "cooler": "A body temperature of the same 24 hours that is as high or higher is used.",
    "highest_of_day": (
        "The highest body temperature of the 24 hours before the newest is used: in systemic JIA fever spikes once a "
        "day, and normal values in between do not speak against it."
    ),
    "not_read": "Resources of this type are not read.",
}
REFUSALS = {
    "structure": "The body holds no resource that is read.",
    "mixed_patients": "The record holds results of more than one patient.",
    "prefetch_missing": "The results were neither prefetched nor readable from a permitted FHIR server.",
    "no_message": "The body is no HL7 v2 message.",
    "segment": "A line of the message is no segment.",
    "character_set": "The character set is not read, or the message does not fit it.",
    "truncated": "The message ends before its frame does.",
    "batch": "There is more than one message.",
    "message_type": "The message is not of the type that is taken.",
    "version": "The version of HL7 is not taken.",
}
"""The reasons why a record or a message as a whole is not assessed."""
PLACES_SHOWN = 20
WITHOUT_VALUE = ("no_value", "no_result", "elsewhere")
"""The reasons of a result that says nothing of a value: an older one stands."""
QUIET = ("superseded", "cooler", "old_version", "code_note", "code_not_mapped", "not_read", *WITHOUT_VALUE)


class Issue(NamedTuple):
    """One thing to know: its key, what to say, where in what was sent, and which test it is about.

    ``more`` counts the places beyond those that ``where`` names.
    """

    key: str
    text: str
    where: tuple[str, ...] = ()
    observation: str = ""
    severity: str = "warning"
    more: int = 0


class Unusable(Exception):
    """A value that cannot be used; ``key`` is a reason of this module, ``text`` a more exact sentence or ""."""

    def __init__(self, key: str, text: str = "") -> None:
        super().__init__(key)
        self.key = key
        self.text = text


def issue(key: str, *where: str, observation: str = "", text: str = "") -> Issue:
    """Return the issue for a reason."""
    severity = "information" if key in QUIET else "warning"
    return Issue(key, text or REASONS.get(key) or FAULTS[key], where, observation, severity)


def issue_of_all(key: str, places: Sequence[str], text: str = "") -> list[Issue]:
    """Return the one issue for all places of a kind, of which it names the first and counts the rest; none for none."""
    shown, more = places[:PLACES_SHOWN], max(0, len(places) - PLACES_SHOWN)
    return [issue(key, *shown, text=text)._replace(more=more)] if places else []


def too_many(given: Sequence[object], most: int, where: str) -> list[Issue]:
    """Return the issue that says where there is more than is read, none if there is not."""
    if len(given) <= most:
        return []
    return [issue("too_many", where, text=f"There are {len(given)}; no more than {most} are read in one place.")]


def within_limit(issues: list[Issue], given: list[Any], most: int, where: str) -> list[Any]:
    """Return what is read of a list, with the issue about the rest."""
    issues += too_many(given, most, where)
    return given[:most]


def from_fault(fault: Fault) -> Unusable:
    """Return the reason for a fault of a value; the sentence names the units accepted, never the value."""
    text = FAULTS[fault.code] + ABOUT.get(fault.about, "") + accepted_text(fault.facts)
    if "suggestion" in fault.facts:
        text += f" In {fault.facts['suggestion']} the same number would be an ordinary result: check the unit."
    return Unusable(fault.code, text)
