"""Reads a request for a trajectory: each panel becomes the request for one assessment that it stands for.

What is given once (patient, findings, context, options) counts for every panel; what a panel gives itself goes first,
key by key. So a trajectory of one panel cannot differ from its assessment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.api.error_messages import MOMENT_NEEDED, invalid_value, unknown_fields
from service.api.problems import Entry, InvalidRequest
from service.api.request.panel import OMIT, PanelRequest, read_panel_request
from service.clinical.course.visit import Treatment
from service.clinical.measurement.limits import LONGEST_NAME
from service.clinical.panel.moment import Moment, is_moment, read_moment, ties
from service.server import budget

MOST_PANELS = 1000
MOST_TREATMENTS = 1000
MOST_DRUGS = 200
MOST_PAIRS = 10_000
"""Panels times drugs given for all of them: each drug is looked at, and each dose told, once for every panel."""
KEYS = ("patient", "context", "findings", "panels", "treatments", "options")
PANEL_KEYS = ("collected_at", "observations", "findings", "context")
TREATMENT_KEYS = ("name", "given_at")
Where = tuple[str, ...]
Row = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class TrajectoryRequest:
    """A request that can be followed: each panel as sent with its moment, the treatments, the criteria to report."""

    panels: tuple[tuple[Moment, PanelRequest], ...]
    treatments: tuple[Treatment, ...]
    criteria: tuple[str, ...]


def read_trajectory_request(document: Any) -> TrajectoryRequest:
    """Return the request; raises InvalidRequest with every fault."""
    if not isinstance(document, dict):
        raise InvalidRequest([invalid_value((), "The body must be a JSON object.")])
    entries = unknown_fields(document, KEYS)
    raw_panels = _rows(document, "panels", 1, MOST_PANELS, entries)
    raw_treatments = _rows(document, "treatments", 0, MOST_TREATMENTS, entries)
    treatments = _treatments(raw_treatments, entries)
    shared = _shared(_bounded(document, len(raw_panels), treatments, entries), entries)
    moments: dict[int, Moment] = {}
    panels = {place: _panel(shared, raw, place, moments, entries) for place, raw in budget.checked(raw_panels)}
    entries += _tie_faults(moments)
    if entries:
        raise InvalidRequest(entries)
    read = [(moments[place], asked) for place, asked in panels.items() if asked is not None]
    return TrajectoryRequest(tuple(read), tuple(treatments), read[0][1].criteria)


def _rows(document: Mapping[str, Any], key: str, least: int, most: int, entries: list[Entry]) -> list[Row]:
    """Return the objects in the list under a key; a list that is missing, short or too long is a fault and empty."""
    rows = document.get(key) if document.get(key) is not None else []
    if not isinstance(rows, list) or not least <= len(rows) <= most:
        detail = f"A list of {least} to {most} objects is needed here."
        if key == "panels" and isinstance(rows, list) and len(rows) > most:
            detail += " Panels of many patients, or panels without an order, go to POST /v1/assessments/batch."
        entries.append(invalid_value((key,), detail))
        return []
    entries += [
        invalid_value((key, str(at)), "An object is needed here.") for at, row in enumerate(rows) if not _is(row)
    ]
    return [(at, row) for at, row in enumerate(rows) if _is(row)]


def _is(row: object) -> bool:
    return isinstance(row, dict)


def _treatments(rows: list[Row], entries: list[Entry]) -> list[Treatment]:
    found = []
    for place, raw in rows:
        where = ("treatments", str(place))
        faults = unknown_fields(raw, TREATMENT_KEYS, where)
        name, given_at = raw.get("name"), raw.get("given_at")
        if not isinstance(name, str) or not 1 <= len(name.strip()) <= LONGEST_NAME:
            detail = f"The name of the drug, or its RxNorm or ATC code, is needed: 1 to {LONGEST_NAME} characters."
            faults.append(invalid_value((*where, "name"), detail))
        faults += _time_faults(given_at, (*where, "given_at"))
        if not faults:
            found.append(Treatment(name, read_moment(given_at)))  # type: ignore[arg-type]  # checked above
        entries += faults
    if len({treatment.key for treatment in found}) > MOST_DRUGS:
        entries.append(invalid_value(("treatments",), f"At most {MOST_DRUGS} different drugs fit."))
    return found


def _bounded(
    document: Mapping[str, Any], panels: int, treatments: list[Treatment], entries: list[Entry]
) -> Mapping[str, Any]:
    """Return the document; one with too many drugs for its panels without those that all panels share, and a fault."""
    context = document.get("context")
    listed = context.get("medications") if isinstance(context, dict) else None
    medications = len(listed) if isinstance(listed, list) else 0
    drugs = len({treatment.key for treatment in treatments}) + medications
    if panels * drugs <= MOST_PAIRS:
        return document
    where = ("treatments",) if treatments else ("context", "medications")
    detail = (
        f"{panels} panels with {drugs} drugs for each are {panels * drugs} doses to tell; at most {MOST_PAIRS} fit in "
        "one course. Send fewer drugs, or the panels in several courses."
    )
    entries.append(invalid_value(where, detail))
    return {**document, "context": {**context, "medications": None}} if isinstance(context, dict) else document


def _time_faults(raw: Any, where: Where) -> Iterator[Entry]:
    if not isinstance(raw, str) or not is_moment(raw):
        yield invalid_value(where, f"A trajectory needs this time. {MOMENT_NEEDED}")


def _shared(document: Mapping[str, Any], entries: list[Entry]) -> dict[str, Any]:
    """Return what counts for every panel, checked once; a fault in it cannot be left out panel by panel."""
    shared = {
        key: document[key] for key in ("patient", "context", "findings", "options") if document.get(key) is not None
    }
    faults = _faults(shared | {"observations": {}})
    entries += faults
    return {"options": _options(shared)} if faults else shared


def _faults(document: dict[str, Any]) -> list[Entry]:
    try:
        asked = read_panel_request(document)
    except InvalidRequest as error:
        return [entry for entry in error.entries if entry.where]
    return list(asked.omitted)


def _options(shared: Mapping[str, Any]) -> dict[str, str]:
    """Keep of faulty options only what decides whether a panel's own faults count."""
    options = shared.get("options")
    return {"on_invalid": OMIT} if isinstance(options, dict) and options.get("on_invalid") == OMIT else {}


def _panel(
    shared: Mapping[str, Any], raw: dict[str, Any], place: int, moments: dict[int, Moment], entries: list[Entry]
) -> PanelRequest | None:
    """Return the request for one panel, None if it has faults; its time, if usable, is put among the moments."""
    where = ("panels", str(place))
    entries += unknown_fields(raw, PANEL_KEYS, where)
    own = {key: raw[key] for key in PANEL_KEYS if raw.get(key) is not None}
    late = list(_time_faults(own.get("collected_at"), (*where, "collected_at")))
    if late:
        entries += late
        own.pop("collected_at", None)
    else:
        moments[place] = read_moment(own["collected_at"])
    if not (own.get("observations") or own.get("findings")):
        entries.append(invalid_value(where, "Send at least one entry in observations or findings of each panel."))
    try:
        return read_panel_request(_merged(shared, own))
    except InvalidRequest as error:
        inside = (entry for entry in error.entries if entry.where)  # that it is empty has been said
        entries += [entry.under(where) for entry in inside]
        return None


def _merged(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Put a panel together with what counts for all; a null of the panel makes a shared entry unknown again."""
    document = {**shared, **own}
    for key in ("findings", "context"):
        if _is(shared.get(key)) and _is(own.get(key)):
            document[key] = {**shared[key], **own[key]}
    return document


def _tie_faults(moments: Mapping[int, Moment]) -> Iterator[Entry]:
    detail = (
        "Which of two panels came first cannot be told from their times. Send times that differ, or put results of "
        "one time into one panel."
    )
    places = list(moments)
    for first, second in ties(list(moments.values())):
        where = ("panels", str(places[second]), "collected_at")
        yield Entry(where, "inconsistent_values", detail, {"with": f"/panels/{places[first]}/collected_at"})
