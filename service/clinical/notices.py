"""Cautions about the patient's treatment, and warnings about values that are usable but odd."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from service.clinical.analytes import ANALYTES, MEASURES
from service.clinical.criteria.criteria_set import Reference
from service.clinical.interval import COMPARE, MET, NOT_MET, ZERO
from service.clinical.panel import Panel
from service.clinical.reading import WORDS, Evidence, Reading, soft_plausible
from service.clinical.result import Result
from service.clinical.therapy import active_therapies, day_of
from service.clinical.words import number_text

LONGEST_SPAN = timedelta(days=7)
FEVER = Decimal(38)
UNIT_BOUNDARIES = ((Decimal("132.5"), Decimal("133.0")), (Decimal("353.9"), Decimal("354.5")))
CONFOUNDED = (
    "Another condition may explain some results: they keep their status and are marked, "
    "and the verdict without them stands beside."
)
FEVER_CONFLICT = (
    "The finding and the temperature disagree. Sets that ask for fever take the finding, "
    "those that ask for a temperature take that."
)
SIZE_CONFLICT = (
    "The finding and the measured size disagree. Sets that ask for enlargement take the finding, "
    "those that ask for a size take the size."
)
WORD_NOT_USED = "Of the interpretation codes L, LL, N, H and HH are used; this result counts as unknown."
WORD_PROVES_NOTHING = "A word without a usable reference range proves nothing here; send the range or the number."
SIZES = {"hepatomegaly": "liver_below_costal_margin", "splenomegaly": "spleen_below_costal_margin"}


@dataclass(frozen=True, slots=True)
class Caution:
    """What a reader must bear in mind about this patient: code, ``info`` or ``warning``, sentence, sources."""

    code: str
    severity: str
    message: str
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something odd about one value; ``where`` is its path in the request."""

    code: str
    where: tuple[str, ...]
    message: str


def cautions(panel: Panel, results: tuple[Result, ...]) -> list[Caution]:
    """Return the cautions of the treatments that act, then those of confounded results and of adverse verdicts."""
    found = [Caution(one.id, one.severity, one.message, one.references) for one in active_therapies(panel)]
    if any(result.verdict_without_confounded is not None for result in results):
        found.append(Caution("confounded", "warning", CONFOUNDED, ()))
    for result in results:
        found += _notes(result)
    return found


def _notes(result: Result) -> Iterator[Caution]:
    if result.applicability not in ("applicable", "extrapolated"):
        return
    state = {MET: "met", NOT_MET: "not_met"}.get(result.verdict, "indeterminate")
    for note in result.criteria.notes:
        if note.when == state:
            sources = tuple(one for one in result.criteria.references if one.key == note.reference)
            yield Caution(f"{result.criteria.id}.{state}", "info", note.text, sources)


def warnings(panel: Panel) -> list[Oddity]:
    """Return what is odd about the values of a panel, in the order of the observations."""
    found: list[Oddity] = []
    for key, reading in panel.readings.items():
        if key in ANALYTES:
            found += _about_one(key, reading)
    return [*found, *_triglycerides(panel), *_contradictions(panel), *_span(panel)]


def _about_one(key: str, reading: Reading) -> Iterator[Oddity]:
    where, analyte = ("observations", key), MEASURES[key]
    if reading.evidence is Evidence.UNKNOWN and not analyte.table.units[reading.unit].comparable:
        text = f"{reading.unit} has no fixed factor to {analyte.canonical}; the result counts as unknown."
        yield Oddity(f"{key}_mass_units", where, text)
    elif reading.evidence is Evidence.UNKNOWN:
        text = WORD_NOT_USED if reading.word not in WORDS else WORD_PROVES_NOTHING
        yield Oddity("interpretation_not_usable", where, text)
    elif reading.evidence is Evidence.IMPLIED:
        text = "A word without a reference range counts for verdict_implied only; send the range or the number."
        yield Oddity("interpretation_without_range", where, text)
    elif not soft_plausible(analyte, reading):
        low, high = number_text(analyte.soft.low), number_text(analyte.soft.high)
        yield Oddity("unusual_value", where, f"Outside the usual {low} to {high} {analyte.canonical}; check the unit.")
    elif reading.unit in analyte.table.units and analyte.table.units[reading.unit].approximate:
        yield Oddity("approximate_factor", where, f"{reading.unit} is converted by an approximate factor.")


def _triglycerides(panel: Panel) -> Iterator[Oddity]:
    reading, where = panel.measured.get("triglycerides"), ("observations", "triglycerides")
    if reading is None:
        return
    fasting = panel.findings.get("fasting_sample")
    if fasting is None:
        text = "HLH-2004 means fasting triglycerides; send findings.fasting_sample."
        yield Oddity("fasting_unknown", where, text)
    elif not fasting:
        yield Oddity("not_fasting", where, "HLH-2004 means fasting triglycerides; this sample was not.")
    if reading.unit == "mg/dL" and any(low <= reading.interval.low <= high for low, high in UNIT_BOUNDARIES):
        text = "Printed tables in mg/dL and in mmol/L disagree this close to the limit; mmol/L decides."
        yield Oddity("boundary_unit_conflict", where, text)


def _contradictions(panel: Panel) -> Iterator[Oddity]:
    temperature, fever = panel.measured.get("temperature"), panel.findings.get("fever")
    if temperature is not None and fever is not None:
        value = ANALYTES["temperature"].table.convert_interval(temperature.interval, temperature.unit, "Cel")
        if COMPARE[">="](value, FEVER) is (NOT_MET if fever else MET):
            yield Oddity("fever_conflict", ("findings", "fever"), FEVER_CONFLICT)
    for finding, size in SIZES.items():
        measured, present = panel.measured.get(size), panel.findings.get(finding)
        if (
            measured is not None
            and present is not None
            and COMPARE[">"](measured.interval, ZERO) is (NOT_MET if present else MET)
        ):
            yield Oddity(f"{finding}_conflict", ("findings", finding), SIZE_CONFLICT)


def _span(panel: Panel) -> Iterator[Oddity]:
    moments = {one.collected_at or panel.collected_at for one in panel.readings.values()}
    days = [day for moment in moments if (day := day_of(moment))]
    if len(days) > 1 and max(days) - min(days) > LONGEST_SPAN:
        text = "The results span more than 7 days; the criteria mean results of one time."
        yield Oddity("time_span", ("observations",), text)
