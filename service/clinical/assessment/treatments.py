"""Treatments that change what the criteria can see, IL-6 blockade above all: it switches off fever and ferritin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from service.clinical.assessment.warnings import Oddity
from service.clinical.panel.moment import day_of
from service.clinical.panel.panel import MEDICATIONS, Medication, Panel
from service.clinical.therapies.drug_list import THERAPIES, Therapy
from service.clinical.therapies.drug_names import FORMULARY, Doubt, DrugReading

IL6_BLOCKADE = "il6_blockade"
LONGEST_WINDOW = max(drug.window for therapy in THERAPIES.values() for drug in therapy.drugs if drug.window)
"""A drug that cannot be told has no effect on fever and ferritin any more once its last dose is older than this."""
NOT_KNOWN = (
    "This drug is not known here and counts as one that changes nothing. "
    "If it blocks IL-6, IL-1, interferon gamma or JAK, or is a glucocorticoid, send its generic name or its ATC code."
)
UNCLEAR = (
    "Which drug this is cannot be told, and it may hide fever and ferritin, so nothing is called unlikely. "
    "Send its generic name."
)
Read = Callable[[str], DrugReading]


@dataclass(frozen=True, slots=True)
class Treatments:
    """The classes of drugs that act at the time of a panel, and what cannot be told of its medications.

    ``may_hide`` says whether a drug that cannot be told may act at that time.
    """

    therapies: tuple[Therapy, ...] = ()
    doubts: tuple[Oddity, ...] = ()
    may_hide: bool = False


def treatments_of(panel: Panel, read: Read = FORMULARY.read) -> Treatments:
    """Return what the medications of a panel mean; ``read`` tells what a name means."""
    if not panel.medications:
        return Treatments()
    day = day_of(panel.collected_at)
    told = {name: read(name) for name in dict.fromkeys(medication.name for medication in panel.medications)}
    readings = [(medication, told[medication.name]) for medication in panel.medications]
    acting = {key for medication, reading in readings for key in _acting(medication, reading, day)}
    unclear = [medication for medication, reading in readings if reading.doubt is Doubt.UNCLEAR]
    return Treatments(
        tuple(therapy for key, therapy in THERAPIES.items() if key in acting),
        tuple(_doubts(readings)),
        any(_acts(LONGEST_WINDOW, medication, day) for medication in unclear),
    )


def on_il6_blockade(therapies: Iterable[Therapy]) -> bool:
    """Return whether an IL-6 blocker may act: its last dose unknown, or not more than 8 weeks before the panel."""
    return any(therapy.id == IL6_BLOCKADE for therapy in therapies)


def generic_name(name: str) -> str:
    """Return one name for a drug: the generic one if it is known here, else the name as sent in lower case."""
    drugs = {drug.name for _, drug in FORMULARY.read(name).drugs}
    return " + ".join(sorted(drugs)) or name.strip().casefold()


def doubt_message(reading: DrugReading) -> str:
    """Return what to say of a name that cannot be told or is not known; it never holds the name as sent."""
    if reading.doubt is Doubt.NOT_KNOWN:
        return NOT_KNOWN
    if reading.classes:
        labels = " and ".join(THERAPIES[key].label for key in reading.classes)
        return f"This names a class of drugs, not one drug, and counts as {labels}. {UNCLEAR}"
    return f"{UNCLEAR} Did you mean {' or '.join(reading.near)}?" if reading.near else UNCLEAR


def _doubts(readings: Iterable[tuple[Medication, DrugReading]]) -> Iterator[Oddity]:
    for place, (medication, reading) in enumerate(readings):
        if reading.doubt is not None and not medication.is_told_of_elsewhere:
            where = medication.where or ("context", MEDICATIONS, str(place), "name")
            message = doubt_message(reading)
            yield Oddity(reading.doubt.value, where, message, message)


def _acting(medication: Medication, reading: DrugReading, day: date | None) -> Iterator[str]:
    for key, drug in reading.drugs:
        if _acts(drug.window, medication, day):
            yield key
    for key in reading.classes:
        if _acts(THERAPIES[key].longest_window, medication, day):
            yield key


def _acts(window: timedelta | None, medication: Medication, day: date | None) -> bool:
    last = medication.last_dose  # one after the panel may follow earlier ones: it counts too
    return window is None or last is None or day is None or day - last <= window
