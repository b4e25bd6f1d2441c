"""Reads a request for an assessment: one load, then a panel and what was left out, or every fault at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from service.api.error_messages import NothingMeasured, invalid_value
from service.api.problems import Entry, InvalidRequest
from service.api.request.fields import Choice, Choices, Flag, Moment, Part, Parts, StrictNumber, Text, flatten
from service.api.request.observations import Findings, Observations, Observed
from service.clinical.criteria import CATALOGUE
from service.clinical.measurement.analytes import AGE_AT_ONSET, ANALYTES, FINDINGS, YEARS
from service.clinical.measurement.interval import point
from service.clinical.measurement.no_result import NO_RESULT, Absence
from service.clinical.measurement.numbers_in_words import plain
from service.clinical.measurement.reading import MEASURED, UNUSABLE, WORDS, Reading
from service.clinical.panel.consistency import contradictions, contradictory_findings
from service.clinical.panel.moment import day_of
from service.clinical.panel.panel import CONDITIONS, CONFOUNDERS, MEDICATIONS, UNKNOWN_CONDITION, Medication, Panel

OLDEST = 120
OMIT = "omit"
MOST_OMITTED = 100  # faults of one panel; of more, each would still be looked up among the known names
NO_OBJECT = "The body must be a JSON object."
MANY_PANELS = (
    "One JSON object is needed here, not an array. Many panels go to POST /v1/assessments/batch, each on a line of its "
    "own, without brackets around them and without commas between them."
)
CONTRADICTIONS = {
    "neutrophils": ("observations", "Neutrophils are part of the white cells and cannot exceed them."),
    "lymphocytes": ("observations", "Lymphocytes are part of the white cells and cannot exceed them."),
    "hemophagocytosis_marrow": (
        "findings",
        "Haemophagocytosis cannot be in the bone marrow and absent everywhere.",
    ),
    AGE_AT_ONSET: ("patient", "The illness cannot have begun after the present age."),
}
OMITTABLE = ("observations", "findings", "patient", "context")


def _patient() -> Part:
    """Who: only what a rule reads."""
    return Part(age_years=StrictNumber(0, OLDEST), age_at_onset_years=StrictNumber(0, OLDEST))


def _context() -> Part:
    """The diagnosis and the treatments, known besides the results; and what the sender could not read or may lack."""
    drugs = Parts(name=Text(required=True), last_dose=Moment())
    unread = Choices((*ANALYTES, *FINDINGS, MEDICATIONS))
    return Part(
        condition=Choice(CONDITIONS),
        medications=drugs,
        confounders=Choices(CONFOUNDERS),
        unread=unread,
        incomplete=Flag(),
    )


def _options() -> Part:
    """The sets to evaluate, and the treatment of a bad value."""
    return Part(criteria=Choices(tuple(CATALOGUE), at_least=1), on_invalid=Choice(("reject", OMIT)))


REQUEST = Part(
    patient=_patient(),
    context=_context(),
    collected_at=Moment(),
    observations=Observations(),
    findings=Findings(),
    options=_options(),
)
"""The body of POST /v1/assessments."""


@dataclass(frozen=True, slots=True)
class PanelRequest:
    """A request that can be assessed; ``omitted`` are the faults whose values count as unknown."""

    panel: Panel
    criteria: tuple[str, ...]
    omitted: tuple[Entry, ...]


def read_panel_request(document: Any, doubts: Iterable[Entry] = ()) -> PanelRequest:
    """Return the request; raises InvalidRequest with every fault.

    ``doubts`` are of inputs that were sent and are not in the document: they count as unread.
    """
    if not isinstance(document, dict):
        raise InvalidRequest([invalid_value((), MANY_PANELS if isinstance(document, list) else NO_OBJECT)])
    data, entries = _load(document)
    observed: Observed = data.get("observations") or Observed()
    findings, finding_entries = data.get("findings") or ({}, [])
    readings = _ages(data.get("patient") or {}) | observed.readings
    entries += [*observed.entries, *finding_entries, *_inconsistent(readings, findings), *_empty(document)]
    options = data.get("options") or {}
    if entries and not (options.get("on_invalid") == OMIT and _are_omittable(entries)):
        raise InvalidRequest(entries)
    omitted = tuple([entry.explained() for entry in (*entries, *observed.doubts, *doubts)])
    hidden = (key for fault in omitted for key in _hidden_by(fault))
    panel = _panel(data, readings, findings, frozenset((*hidden, *_worded_strangely(readings))))
    return PanelRequest(panel, options.get("criteria") or (), omitted)


def _load(document: dict[str, Any]) -> tuple[Mapping[str, Any], list[Entry]]:
    try:
        return REQUEST.deserialize(document), []
    except ValidationError as error:
        valid = error.valid_data if isinstance(error.valid_data, dict) else {}
        return valid, flatten(error.messages)


def _panel(
    data: Mapping[str, Any], readings: dict[str, Reading], findings: dict[str, bool], unread: frozenset[str]
) -> Panel:
    context = data.get("context") or {}
    drugs = tuple(_medication(row, at) for at, row in enumerate(context.get("medications") or ()) if "name" in row)
    return Panel(
        readings,
        findings,
        context.get("condition") or UNKNOWN_CONDITION,
        drugs,
        frozenset(context.get("confounders") or ()),
        data.get("collected_at") or "",
        unread | frozenset(context.get("unread") or ()),
        bool(context.get("incomplete")),
    )


def _worded_strangely(readings: Mapping[str, Reading]) -> Iterator[str]:
    """Yield the results whose word is none that is used, unless it says that nothing was measured."""
    for key, reading in readings.items():
        is_strange = reading.evidence is UNUSABLE and reading.word not in ("", *WORDS)
        if is_strange and NO_RESULT.said(reading.word) is not Absence.NOTHING:
            yield key


def _hidden_by(fault: Entry) -> tuple[str, ...]:
    """Return the inputs that a fault keeps from being read: by a slip in a key, the one that was meant.

    Of two that contradict each other neither is read. In the context it is a drug, unless its place says that it is
    none or that its name was read.
    """
    if isinstance(fault, NothingMeasured):
        return ()
    part, key, *inside = fault.where
    if part == "context" and key not in ("condition", "confounders"):
        return (MEDICATIONS,) if inside[1:] in ([], ["name"]) else ()
    if inside:
        return (key,)
    facts = fault.facts
    if "with" in facts:
        return key, facts["with"].rpartition("/")[2]
    return (facts.get("did_you_mean", key) if fault.code == "unknown_field" else key,)


def _medication(raw: Mapping[str, Any], at: int) -> Medication:
    return Medication(raw["name"], day_of(raw.get("last_dose") or ""), ("context", MEDICATIONS, str(at), "name"))


def _ages(patient: Mapping[str, Any]) -> dict[str, Reading]:
    return {key: _age(years) for key, years in patient.items() if years is not None}


def _age(years: Decimal) -> Reading:
    return Reading(point(years), YEARS, MEASURED, f"{plain(years)} {YEARS}")


def _inconsistent(readings: dict[str, Reading], findings: dict[str, bool]) -> list[Entry]:
    """Find values that contradict each other, and drop both: which of the two is wrong cannot be known."""
    entries = []
    of_readings, of_findings = contradictions(readings), contradictory_findings(findings)
    for small, large in (*of_readings, *of_findings):
        where, detail = CONTRADICTIONS[small]
        entries.append(Entry((where, small), "inconsistent_values", detail, {"with": f"/{where}/{large}"}))
    for key in {key for pair in of_readings for key in pair}:
        del readings[key]
    for key in {key for pair in of_findings for key in pair}:
        del findings[key]
    return entries


def _empty(document: dict[str, Any]) -> list[Entry]:
    if any(document.get(part) not in (None, {}) for part in ("observations", "findings")):
        return []
    return [invalid_value((), "Send at least one entry in observations or findings.")]


def _are_omittable(entries: list[Entry]) -> bool:
    return len(entries) <= MOST_OMITTED and all(
        len(entry.where) > 1 and entry.where[0] in OMITTABLE for entry in entries
    )
