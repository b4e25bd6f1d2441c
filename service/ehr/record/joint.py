"""Several results of one test that all count, since which is the newest cannot be told: what they say together."""

from __future__ import annotations

from service.clinical.measurement.analytes import ANALYTES
from service.clinical.measurement.interval import Interval
from service.clinical.measurement.numbers_in_words import number_text
from service.clinical.measurement.reading import Evidence, Reading
from service.ehr.fhir.json_shapes import Resource
from service.ehr.record.ranking import canonical, known, order
from service.ehr.record.result import Result


def can_be_joined(group: list[Result]) -> bool:
    """Return whether results of which each may be the newest say the same, or are numbers between which it lies."""
    readings = [known(one) for one in group]
    is_measured = all(one.evidence is Evidence.MEASURED for one in readings)
    return is_measured or len({(canonical(one), known(one).evidence) for one in group}) <= 1


def joint_reading(group: list[Result]) -> tuple[Reading, list[Result]]:
    """Return the reading of results of one moment: what was measured counts, and it reaches over all of it."""
    if len(group) == 1:
        return known(group[0]), group
    measured = [one for one in group if known(one).evidence is Evidence.MEASURED]
    used = sorted(measured or group, key=order)
    if len({canonical(one) for one in used}) == 1 or not measured:
        return known(used[0]), used
    units = {known(one).unit for one in used}
    unit = units.pop() if len(units) == 1 else ANALYTES[used[0].observation].canonical
    table = ANALYTES[used[0].observation].table
    intervals = [table.convert_interval(known(one).interval, known(one).unit, unit) for one in used]
    low = min(intervals, key=lambda one: (one.low, one.low_open))
    high = max(intervals, key=lambda one: (one.high, not one.high_open))
    reach = Interval(low.low, high.high, low.low_open, high.high_open)
    reported = f"{number_text(reach.low)} to {number_text(reach.high)} {unit}"
    return Reading(reach, unit, Evidence.MEASURED, reported), used


def references_of(used: list[Result]) -> list[Resource]:
    """Return each Observation that was used once, in an order that does not depend on that of the record."""
    if len(used) == 1:
        return [used[0].reference]
    references = {str(one): one for one in (one.reference for one in used)}
    return [references[key] for key in sorted(references)]
