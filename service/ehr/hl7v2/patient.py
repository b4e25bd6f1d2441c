"""Whose results these are: one patient, or the message is refused; with the diagnoses (DG1) and the drugs (RX.)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from service.clinical.panel.moment import DAY_LENGTH
from service.clinical.panel.panel import UNKNOWN_CONDITION, Medication
from service.ehr.hl7v2.message import BadMessage, MessageFault
from service.ehr.hl7v2.segment import Segment
from service.ehr.hl7v2.times import day, iso
from service.ehr.issues import Issue, issue
from service.ehr.record.conditions import SUSPECTED, those_that_count
from service.ehr.results.moments import read_moment
from service.ehr.results.person import Marks, Person, born_on, may_be_one
from service.ehr.terminology.code_map import CodeMap
from service.ehr.terminology.code_systems import system_name
from service.ehr.terminology.drugs import DrugLookup, SaidOfDrug

IDENTIFIERS, OLD_IDENTIFIERS, BORN, SEX = 3, (2, 4), 7, 8
SEXES = {"M": "male", "F": "female"}
MIXED = "The message holds more than one patient; send one patient in each message."


class Patient(NamedTuple):
    """The patient: an identifier as it may be sent back, its system ("" if it has none), and who that is."""

    system: str = ""
    identifier: str = ""
    person: Person = Person()

    @property
    def name(self) -> str:
        """Return what tells the patient from others, "" if nothing does."""
        return "|".join(part for part in (self.system, self.identifier) if part)


def one_patient(segments: Sequence[Segment]) -> Patient:
    """Return the one patient of a message; several PID must be of one person. Raises BadMessage."""
    described = [segment for segment in segments if segment.name == "PID"]
    if not described:
        return Patient()
    marks = [_marks(segment) for segment in described]
    values = [{value for key, values in mark.items() if key != BORN_KEY for value in values} for mark in marks]
    is_shared = len(described) == 1 or bool(set.intersection(*values))
    if not is_shared or not may_be_one(marks):
        places = ", ".join(segment.where for segment in described[:10])
        raise BadMessage([MessageFault("mixed_patients", "204", places, MIXED)])
    first = described[0]
    system, identifier = next(iter(_identifiers(first)), ("", ""))
    return Patient(system, identifier, Person(born_on(day(first.text(BORN))), SEXES.get(first.text(SEX).upper(), "")))


BORN_KEY = "born"


def _marks(segment: Segment) -> Marks:
    marks: Marks = {}
    for system, value in _identifiers(segment):
        marks.setdefault(system, set()).add(value)
    born = day(segment.text(BORN))
    return marks | ({BORN_KEY: {born}} if len(born) == DAY_LENGTH else {})


def _identifiers(segment: Segment) -> list[tuple[str, str]]:
    """Return the identifiers, each with who gives it out and of which kind it is."""
    found: list[tuple[str, str]] = []
    for at in (IDENTIFIERS, *OLD_IDENTIFIERS):
        for raw in segment.repetitions(at):
            parts = [*segment.components(raw), *[""] * 5]
            if parts[0]:
                found.append(("|".join(part for part in (parts[3], parts[4]) if part), parts[0]))
    return found


METHOD, CODE, KIND, ACTION = 2, 3, 6, 21
CONFIRMED = ("", "F")
DELETED = "D"
DRUGS = {"RXO": (1,), "RXE": (2,), "RXD": (2,), "RXG": (4,), "RXA": (5,), "RXC": (2,)}
"""The segments that name a drug, each with the fields that do."""
BEGUN, ENDED, COMPLETION, RXA_ACTION = 3, 4, 20, 21
NOT_GIVEN = ("RE", "NA")
CANCELLED = ("CA", "OC", "CR", "UA")
"""The order controls (ORC-1) of an order that never took effect; one that was stopped counts, for it acted."""


def condition_in(segments: Sequence[Segment], codes: CodeMap) -> tuple[str, list[Issue]]:
    """Return the condition that the diagnoses stand for, and what is to be said of them."""
    found: dict[str, str] = {}
    issues: list[Issue] = []
    for segment in segments:
        if segment.name == "DG1":
            for condition in sorted(_conditions(segment, codes)):
                meant = condition if segment.text(KIND).upper() in CONFIRMED else SUSPECTED.get(condition, "")
                if segment.text(ACTION).upper() == DELETED:
                    issues.append(issue("condition_inactive", segment.where))
                elif meant:
                    found.setdefault(meant, segment.where)
                else:
                    issues.append(issue("condition_unconfirmed", segment.where))
    left = those_that_count(found)
    if len(left) == 1:
        return next(iter(left)), issues
    key = "condition_conflict" if left else "condition_unknown"
    return UNKNOWN_CONDITION, [*issues, issue(key, *dict.fromkeys(left.values()))]


def _conditions(segment: Segment, codes: CodeMap) -> set[str]:
    """Return what a diagnosis stands for; old messages name the system of its code in a field of its own."""
    method = segment.text(METHOD)
    coded = segment.coded(CODE).coded
    return {codes.condition(system_name(system or method), code) for system, code in coded} - {""}


def drugs_in(segments: Sequence[Segment], codes: CodeMap) -> tuple[tuple[Medication, ...], list[Issue]]:
    """Return the drugs that count or cannot be told, and what is to be said of those that were not given."""
    found: dict[tuple[str, str], str] = {}
    issues: list[Issue] = []
    lookup = DrugLookup(codes)
    is_cancelled = False
    for segment in segments:
        if segment.name == "ORC":
            is_cancelled = segment.text(1).upper() in CANCELLED
        elif segment.name == "OBR":
            is_cancelled = False
        elif segment.name in DRUGS:
            names = [*_names(segment, lookup)]
            if is_cancelled or _was_not_given(segment):
                if any(reading.drugs for name in names if (reading := lookup.read(name))):
                    issues.append(issue("drug_status", segment.where))
                continue
            for name in names:
                found.setdefault((name, _last_dose(segment)), segment.where)
    drugs = (
        Medication(name, date.fromisoformat(day) if day else None, (where,))
        for (name, day), where in sorted(found.items())
    )
    return tuple(drugs), issues + lookup.issues()


def _names(segment: Segment, lookup: DrugLookup) -> Iterator[str]:
    """Yield a name for each drug that a segment names; one that names none may be of any."""
    said = SaidOfDrug()
    for at in DRUGS[segment.name]:
        named = segment.coded(at)
        for system, code in named.coded:
            said.add_code(system, code, lookup)
            if system_name(system) not in KNOWN_SYSTEMS and not named.spoken:
                said.add_words([code], lookup)
        said.add_words(named.spoken, lookup)
    yield from said.names()


KNOWN_SYSTEMS = ("rxnorm", "atc", "")


def _was_not_given(segment: Segment) -> bool:
    if segment.name != "RXA":
        return False
    return segment.text(COMPLETION).upper() in NOT_GIVEN or segment.text(RXA_ACTION).upper() == DELETED


def _last_dose(segment: Segment) -> str:
    """Return the day of an administration, "" of anything else: an order says only when it was written."""
    if segment.name != "RXA":
        return ""
    moment = read_moment(iso(segment.text(ENDED) or segment.text(BEGUN)))
    return moment.text[:DAY_LENGTH] if moment else ""
