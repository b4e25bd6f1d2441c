"""Warnings about values that are usable but odd: a slip in the feed, or results that contradict one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from service.clinical.measurement.analytes import (
    ANALYTES,
    FINDINGS,
    MEASURES,
    Analyte,
    is_usual,
)
from service.clinical.measurement.interval import COMPARE, MET, NOT_MET, ZERO
from service.clinical.measurement.numbers_in_words import number_text
from service.clinical.measurement.reading import IMPLIED, MEASURED, WORDS, Reading
from service.clinical.panel.moment import day_of
from service.clinical.panel.panel import ANYWHERE, IN_MARROW, Panel

LONGEST_SPAN = timedelta(days=7)
ONE_DAY = timedelta(days=1)
FEVER = Decimal(38)
UNIT_BOUNDARIES = ((Decimal("132.5"), Decimal("133.0")), (Decimal("353.9"), Decimal("354.5")))
FEVER_CONFLICT = (
    "The finding and the temperature disagree. Sets that ask for fever take the finding, "
    "those that ask for a temperature take that."
)
FEVER_REMARK = "Fever as recorded and the temperature disagree. Criteria that ask for fever take what was recorded."
SIZE_CONFLICT = (
    "The finding and the measured size disagree. Sets that ask for enlargement take the finding, "
    "those that ask for a size take the size."
)
WORD_NOT_USED = "Of the interpretation codes L, LL, N, H and HH are used; this result counts as unknown."
WORD_PROVES_NOTHING = "A word without a usable reference range proves nothing here; send the range or the number."
WORD_REMARK = "was reported only as a word, without a reference range; the number would count in full."
UNUSABLE_REMARK = "was reported as a word that proves nothing without a reference range; it counts as unknown."
SIZE_REMARK = "as recorded and the measured size disagree. Criteria that ask for enlargement take what was recorded."
MARROW_UNKNOWN = (
    "HScore counts haemophagocytosis in the bone marrow aspirate only; send findings.hemophagocytosis_marrow, "
    "true or false."
)
MARROW_REMARK = (
    "HScore counts haemophagocytosis in the bone marrow aspirate only; whether it was seen there is not known."
)
LATER = "The result is more than a day later than its panel; check both times."
MISCOUNTED = {"scd25": "In five published reports such a result was wrongly counted against a limit in U/mL."}
"""How often a result in a unit without a factor is counted all the same."""
SIZES = {"hepatomegaly": "liver_below_costal_margin", "splenomegaly": "spleen_below_costal_margin"}


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something odd about one value; ``where`` is its path in the request.

    ``message`` is for the sender of data, ``remark`` for the clinician: it names the test, and no field of a request.
    """

    code: str
    where: tuple[str, ...]
    message: str
    remark: str


def warnings(panel: Panel) -> list[Oddity]:
    """Return what is odd about the values of a panel, in the order of the observations."""
    found: list[Oddity] = []
    for key, reading in panel.readings.items():
        if not _is_ordinary(key, reading) and key in ANALYTES:
            odd = _about_one(ANALYTES[key], reading)
            found += [odd] if odd else []
    dated = {key: reading.collected_at for key, reading in panel.readings.items() if reading.collected_at}
    of_times = [*_span(panel, dated), *_later(panel, dated)] if dated else ()
    return [*found, *_triglycerides(panel), *_contradictions(panel), *of_times]


USUAL = {
    (key, code): analyte.soft_in[code]
    for key, analyte in ANALYTES.items()
    for code, unit in analyte.table.units.items()
    if code in analyte.soft_in and not unit.approximate
}
"""The range that passes without a word, by observation and unit."""


def _is_ordinary(key: str, reading: Reading) -> bool:
    """Return whether there is nothing to say about a result, as of nearly all: the rest is looked at closely."""
    usual = USUAL.get((key, reading.unit))
    if usual is None or reading.evidence is not MEASURED:
        return False
    low, high, _, _ = reading.interval
    return usual.low <= low and high <= usual.high


def _about_one(analyte: Analyte, reading: Reading) -> Oddity | None:
    where, unit, name = ("observations", analyte.id), analyte.table.units.get(reading.unit), analyte.label
    if reading.evidence is MEASURED:
        if not is_usual(analyte, reading.interval, reading.unit):
            return _unusual(analyte, reading)
        if unit is not None and unit.approximate:
            text = f"{unit.code} is converted by an approximate factor."
            return Oddity("approximate_factor", where, text, f"{name} in {text}")
        return None
    if reading.evidence is IMPLIED:
        text = "A word without a reference range counts for verdict_implied only; send the range or the number."
        return Oddity("interpretation_without_range", where, text, f"{name} {WORD_REMARK}")
    if unit is not None and not unit.comparable:
        text = f"{unit.code} has no fixed factor to {analyte.canonical}; the result counts as unknown."
        text += f" {MISCOUNTED[analyte.id]}" if analyte.id in MISCOUNTED else ""
        return Oddity(f"{analyte.id}_mass_units", where, text, f"{name}: {text}")
    text = WORD_NOT_USED if reading.word not in WORDS else WORD_PROVES_NOTHING
    return Oddity("interpretation_not_usable", where, text, f"{name} {UNUSABLE_REMARK}")


def _unusual(analyte: Analyte, reading: Reading) -> Oddity:
    where, canonical = ("observations", analyte.id), analyte.canonical
    unit = reading.unit if reading.unit in analyte.soft_in else canonical
    remark = f"{analyte.label} {reading.reported} lies outside {_usual(analyte, unit)}"
    return Oddity("unusual_value", where, f"Outside {_usual(analyte, canonical)}", remark)


def _usual(analyte: Analyte, unit: str) -> str:
    soft = analyte.soft_in[unit]
    return f"the usual {number_text(soft.low)} to {number_text(soft.high)} {unit}; check the unit."


def _triglycerides(panel: Panel) -> Iterator[Oddity]:
    reading, where = panel.measured.get("triglycerides"), ("observations", "triglycerides")
    if reading is None:
        return
    fasting = panel.findings.get("fasting_sample")
    if fasting is None:
        text = "HLH-2004 means fasting triglycerides; send findings.fasting_sample."
        remark = "HLH-2004 means fasting triglycerides; whether this sample was fasting is not known."
        yield Oddity("fasting_unknown", where, text, remark)
    elif not fasting:
        text = "HLH-2004 means fasting triglycerides; this sample was not."
        yield Oddity("not_fasting", where, text, text)
    if reading.unit == "mg/dL" and any(low <= reading.interval.low <= high for low, high in UNIT_BOUNDARIES):
        text = "Printed tables in mg/dL and in mmol/L disagree this close to the limit; mmol/L decides."
        yield Oddity("boundary_unit_conflict", where, text, f"Triglycerides: {text[:1].lower()}{text[1:]}")


def _contradictions(panel: Panel) -> Iterator[Oddity]:
    temperature, fever = panel.measured.get("temperature"), panel.findings.get("fever")
    if temperature is not None and fever is not None:
        value = ANALYTES["temperature"].table.convert_interval(temperature.interval, temperature.unit, "Cel")
        if COMPARE[">="](value, FEVER) is (NOT_MET if fever else MET):
            yield Oddity("fever_conflict", ("findings", "fever"), FEVER_CONFLICT, FEVER_REMARK)
    for finding, size in SIZES.items():
        measured, present = panel.measured.get(size), panel.findings.get(finding)
        if (
            measured is not None
            and present is not None
            and COMPARE[">"](measured.interval, ZERO) is (NOT_MET if present else MET)
        ):
            remark = f"{FINDINGS[finding].label} {SIZE_REMARK}"
            yield Oddity(f"{finding}_conflict", ("findings", finding), SIZE_CONFLICT, remark)
    if panel.findings.get(ANYWHERE) and IN_MARROW not in panel.findings:
        yield Oddity("marrow_unknown", ("findings", ANYWHERE), MARROW_UNKNOWN, MARROW_REMARK)


def _span(panel: Panel, dated: Mapping[str, str]) -> Iterator[Oddity]:
    """Name results of more than a week; the panel's own time, that of its findings, is one of theirs.

    ``dated`` holds the times of the results that have one of their own.
    """
    days = [day for moment in {panel.collected_at, *dated.values()} if (day := day_of(moment))]
    if len(days) > 1 and max(days) - min(days) > LONGEST_SPAN:
        text = "The panel and its results span more than 7 days; the criteria mean results of one time."
        yield Oddity(
            "time_span",
            ("observations",),
            text,
            "The results span more than 7 days; the criteria mean results of one time.",
        )


def _later(panel: Panel, dated: Mapping[str, str]) -> Iterator[Oddity]:
    """Name results that were not there yet when their panel was taken; a day is left for offsets and slow machines."""
    day = day_of(panel.collected_at)
    for key, moment in dated.items() if day else ():
        own = day_of(moment)
        if own and day and own - day > ONE_DAY:
            remark = f"{MEASURES[key].label} is more than a day later than the rest; check both times."
            yield Oddity("later_than_panel", ("observations", key), LATER, remark)
