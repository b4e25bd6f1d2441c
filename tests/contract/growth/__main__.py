"""Prints the worst figures of each way in: all members, all shapes, lists together, and sizes up to 1 MB."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from heapq import nlargest

from tests.contract.growth.measure import Figure, figure, groups, lists_of, of_lists, of_members
from tests.contract.growth.shapes import SHAPES
from tests.contract.growth.watched import value_at
from tests.contract.growth.ways import TABLES, WAYS, Way, body_of, tables

SIZE = 64_000
SIZES = (4_000, 16_000, 64_000, 256_000, 1_000_000)
SHOWN, FOLLOWED = 5, 20
SLACK = 1.0


def main(names: list[str]) -> int:
    """Print the figures of the ways named, or of all; return how many are above the limit."""
    above = 0
    for way in WAYS:
        if not names or way.name in names:
            above += _of(way)
    if not names or TABLES.name in names:
        for size in SIZES:
            grown = tables(size)
            above += _told(
                f"tables of {size}", [figure(TABLES, name, "table", body, None, SLACK) for name, body in grown]
            )
    return above


def _of(way: Way) -> int:
    places = way.places()
    figures = list(of_members(way, places, SIZE, slack=SLACK))
    above = _told(f"{way.name}: {len(places)} members, {len(SHAPES)} shapes, {SIZE} bytes", figures)
    by_name = {place.name: place for place in places}
    for size in SIZES:
        followed = []
        for worst in nlargest(FOLLOWED, figures, key=_seconds):
            place = by_name[worst.name]
            grown = SHAPES[worst.shape](size, value_at(place.document, place.path), str(place.path[-1]))
            followed.append(figure(way, place.name, worst.shape, body_of(place, grown), place.document, SLACK))
        above += _told(f"{way.name}: the slowest at {size} bytes", followed)
    together = groups(lists_of(places))
    kinds = ("distinct items", "copies")
    return above + _told(
        f"{way.name}: {len(together)} groups of lists", of_lists(way, together, 4 * SIZE, kinds, SLACK)
    )


def _seconds(body: Figure) -> float:
    return body.seconds


def _rate(body: Figure) -> float:
    return body.ms_per_kb


def _told(title: str, figures: Iterable[Figure]) -> int:
    found = list(figures)
    above = [body for body in found if body.seconds > body.allowed(SLACK)]
    sys.stdout.write(f"== {title}: {len(found)} bodies, {len(above)} above the limit\n")
    for body in dict.fromkeys([*nlargest(SHOWN, found, key=_rate), *above]):
        sys.stdout.write(f"   {body}\n")
    return len(above)


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1:])))
