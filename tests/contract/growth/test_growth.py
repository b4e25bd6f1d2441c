"""Work grows with the size of a request and no faster, whichever member of it grows, alone or beside others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from service.server.messages.strict_json import NotJson, loads
from tests.contract.growth.measure import (
    MS_PER_LINE,
    SLACK,
    Figure,
    groups,
    lists_of,
    of_lists,
    of_members,
    of_tables,
    pace,
    seconds_of,
)
from tests.contract.growth.shapes import LISTS
from tests.contract.growth.watched import places_of
from tests.contract.growth.ways import WAYS, Place, Way
from tests.support.drawn import SHARE

SIZE, SIZE_TOGETHER, SIZE_OF_TABLES = 16_000, 96_000, 8_000
STEP = 25 * SHARE  # each place has every 25th shape, and each shape every 25th place; ``make growth`` tries all
OTHERS_STEP = {"summaries": 3, "batch": 3, "forms": 6, "acknowledgements": 3}  # their reader is that of another way
GROUP_STEPS = {
    "records": 8 * SHARE,
    "assessments": 5,
    "trajectories": 5,
    "calls": 4 * SHARE,
    "feedback": 1,
    "messages": 4 * SHARE,
}
TURNS = 3


def too_slow(figures: Iterable[Figure]) -> list[str]:
    """Name those that take more than their size allows."""
    return [str(figure) for figure in figures if figure.is_too_slow]


@pytest.mark.parametrize("turn", range(TURNS))
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_a_member_that_grows_takes_time_by_its_size(way: Way, turn: int) -> None:
    """Every text, number, list and nesting of every member that is described or asked for."""
    assert not too_slow(of_members(way, way.places()[turn::TURNS], SIZE, step=STEP * OTHERS_STEP.get(way.name, 1)))


@pytest.mark.parametrize("turn", range(TURNS))
@pytest.mark.parametrize("way", [way for way in WAYS if way.name in GROUP_STEPS], ids=lambda way: way.name)
def test_lists_that_grow_together_are_no_product(way: Way, turn: int) -> None:
    """Any two lists of a document."""
    together = groups(lists_of(way.places()))[turn :: TURNS * GROUP_STEPS[way.name]]
    assert not too_slow(of_lists(way, together, SIZE_TOGETHER, ["distinct items"]))


def test_a_table_takes_time_by_its_size() -> None:
    """Its cells, its header, its titles and its rows."""
    assert not too_slow(of_tables(SIZE_OF_TABLES))


@pytest.mark.parametrize("line", [b"{}", b"1", b"[", b'{"findings":{"fever":true}}'])
def test_a_line_of_a_batch_takes_no_more_than_a_line_may(line: bytes) -> None:
    """However short it is; blank ones are none."""
    batch, lines = next(way for way in WAYS if way.name == "batch"), 100
    allowed = SLACK * MS_PER_LINE * lines / 1000
    assert seconds_of(batch, lines * (line + b"\n"), allowed) < allowed * pace()


DOCUMENT = {"list": [{"inner": {"word": "x"}}], "other": [{}], "text": "x"}


def careful(document: Any) -> None:
    """A reader that asks for more than the document has."""
    for item in document["list"]:
        if "deep" in item.get("inner", {}):
            item["inner"]["deep"]
    for item in document.get("absent") or []:
        (document | item).get("below")


def careless(body: bytes) -> int:
    """A reader that looks through one list for each item of another."""
    try:
        document = loads(body)
    except NotJson:
        return 0
    first, second = ([item for item in document[key] if isinstance(item, dict)] for key in ("list", "other"))
    return sum(item.get("id") == other.get("id") for item in first for other in second)


def test_the_watch_finds_what_readers_ask_for() -> None:
    """Also members that the document lacks, and what is asked of those."""
    found = places_of(DOCUMENT, careful)
    assert {"list", "list.inner", "list.inner.deep", "list.inner.word", "absent", "other", "text"} <= found.keys()


def test_a_product_of_two_lists_is_noticed() -> None:
    """Each of them alone grows as it should."""
    way = Way("careless", careless, list)
    places = [Place(name, DOCUMENT, path) for name, path in places_of(DOCUMENT, careful).items()]
    assert not too_slow(of_lists(way, [(place,) for place in places if place.name == "list"], SIZE, LISTS))
    together = groups([place for place in places if place.name in ("list", "other")])
    assert too_slow(of_lists(way, together, SIZE_TOGETHER, ["distinct items"]))
