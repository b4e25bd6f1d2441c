"""For each code of a fault the sentence that lets the sender mend the feed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from service.api.problems import Entry
from service.clinical.reading import Fault

SENTENCES = {
    ("unit_required", ""): "A number needs its unit; units are never guessed. Send one of those listed under accepted.",
    (
        "unit_not_accepted",
        "",
    ): "This unit is not accepted for this observation. Send one of those listed under accepted.",
    ("unit_not_accepted", "percent"): (
        "A percentage is not a count. Send the absolute count in one of the units listed under accepted."
    ),
    ("implausible_value", ""): "No living patient has this value in this unit. Check the number and the unit.",
    ("implausible_value", "suggestion"): (
        "No living patient has this value in this unit. In {suggestion} the same number would be an ordinary result: "
        "check the unit, or the exponent."
    ),
    ("implausible_value", "reference_range"): (
        "No laboratory has these limits in this unit, and the word means what they say. Check the range and its unit."
    ),
    ("invalid_quantity", "form"): (
        "Not read as a quantity. Write '[<|<=|>|>=] number unit', for example '>10000 ug/L', with a point as decimal "
        "sign; words such as low go into an object, as its interpretation."
    ),
    ("invalid_quantity", "decimal_comma"): (
        "Not read as a quantity: the decimal sign is a point, and thousands are not set apart."
    ),
    ("invalid_quantity", "lost_exponent"): (
        "Not read as a quantity: the exponent has lost its superscript or its sign of power. "
        "Write the unit as 10*9/L, 10*3/uL or /uL."
    ),
    ("invalid_value", "reference_range"): (
        "The reference range needs a low end not below 0 and not above the high end."
    ),
}


def entry_of(fault: Fault, where: tuple[str, ...]) -> Entry:
    """Return the entry for a fault of a value."""
    about = fault.about or ("suggestion" if "suggestion" in fault.facts else "")
    sentence = SENTENCES.get((fault.code, about)) or SENTENCES[fault.code, ""]
    return Entry(where, fault.code, sentence.format(**fault.facts), fault.facts)


def unknown_field(where: tuple[str, ...], known: Iterable[str]) -> Entry:
    """Return the entry for a key that is not known, with the nearest known ones."""
    known = tuple(known)
    close = get_close_matches(where[-1][:64], known, n=1, cutoff=0.6)
    facts: Mapping[str, Any] = {"did_you_mean": close[0]} if close else {"accepted": list(known)}
    ending = f"Did you mean '{close[0]}'?" if close else "Those accepted are listed."
    return Entry(where, "unknown_field", f"This field is not known here. {ending}", facts)


def invalid_value(where: tuple[str, ...], detail: str, **facts: Any) -> Entry:
    """Return the entry for a value of the wrong kind."""
    return Entry(where, "invalid_value", detail, facts)


def not_a_number(where: tuple[str, ...]) -> Entry:
    """Return the entry for a number sent as text, true or false, or anything else."""
    return Entry(where, "not_a_number", 'A JSON number is needed here: 12.5, not "12.5" and not true.')


def one_of(where: tuple[str, ...], accepted: Iterable[str]) -> Entry:
    """Return the entry for a word that is not in a closed list."""
    return invalid_value(where, "Send one of the words listed under accepted.", accepted=list(accepted))
