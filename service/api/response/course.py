"""A trajectory as the JSON of the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from service.api.problems import Entry
from service.api.response.assessment import META, caution_document
from service.api.response.brief_document import scored_document
from service.api.response.catalogue import reference_document
from service.api.response.numbers import ends, json_number
from service.clinical.assessment.assess import DISCLAIMER, Assessment
from service.clinical.course.changes import CONSENSUS, Change, TimedReading
from service.clinical.course.course import Remark, Trajectory
from service.clinical.course.events import Event
from service.clinical.course.visit import Dose, Visit
from service.clinical.measurement.interval import Interval
from service.server import budget
from service.server.messages.strict_json import written

CONSENSUS_DOCUMENT = {
    "mas_direction": CONSENSUS.direction,
    "note": CONSENSUS.note,
    "references": [reference_document(CONSENSUS.reference)],
}


AssessmentDocument = Callable[[Assessment, Iterable[Entry]], dict[str, Any]]


def trajectory_document(
    trajectory: Trajectory,
    omitted: Mapping[str, Iterable[Entry]],
    of_assessment: AssessmentDocument = scored_document,
) -> dict[str, Any]:
    """Return the answer to POST /v1/trajectories; ``omitted`` has the left-out faults by the panel's time as sent.

    What there may be a thousand of is written at once: as objects it would take four times the memory.
    """
    return {
        "course": {
            "state": trajectory.course.state,
            "awaited": list(trajectory.course.awaited),
            "summary": trajectory.summary,
        },
        "assessments": [
            written(_visit(visit, of_assessment(visit.assessment, omitted.get(visit.moment.text, ()))))
            for visit in budget.checked(trajectory.visits)
        ],
        "dynamics": [written(_change(change)) for change in budget.checked(trajectory.changes)],
        "events": [_event(event) for event in trajectory.events],
        "cautions": [caution_document(caution) for caution in trajectory.cautions],
        "warnings": [_remark(remark) for remark in trajectory.remarks],
        "consensus": CONSENSUS_DOCUMENT,
        "disclaimer": DISCLAIMER,
        "meta": META,
    }


def _visit(visit: Visit, assessment: dict[str, Any]) -> dict[str, Any]:
    """Return the assessment of one panel without the breakdown; its pointers start at that panel."""
    return {
        "collected_at": visit.moment.text,
        **assessment,
        "treatments_before": [_dose(dose) for dose in visit.doses],
    }


def _dose(dose: Dose) -> dict[str, Any]:
    return {"name": dose.name, "dose_number": dose.number}


def _change(change: Change) -> dict[str, Any]:
    return {
        "observation": change.observation,
        "unit": change.unit,
        "from": _end(change.earlier, change.before),
        "to": _end(change.later, change.after),
        "delta": number_or_range(change.delta),
        "delta_percent": None if change.percent is None else number_or_range(change.percent),
        "days": json_number(change.days),
        "direction": change.direction,
        "in_mas_direction": change.in_mas_direction,
        "masked_by": list(change.masked_by),
        "text": change.text,
    }


def _end(result: TimedReading, value: Interval) -> dict[str, Any]:
    return {
        "collected_at": result.moment.text,
        "reported": result.reading.reported,
        "evidence": result.reading.evidence.value,
        "value": number_or_range(value),
    }


def number_or_range(interval: Interval) -> Any:
    """Return one number where exactly one value is left, else ``{min, max}`` with null for an open end."""
    return json_number(interval.low) if interval.is_point else ends(interval)


def _event(event: Event) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": event.kind, "collected_at": event.visit.moment.text}
    if event.observation:
        assert event.was is not None
        shown |= {"observation": event.observation, "was": event.was.value, "masked_by": list(event.therapies())}
        shown["in_mas_direction"] = event.in_mas_direction
    else:
        category = event.visit.assessment.classification.category
        shown |= {"category": category, "cautions": list(event.therapies())}
    if event.visit.doses:
        shown["after_treatment"] = _dose(event.visit.doses[-1])
    return shown


def _remark(remark: Remark) -> dict[str, Any]:
    ending = f"/{remark.key}" if remark.key else ""
    return {"code": remark.code, "pointer": f"/treatments/{remark.place}{ending}", "message": remark.message}
