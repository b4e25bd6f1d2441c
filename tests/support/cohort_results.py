"""Tables of results as the cohort command writes them, for the report on them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

from service.clinical.criteria import CATALOGUE
from service.cohort.report.source import open_results
from service.cohort.report.tally import Counting, Tally
from service.cohort.results import COLUMNS, SCORED

OPEN = {
    "status": "200",
    "category": "indeterminate",
    **{f"{key}{ending}": "indeterminate" for key in CATALOGUE for ending in ("", ".implied")},
    **{f"{key}.{end}": number for key in SCORED for end, number in (("min", "0"), ("max", "1"))},
}
"""An answered row that leaves everything open."""
REFUSED = {"status": "422", "problems": "/observations/ferritin unit_required: Send the unit."}


def table_of(rows: Iterable[Mapping[str, str]], *others: str) -> str:
    """Return a table with the columns of the results and some others; each row says what differs from OPEN."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*COLUMNS, *others], lineterminator="\n", restval="")
    writer.writeheader()
    for number, row in enumerate(rows, 1):
        base = OPEN if row.get("status", "200") == "200" else {}
        writer.writerow({"row": str(number), **base, **row})
    return text.getvalue()


def tally_of(rows: Iterable[Mapping[str, str]], *others: str, label: str = "") -> Tally:
    """Return what is counted of such a table."""
    return tally_of_text(table_of(rows, *others), label)


def tally_of_text(text: str, label: str = "") -> Tally:
    """Return what is counted of a table."""
    columns, found = open_results(io.StringIO(text), label)
    counting = Counting(columns)
    for cells in found:
        counting.add(cells)
    return counting.finish()


SIXTEEN = [
    {"MAS": label, "eular-acr-printo-2016": verdict, "eular-acr-printo-2016.implied": verdict, "category": category}
    for label, verdict, category, times in (
        ("yes", "met", "likely", 5),
        ("yes", "not_met", "unlikely", 1),
        ("yes", "indeterminate", "indeterminate", 2),
        ("no", "met", "probable", 1),
        ("no", "not_met", "possible", 2),
        ("no", "not_met", "unlikely", 4),
        ("no", "indeterminate", "indeterminate", 1),
    )
    for _ in range(times)
]
"""Eight cases and eight controls whose figures are worked out by hand in the tests."""
