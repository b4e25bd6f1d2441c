"""The times that an Observation gives: of its sample, and of its issue."""

from __future__ import annotations

from service.ehr.fhir.contents.json_shapes import Resource, table
from service.ehr.results.result_times import Times


def times_of(resource: Resource, observation: Resource) -> Times:
    """Return the times of a result; ``observation`` is the Observation as sent, ``resource`` has what it inherits too.

    The one that says most comes first; a Timing is not read. A period that has not ended is of the time of its start.
    """
    period = table(resource, "effectivePeriod")
    start, end = period.get("start"), period.get("end")
    dated = [(resource.get(key), False) for key in ("effectiveDateTime", "effectiveInstant", "effectiveTiming")]
    issued = resource.get("issued")
    is_own = observation.get("issued") == issued
    return Times([*dated, (end, True), (start, False)], (start, end), issued, is_own)
