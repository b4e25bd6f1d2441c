"""How long a way in takes for a body, held against what its size allows."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

from tests.contract.growth.shapes import SHAPES
from tests.contract.growth.watched import Path, value_at
from tests.contract.growth.ways import Place, Way, body_of, body_with

MS_PER_KB = 0.5
MS_PER_KB_OF_NAMES = 6.0
"""The same for a table: each name in its header is held against all that are known. No server reads one."""
WORK = {"panels": 6.0, "panels.collected_at": 6.0, "rows": 60.0}
"""The same for what is work: each panel of a course, and each short row of a table, is assessed."""
MOST_SECONDS = 1.0
FIXED_MS = 10.0
"""What a body may take whatever its size: up to fifty slips have their nearest known words looked for."""
SLACK = 12 if sys.gettrace() else 4
"""A machine that runs other tests, and one that counts lines. What grew with the square took a hundred times the limit."""
TRIES = 4
GROUP = 8


@dataclass(frozen=True, slots=True)
class Figure:
    """What one body took beyond the document that it grew from."""

    name: str
    shape: str
    size: int
    seconds: float

    @property
    def ms_per_kb(self) -> float:
        """Processor time for a kilobyte."""
        return 1e6 * self.seconds / self.size

    def allowed(self, slack: float) -> float:
        """Seconds that a body of this size may take."""
        rate = WORK.get(self.name, MS_PER_KB_OF_NAMES if self.shape == "table" else MS_PER_KB)
        return slack * min(MOST_SECONDS, (FIXED_MS + rate * self.size / 1000) / 1000)

    def __str__(self) -> str:
        return f"{self.ms_per_kb:6.2f} ms/kB, {self.seconds:6.3f} s, {self.size:8} bytes: {self.name}, {self.shape}"


def seconds_of(way: Way, body: bytes, enough: float = 0.0, tries: int = TRIES) -> float:
    """Return the least processor time of some tries; stops when it is below ``enough``."""
    least = float("inf")
    for _ in range(tries):
        begun = time.thread_time()
        way.send(body)
        least = min(least, time.thread_time() - begun)
        if least < enough:
            break
    return least


@cache
def _base(way: Way, body: bytes) -> float:
    return seconds_of(way, body)


def figure(way: Way, name: str, shape: str, body: bytes, document: Any, slack: float) -> Figure:
    """Return what a body takes; what is above the limit is tried again, for others may have had the machine."""
    base = _base(way, body_with(document, {})) if document is not None else 0.0
    least = Figure(name, shape, len(body), 0.0)
    spent = seconds_of(way, body, base + least.allowed(slack) / 2)
    return Figure(name, shape, len(body), max(0.0, spent - base))


def of_members(
    way: Way, places: Iterable[Place], size: int, *, step: int = 1, slack: float = SLACK
) -> Iterator[Figure]:
    """Yield a figure for each place and shape; with a step each place has some shapes, and each shape some places."""
    for at, place in enumerate(places):
        for turn, (name, shape) in enumerate(SHAPES.items()):
            if (at + turn) % step == 0:
                grown = shape(size, value_at(place.document, place.path), str(place.path[-1]))
                yield figure(way, place.name, name, body_of(place, grown), place.document, slack)


def lists_of(places: list[Place]) -> list[Place]:
    """Return the places that hold a list or an object, and so may hold many; of alike documents those of the first."""
    return [
        place
        for place in places
        if any(other.path[: len(place.path)] == place.path != other.path for other in places)
        or isinstance(value_at(place.document, place.path), list)
    ]


def groups(places: list[Place], most: int = GROUP) -> list[tuple[Place, ...]]:
    """Return groups of places of one document so that each two that can grow together do so in one of them."""
    found: list[tuple[Place, ...]] = []
    documents = {id(place.document): place.document for place in places}
    for number in documents:
        own = [place for place in places if id(place.document) == number]
        left = {(one, other) for one, other in combinations(range(len(own)), 2) if _are_apart(own[one], own[other])}
        while left:
            group = list(min(left))
            for at, place in enumerate(own):
                gains = sum(tuple(sorted((at, member))) in left for member in group)
                is_apart = all(_are_apart(place, own[member]) for member in group)
                if len(group) < most and is_apart and gains > len(group) // 2:
                    group.append(at)
            left -= {tuple(sorted(pair)) for pair in combinations(group, 2)}
            found.append(tuple(own[member] for member in group))
    return found


def _are_apart(one: Place, other: Place) -> bool:
    """Whether neither lies within the other."""
    return one.path[: len(other.path)] != other.path and other.path[: len(one.path)] != one.path


def of_lists(
    way: Way, together: Iterable[tuple[Place, ...]], size: int, kinds: Iterable[str], slack: float = SLACK
) -> Iterator[Figure]:
    """Yield a figure for places that grow together: a loop within a loop takes their product."""
    for group in together:
        document = group[0].document
        for kind in kinds:
            grown: dict[Path, str] = {
                place.path: SHAPES[kind](size // len(group), value_at(document, place.path), str(place.path[-1]))
                for place in group
            }
            name = " x ".join(place.name for place in group)
            yield figure(way, name, kind, body_with(document, grown), document, slack)
