"""Writes the page: one file of HTML that asks no other host and runs no script. Every text of it is escaped."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service import __version__
from service.clinical.assessment.assess import DISCLAIMER
from service.clinical.criteria import DIGEST
from service.cohort.report.contents import contents_of
from service.cohort.report.figures.agreement import DRAWS
from service.cohort.report.small_cells import Screen
from service.cohort.report.tally import Tally

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent, encoding="utf-8"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(tally: Tally, least: int, label: str, day: date) -> str:
    """Return the text of the page; ``least`` is the smallest count that is shown, ``label`` the name of its column."""
    return _PAGES.get_template("page.html").render(
        contents=contents_of(tally, Screen(least), label),
        day=day.isoformat(),
        version=__version__,
        digest=DIGEST,
        disclaimer=DISCLAIMER,
        draws=DRAWS,
    )
