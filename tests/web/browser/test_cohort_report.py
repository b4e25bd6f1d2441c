"""The report on a cohort in a browser: asks nobody, reads on a phone, in the dark and on paper, and axe is content."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from service.clinical.assessment.category import CATEGORIES
from service.clinical.criteria import CATALOGUE
from service.cohort.command import main
from service.cohort.report.source import VERDICTS
from tests.support.cohort_results import REFUSED, table_of
from tests.web.browser.paper import overlaps, pages, words
from tests.web.browser.test_reach import NARROW, violations


def row(chance: random.Random) -> dict[str, str]:
    """Return a row that any cohort may have."""
    verdicts = {f"{key}{ending}": chance.choice(VERDICTS) for key in CATALOGUE for ending in ("", ".implied")}
    low = chance.randint(20, 200)
    return {
        **verdicts,
        "id": f"P{chance.randint(1, 100)}",
        "category": chance.choice(CATEGORIES),
        "primary": "eular-acr-printo-2016",
        "hscore.min": str(low),
        "hscore.max": chance.choice(["", str(low), str(low + 60)]),
        "missing": "ast;fibrinogen;triglycerides",
        "decisive": f"eular-acr-printo-2016:{chance.choice(['ast', 'fibrinogen'])};hscore:triglycerides",
        "MAS": chance.choice(["yes", "no", "no", "", "perhaps"]),
    }


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    chance = random.Random(20161)
    results = tmp_path_factory.mktemp("report") / "results.csv"
    results.write_text(table_of([*(row(chance) for _ in range(120)), REFUSED], "MAS"), encoding="utf-8")
    page = results.with_name("report.html")
    assert main(["report", str(results), "--label", "MAS", "-o", str(page)]) == 0
    return Path(page).as_uri()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_axe_finds_nothing(visitors: Any, report: str, width: int, scheme: str) -> None:
    visit = visitors(report, viewport={"width": width, "height": 900}, color_scheme=scheme)
    visit.open()
    assert violations(visit) == []


@pytest.mark.parametrize("width", NARROW)
def test_no_more_than_a_table_scrolls_sideways(visitors: Any, report: str, width: int) -> None:
    page = visitors(report, viewport={"width": width, "height": 800}).open()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_needs_no_script_and_no_host(visitors: Any, report: str) -> None:
    visit = visitors(report, java_script_enabled=False)
    page = visit.open()
    assert page.locator("h1").inner_text().startswith("Cohort report")
    assert [request.url for request in visit.requests] == [report]


def test_the_bars_are_as_long_as_their_counts(visitors: Any, report: str) -> None:
    page = visitors(report).open()
    widths = page.evaluate(
        "[...document.querySelectorAll('[aria-label=Categories] tbody tr')].map(row => "
        "[Number(row.cells[1].textContent), row.querySelector('rect').getBoundingClientRect().width])"
    )
    counts, lengths = zip(*widths, strict=True)
    assert sum(counts) == 120
    ratios = [length / count for count, length in zip(counts, lengths, strict=True)]
    assert ratios == pytest.approx([ratios[0]] * len(ratios), rel=0.02)


@pytest.mark.parametrize("size", ["A4", "Letter"])
def test_on_paper_nothing_overlaps_or_is_cut_off(visitors: Any, report: str, size: str) -> None:
    margin = dict.fromkeys(("top", "bottom", "left", "right"), "12mm")
    pdf = visitors(report).open().pdf(format=size, margin=margin)
    printed = pages(pdf)
    assert overlaps(printed) == []
    for (width, _), boxes in printed:
        assert [box for box in boxes if box.left < 30 or box.right > width - 30] == []
    said = words(pdf)
    assert "Classification aid, not a diagnosis" in said
    assert "HScore" in said
