"""For each code of a fault the sentence that lets the sender mend the feed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from itertools import islice
from typing import Any

from service.api.problems import MOST_LISTED, Entry
from service.clinical.measurement.analytes import AGE, AGES, ANALYTES, FINDINGS
from service.clinical.measurement.fault import Fault
from service.clinical.measurement.laboratory_text import TWO_WAYS, has_flag
from service.clinical.measurement.limits import LONGEST_QUANTITY
from service.clinical.measurement.no_result import Absence
from service.server.messages.strict_json import LONGEST_KEY

TWO_MEANINGS = (
    "is the point or comma a decimal sign, or does it set thousands apart? Before three digits it can be either, and "
    "it is never guessed. Write 12.5 or 12500, not 12.500 and not 12,500."
)
FLAG_APART = (
    "Send number and unit without it, and the flag as interpretation, for example value 905, unit ug/L and "
    "interpretation H; a sign such as * is left out."
)
NO_TIME = "A day that systems write for none (1970-01-01, 9999-12-31) is no time."
TRUTH_NEEDED = "true, false or null (unknown) is needed here, without quotation marks: true for 'yes', false for 'no'."
LISTED = "Send one of the words listed under accepted."
MOMENT_NEEDED = f"A date (2026-11-20) or a time with its offset (2026-11-20T08:30:00Z) is needed here. {NO_TIME}"

SENTENCES = {
    ("unit_required", ""): "A number needs its unit; units are never guessed. Send one of those listed under accepted.",
    (
        "unit_not_accepted",
        "",
    ): "This unit is not accepted for this observation. Send one of those listed under accepted.",
    ("unit_not_accepted", "percent"): (
        "A percentage is not a count. Send the absolute count in one of the units listed under accepted."
    ),
    ("unit_not_accepted", "percent_of"): (
        "A percentage is not accepted for this observation. Send the result itself in one of the units listed under "
        "accepted; a relative or a normalised value is another test."
    ),
    ("unit_not_accepted", "lost_exponent"): (
        "The exponent of this unit has lost its superscript or its sign of power. Write 10*9/L, 10*3/uL or /uL."
    ),
    ("implausible_value", ""): "No living patient has this value in this unit. Check the number and the unit.",
    ("implausible_value", "suggestion"): (
        "No living patient has this value in this unit. In {suggestion} the same number would be an ordinary result: "
        "check the unit, or the exponent."
    ),
    ("implausible_value", "reference_range"): (
        "No laboratory has this limit in this unit. Check the numbers and the unit of the reference range."
    ),
    ("invalid_quantity", "form"): (
        "Not read as a quantity. Write '[<|<=|>|>=] number unit', for example '>10000 ug/L', with a point as decimal "
        "sign; words such as low go into an object, as its interpretation."
    ),
    ("invalid_quantity", "decimal_comma"): (
        "Not read as a quantity: the decimal sign is a point. Write 12.5 or 12500, without a comma."
    ),
    ("unit_not_accepted", "flag"): f"There is a flag in the unit. {FLAG_APART}",
    ("unit_not_accepted", "too_long"): "The unit is longer than {longest} characters.",
    ("invalid_quantity", "flag"): f"Not read as a quantity: there is a flag beside the number. {FLAG_APART}",
    ("invalid_quantity", "too_long"): "Not read as a quantity: the text is longer than {longest} characters.",
    ("invalid_quantity", "two_ways"): f"Not read as a quantity: {TWO_MEANINGS}",
    ("invalid_quantity", "bounds"): (
        "Not read as a quantity: one number is needed, not a range or a tolerance. Send what was measured, or one "
        "bound with its comparator."
    ),
    ("invalid_quantity", "lost_exponent"): (
        "Not read as a quantity: the exponent has lost its superscript or its sign of power. "
        "Write the unit as 10*9/L, 10*3/uL or /uL."
    ),
    ("invalid_value", "reference_range"): (
        "The reference range needs a low end not below 0 and not above the high end."
    ),
}

PLACES = (
    dict.fromkeys(ANALYTES, "observations")
    | dict.fromkeys(FINDINGS, "findings")
    | dict.fromkeys(AGES, "patient")
    | dict.fromkeys(("condition", "medications", "confounders"), "context")
    | dict.fromkeys(("criteria", "on_invalid"), "options")
    | dict.fromkeys(("patient", "context", "options"), "the request itself")
    | dict.fromkeys(("observations", "findings", "collected_at"), "the panel")
    | dict.fromkeys(("panels", "treatments"), "POST /v1/trajectories")
    | {"resourceType": "POST /fhir/$evaluate-mas", "hook": "POST /cds-services/mas-criteria"}
)
"""Where each key of a request belongs, and the keys that show which other interface was meant."""
WARD_NAMES = {
    name: observation
    for observation, names in {
        "platelets": "plt thrombocytes thrombozyten",
        "ast": "got sgot asat",
        "alt": "gpt sgpt alat",
        "triglycerides": "tg trig",
        "hemoglobin": "hb hgb",
        "wbc": "leukocytes leucocytes leukozyten",
        "neutrophils": "anc neut",
        "lymphocytes": "alc lymph lymphs",
        "esr": "bsg bsr",
        "scd25": "sil2r sil-2r il2r",
    }.items()
    for name in names.split()
}
"""The names that laboratories use and no likeness shows: offered, never taken."""
FIELD_NAMES = dict.fromkeys(("age", "birthdate", "birth_date", "date_of_birth", "dob"), AGE)
"""The names that other interfaces have for a field of the patient: years are needed, and a date is never taken."""
SHORT, NEAR = 5, 0.75


@dataclass(frozen=True, slots=True)
class UnknownField(Entry):
    """A key that is not known where it stands; ``known`` are those that are."""

    known: tuple[str, ...] = ()

    def explained(self) -> Entry:
        """Return the entry with the nearest known key, or with all of them and where this one belongs."""
        key = self.where[-1][:LONGEST_KEY]
        place = PLACES.get(key)
        close = None if place else nearest(key, self.known)
        if close:
            return Entry(self.where, self.code, f"{self.detail} Did you mean '{close}'?", {"did_you_mean": close})
        listed = "those accepted are listed." if self.known else "none is accepted."
        ending = f"It belongs in {place}; {listed}" if place else listed.capitalize()
        return Entry(self.where, self.code, f"{self.detail} {ending}", {"accepted": [*self.known]})


@dataclass(frozen=True, slots=True)
class UnlistedWord(Entry):
    """A word that is not in a closed list; what was ``sent`` is never said back."""

    sent: str = ""

    def explained(self) -> Entry:
        """Return the entry with the listed word that was probably meant, if one is near."""
        close = nearest(self.sent[:LONGEST_KEY], self.facts["accepted"], NEAR)
        return Entry(self.where, self.code, self.detail, {**self.facts, **({"did_you_mean": close} if close else {})})


def nearest(key: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """Return the known word that was meant; a short one must be nearer (plt is not alt), as must a diagnosis."""
    folded = {name.casefold(): name for name in known}
    short, long = ([name for name in folded if (len(name) < SHORT) is is_short] for is_short in (True, False))
    key = key.casefold()
    meant = (WARD_NAMES | FIELD_NAMES).get(key)
    if meant in folded:
        return meant
    close = _closest(key, short, NEAR) or _closest(key, long, likeness)
    return folded[close] if close else None


def _closest(key: str, names: list[str], cutoff: float) -> str | None:
    """Return the one name that is nearest, None where two are as near: hepatosplenomegaly is neither of its halves."""
    close = get_close_matches(key, names, n=2, cutoff=cutoff)
    ratios = [SequenceMatcher(None, name, key).ratio() for name in close]
    return close[0] if close and ratios[0] not in ratios[1:] else None


def entry_of(fault: Fault, where: tuple[str, ...]) -> Entry:
    """Return the entry for a fault of a value."""
    about = fault.about or ("suggestion" if "suggestion" in fault.facts else "")
    sentence = SENTENCES.get((fault.code, about)) or SENTENCES[fault.code, ""]
    return Entry(where, fault.code, sentence.format(**fault.facts), fault.facts)


def unknown_field(where: tuple[str, ...], known: Iterable[str]) -> Entry:
    """Return the entry for a key that is not known; the nearest known one is looked for when it is shown."""
    return UnknownField(where, "unknown_field", "This field is not known here.", {}, tuple(known))


def unknown_fields(raw: Iterable[str], known: Collection[str], where: tuple[str, ...] = ()) -> list[Entry]:
    """Return the entries for the keys of an object that are not known, as many as a problem lists at most."""
    strange = (unknown_field((*where, key), known) for key in raw if key not in known)
    return list(islice(strange, MOST_LISTED))


def unknown_parameter(name: str, known: Iterable[str]) -> Entry:
    """Return the entry for a parameter of the address that is not known."""
    return UnknownField((name,), "unknown_field", "This parameter of the address is not known here.", {}, tuple(known))


def invalid_value(where: tuple[str, ...], detail: str, **facts: Any) -> Entry:
    """Return the entry for a value of the wrong kind."""
    return Entry(where, "invalid_value", detail, facts)


def not_a_number(where: tuple[str, ...], sent: object = None, ending: str = "") -> Entry:
    """Return the entry for a number sent as text, true or false, or anything else."""
    if isinstance(sent, str) and len(sent) <= LONGEST_QUANTITY:
        if TWO_WAYS.fullmatch(sent.strip().replace(",", ".")):
            return Entry(where, "not_a_number", f"A JSON number is needed here: {TWO_MEANINGS}")
        if has_flag(sent):
            return Entry(where, "not_a_number", f"A JSON number is needed here, without a flag. {FLAG_APART}")
    return Entry(where, "not_a_number", f'A JSON number is needed here: 12.5, not "12.5" and not true.{ending}')


@dataclass(frozen=True, slots=True)
class NothingMeasured(Entry):
    """A text in place of a value which says that nothing was measured: no value is hidden behind it."""


WORD_CONFLICT = (
    "The number, its reference range and its interpretation contradict each other: which of them is wrong cannot be "
    "told. Check the unit of the number and that of the range, or send the number alone."
)
ABSENT = {
    Absence.NOTHING: "This text says that nothing was measured. Send null, or leave the entry out.",
    Absence.FAILED: (
        "This text says that the test gave no result. Send the number of a new sample, or null if nothing was measured."
    ),
    Absence.ELSEWHERE: (
        "This text says that the result is elsewhere or still to come. Send the number itself once it is there."
    ),
}
"""What to say of a text in place of a value, by what it says of the result."""


def no_result(where: tuple[str, ...], code: str, absence: Absence) -> Entry:
    """Return the entry for a text in place of a value which says that there is none."""
    kind = NothingMeasured if absence is Absence.NOTHING else Entry
    return kind(where, code, ABSENT[absence])


def word_conflict(where: tuple[str, ...]) -> Entry:
    """Return the entry for a number that the word beside it and its reference range deny."""
    return Entry(where, "interpretation_conflict", WORD_CONFLICT)


def one_of(where: tuple[str, ...], accepted: Iterable[str], sent: object = None, detail: str = LISTED) -> Entry:
    """Return the entry for a word that is not in a closed list; the nearest one is looked for when it is shown."""
    facts = {"accepted": list(accepted)}
    text = sent if isinstance(sent, str) else ""
    return UnlistedWord(where, "invalid_value", detail, facts, text)
