"""A page of body temperatures, newest first: what follows it is older, and only those of the newest 24 hours count.

Most patients of a ward have more temperatures than a prefetched page holds. To call every such record incomplete would
say nothing of the patient, and would keep the warning for those records that do lack something.
"""

from __future__ import annotations

from typing import Any

from service.clinical.panel.moment import NEVER
from service.ehr.fhir.contents.document import walk
from service.ehr.fhir.contents.json_shapes import text
from service.ehr.fhir.results.observations import read_results
from service.ehr.record.highest_temperature import is_of_the_day
from service.ehr.record.newest_result import choose
from service.ehr.terminology.code_map import CodeMap

NEWEST_FIRST = "_sort=-date"
OF_THE_REST = ("link", "total")


def settled(page: Any, template: str, codes: CodeMap) -> Any:
    """Return the page without its link to the next and its total if nothing that follows can count; else as it is."""
    if text(page, "resourceType") != "Bundle" or not any(key in page for key in OF_THE_REST):
        return page
    if NEWEST_FIRST not in template.partition("?")[2].split("&") or not _holds_the_newest(page, codes):
        return page
    return {key: value for key, value in page.items() if key not in OF_THE_REST}


def _holds_the_newest(page: Any, codes: CodeMap) -> bool:
    """Return whether the test is known, and the page reaches back further than the results that can count.

    The order is not believed but seen, since some servers do not sort: each result has its time, and they fall.
    A result of the same moment as the last might follow; none that is newer than the last can.
    """
    read = read_results(walk(page), codes)
    results = read.results
    moments = [result.moment for result in results]
    is_sorted = NEVER not in moments and moments == sorted(moments, reverse=True)
    if len({result.observation for result in results}) != 1 or not is_sorted:
        return False
    read.read_needed(codes)
    chosen = choose(results)
    return bool(chosen.readings) and not is_of_the_day(moments[-1], chosen.newest)
