"""On paper: nothing lies over anything else, and it says whose answer it is, when it was printed, and what it is not."""

import re
from typing import Any

import pytest

from tests.web.browser.conftest import Visit
from tests.web.browser.paper import CM, Box, overlaps, pages, words
from tests.web.browser.screenshots import course

MARGIN = dict.fromkeys(("top", "bottom", "left", "right"), CM)
SIZES = {"A4": (595, 842), "Letter": (612, 792)}


def shown(visit: Visit, what: str) -> Any:
    if what != "course":
        return visit.load(what)
    page = visit.open()
    course(page)
    return page


@pytest.mark.parametrize("what", ["patient_1", "patient_2", "course"])
@pytest.mark.parametrize("size", SIZES)
def test_no_two_texts_overlap_on_paper(visit: Visit, size: str, what: str) -> None:
    page = shown(visit, what)
    page.evaluate("document.querySelectorAll('.set').forEach(one => (one.open = true))")
    pdf = page.pdf(format=size, margin=MARGIN, print_background=True)
    printed = pages(pdf)
    assert overlaps(printed) == []
    for (width, height), boxes in printed:
        assert (width, height) == pytest.approx(SIZES[size], abs=2)
        assert [box for box in boxes if box.left < 20 or box.right > width - 20] == []


@pytest.mark.parametrize("what", ["patient_1", "course"])
def test_paper_has_lines_for_whose_it_is_the_time_and_the_disclaimer(visit: Visit, what: str) -> None:
    page = shown(visit, what)
    said = words(page.pdf(format="A4", margin=MARGIN))
    assert re.search(r"Name.*Number", said, re.DOTALL)
    assert re.search(r"Printed on \d{4}-\d\d-\d\d \d\d:\d\d", said)
    assert "not a diagnosis" in said
    assert "What was entered" in said


def test_the_checker_of_overlaps_tells_lying_over_from_standing_beside() -> None:
    box = Box("116", 10, 10, 30, 20)
    assert box.covers(Box("905", 25, 15, 40, 25))
    assert not box.covers(Box("905", 30, 10, 50, 20))
    assert not box.covers(Box("905", 10, 20, 30, 30))
