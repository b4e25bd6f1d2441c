"""Prints the worst figures of each way in: all members, all shapes, lists together, and sizes up to 1 MB."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from heapq import nlargest

from tests.contract.growth.measure import Figure, groups, lists_of, of_lists, of_member, of_members, of_tables
from tests.contract.growth.ways import TABLES, WAYS, Way

SIZE = 64_000
SIZES = (4_000, 16_000, 64_000, 256_000, 1_000_000)
SHOWN, FOLLOWED = 5, 20


def main(*names: str, step: int = 1) -> int:
    """Write the figures of the ways named, or of all; return how many are above the limit.

    With a step each place has some of the shapes, and each shape some of the places.
    """
    above = sum(_of(way, step) for way in WAYS if not names or way.name in names)
    if not names or TABLES.name in names:
        above += sum(_told(f"tables of {size} bytes", of_tables(size)) for size in SIZES[:-1])
    return above


def _of(way: Way, step: int) -> int:
    places = way.places()
    figures = list(of_members(way, places, SIZE, step=step))
    above = _told(f"{way.name}: {len(places)} members, {len(way.form.shapes)} shapes, {SIZE} bytes", figures)
    by_name = {place.name: place for place in places}
    slowest = nlargest(FOLLOWED, figures, key=_seconds)
    for size in SIZES:
        followed = [of_member(way, by_name[figure.name], figure.shape, size) for figure in slowest]
        above += _told(f"{way.name}: the slowest of them at {size} bytes", followed)
    together = groups(lists_of(places))[::step]
    return above + _told(
        f"{way.name}: {len(together)} groups of lists", of_lists(way, together, 2 * SIZE, way.form.lists[:2])
    )


def _seconds(body: Figure) -> float:
    return body.seconds


def _rate(body: Figure) -> float:
    return body.ms_per_kb


def _told(title: str, figures: Iterable[Figure]) -> int:
    found = list(figures)
    above = [body for body in found if body.seconds > body.allowed(body.pace) or body.is_too_slow]
    sys.stdout.write(f"== {title}: {len(found)} bodies, {len(above)} above the limit\n")
    for body in dict.fromkeys([*nlargest(SHOWN, found, key=_rate), *above]):
        sys.stdout.write(f"   {body}\n")
    sys.stdout.flush()
    return len(above)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.contract.growth", description=__doc__)
    parser.add_argument("ways", nargs="*", metavar="way", help=", ".join(way.name for way in (*WAYS, TABLES)))
    parser.add_argument("--step", type=int, default=1, help="try one of so many shapes of each place (default all)")
    asked = parser.parse_args()
    sys.exit(min(1, main(*asked.ways, step=asked.step)))
