"""Panel: what is known of one patient at one time, and what follows from it without any paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from service.clinical.measurement.analytes import AGE, AGE_AT_ONSET, FINDINGS, YEARS
from service.clinical.measurement.interval import ZERO, Interval, Number
from service.clinical.measurement.reading import IMPLIED, MEASURED, Reading

CONDITIONS = (
    *("sjia", "suspected_sjia", "aosd", "jsle", "malignancy", "haematological_malignancy", "solid_tumour"),
    *("sepsis", "kawasaki", "other"),
)
FIBRINOGEN_REPLACEMENT = "fibrinogen_replacement"
CONFOUNDERS = (
    *("itp", "infectious_hepatitis", "visceral_leishmaniasis", "familial_hyperlipidaemia"),
    FIBRINOGEN_REPLACEMENT,
)
UNKNOWN_CONDITION = "unknown"
MEDICATIONS = "medications"
ADULT_AGE = 18
ANYWHERE, IN_MARROW = "hemophagocytosis", "hemophagocytosis_marrow"
"""Haemophagocytosis at any site, and in the bone marrow aspirate: HLH-2004 counts the one, HScore the other."""
ABSENT_IS_FALSE = {kind.id: False for kind in FINDINGS.values() if kind.absent_is_false}


@dataclass(frozen=True, slots=True)
class Medication:
    """One drug: its name or code as sent, and the day of its last dose if known.

    ``where`` is its path in the request; with ``is_told_of_elsewhere`` a doubt about it is not told with the panel.
    """

    name: str
    last_dose: date | None = None
    where: tuple[str, ...] = field(default=(), compare=False)
    is_told_of_elsewhere: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Panel:
    """Readings and findings of one patient at one time. Absent means unknown, never normal.

    ``measured`` holds what was measured, ``implied`` those and what words alone imply (``implied_only``): the two
    grounds of a verdict. ``is_adult`` says whether the patient is 18 or older, None if the age is unknown.
    ``unread`` names inputs that were sent but could not be read. A finding among them does not count as absent, even if
    it is false when absent; ``medications`` among them may hold any drug. ``may_hold_more`` says that the record may
    hold something newer or unread: then nothing is unlikely.
    ``in_words`` keeps what is written of a value, by input and unit: many limits quote each.
    """

    readings: Mapping[str, Reading] = field(default_factory=dict)
    findings: Mapping[str, bool] = field(default_factory=dict)
    condition: str = UNKNOWN_CONDITION
    medications: tuple[Medication, ...] = ()
    confounders: frozenset[str] = frozenset()
    collected_at: str = ""
    unread: frozenset[str] = frozenset()
    may_hold_more: bool = False
    measured: Mapping[str, Reading] = field(init=False)
    implied: Mapping[str, Reading] = field(init=False)
    implied_only: tuple[str, ...] = field(init=False)
    is_adult: bool | None = field(init=False)
    in_words: dict[tuple[str, str], str] = field(init=False, default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        measured, worded = {}, {}
        for key, reading in self.readings.items():
            if reading.evidence is MEASURED:
                measured[key] = reading
            elif reading.evidence is IMPLIED:
                worded[key] = reading
        if AGE in measured and AGE_AT_ONSET not in measured:
            measured[AGE_AT_ONSET] = _onset_before(measured[AGE].interval.high)
            object.__setattr__(self, "readings", {**self.readings, AGE_AT_ONSET: measured[AGE_AT_ONSET]})
        absent = {key: False for key in ABSENT_IS_FALSE if key not in self.unread} if self.unread else ABSENT_IS_FALSE
        object.__setattr__(self, "findings", {**absent, **_of_sites(self.findings, self.unread)})
        object.__setattr__(self, "measured", measured)
        object.__setattr__(self, "implied", measured | worded if worded else measured)
        object.__setattr__(self, "implied_only", tuple(worded))
        object.__setattr__(self, "is_adult", measured[AGE].interval.low >= ADULT_AGE if AGE in measured else None)


def _of_sites(findings: Mapping[str, bool], unread: frozenset[str]) -> Mapping[str, bool]:
    """Add what one finding of haemophagocytosis settles of the other: seen nowhere, not in marrow; in marrow, seen."""
    anywhere, in_marrow = findings.get(ANYWHERE), findings.get(IN_MARROW)
    if anywhere is False and in_marrow is None and IN_MARROW not in unread:
        return {**findings, IN_MARROW: False}
    return {**findings, ANYWHERE: True} if in_marrow and anywhere is None else findings


def _onset_before(age: Number) -> Reading:
    """An illness began between birth and now: that settles a limit above the present age, and no other."""
    return Reading(Interval(ZERO, age), YEARS, MEASURED, "not after the present age")
