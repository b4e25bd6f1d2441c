"""How long a way in takes for a body, held against what its size allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import combinations
from typing import Any

from tests.contract.growth.shapes import Shape
from tests.contract.growth.watched import value_at
from tests.contract.growth.ways import ROW, TABLES, Place, Way, tables

MS_PER_KB = 0.5
MS_PER_KB_OF_NAMES = 6.0
"""The same for a table: each name in its header is held against all that are known. No server reads one."""
MS_PER_ROW = 0.75
"""A row of a table, however short: it is assessed, as a line of a batch is."""
WORK = {"panels": 6.0, "panels.collected_at": 6.0, "rows": 1000 * MS_PER_ROW / len(ROW)}
"""The same for what is work: each panel of a course, and each row of a table, is assessed."""
MS_PER_PART = 0.025
"""A segment of a message and a repetition of a field, however short: each may be a result, an order, a drug, a code."""
MOST_SECONDS = 1.0
FIXED_MS = 10.0
"""What a body may take whatever its size: up to fifty slips have their nearest known words looked for."""
MS_PER_LINE = 6.0
"""A line of a batch, however short: each is assessed, and answered with a document of its own."""
SLACK = 3
"""What remains when the pace of the machine is known."""
QUIET_SECONDS = 0.003
"""What the reference takes on the machine on which the limits were found, when it has nothing else to do."""
MOST_TIMES_A_QUARTER = 8
"""Four times the size takes four times as long, and sixteen times if it is a product."""
TRIES = 4
GROUP = 8


@dataclass(frozen=True, slots=True)
class Figure:
    """What one body took beyond the document that it grew from."""

    name: str
    shape: str
    size: int
    seconds: float
    parts: int = 0
    pace: float = 1.0
    times_a_quarter: float = 0.0
    """How many times longer than for a quarter of the size; found out for what takes more than it should when quiet."""

    @property
    def is_too_slow(self) -> bool:
        """Whether it takes more than even a busy machine does, or grows faster than its size."""
        return self.seconds > self.allowed(SLACK * self.pace) or self.times_a_quarter > MOST_TIMES_A_QUARTER

    @property
    def ms_per_kb(self) -> float:
        """Processor time for a kilobyte."""
        return 1e6 * self.seconds / self.size

    def allowed(self, slack: float) -> float:
        """Seconds that a body of this size may take."""
        rate = WORK.get(self.name, MS_PER_KB_OF_NAMES if self.shape == "table" else MS_PER_KB)
        return slack * min(MOST_SECONDS, (FIXED_MS + MS_PER_PART * self.parts + rate * self.size / 1000) / 1000)

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


def reference_seconds(tries: int = TRIES) -> float:
    """Return the least processor time of some work that is always the same: objects, texts and look-ups."""
    least = float("inf")
    for _ in range(tries):
        begun = time.thread_time()
        made = [{"id": f"i{number}", "value": number} for number in range(10_000)]
        by_name = {item["id"]: item for item in made}
        assert all(by_name[item["id"]] is item for item in made)
        least = min(least, time.thread_time() - begun)
    return least


def pace() -> float:
    """Return how many times longer than on the quiet machine all takes now, at least once."""
    return max(1.0, reference_seconds() / QUIET_SECONDS)


@cache
def _base(way: Way, body: bytes) -> float:
    return seconds_of(way, body)


def figure(
    way: Way, name: str, shape: str, body_of_size: Callable[[int], bytes], size: int, document: Any = None
) -> Figure:
    """Return what a body takes; what is above the limit is tried again, for others may have had the machine."""
    base = _base(way, way.form.body_with(document, {})) if document is not None else 0.0
    body = body_of_size(size)
    parts = sum(map(body.count, (way.form.parts[at : at + 1] for at in range(len(way.form.parts)))))
    quiet = Figure(name, shape, len(body), 0.0, parts).allowed(1)
    spent = max(0.0, seconds_of(way, body, base + quiet) - base)
    if spent < quiet:
        return Figure(name, shape, len(body), spent, parts)
    quarter = max(1e-4, seconds_of(way, body_of_size(size // 4)) - base)
    return Figure(name, shape, len(body), spent, parts, pace(), spent / quarter)


def of_members(way: Way, places: Iterable[Place], size: int, *, step: int = 1) -> Iterator[Figure]:
    """Yield a figure for each place and shape; with a step each place has some shapes, and each shape some places."""
    for at, place in enumerate(places):
        for turn, (name, shape) in enumerate(way.form.shapes.items()):
            if (at + turn) % step == 0:
                yield figure(way, place.name, name, partial(_alone, way, place, shape), size, place.document)


def of_member(way: Way, place: Place, shape: str, size: int) -> Figure:
    """Return the figure of one place and shape."""
    return figure(way, place.name, shape, partial(_alone, way, place, way.form.shapes[shape]), size, place.document)


def _alone(way: Way, place: Place, shape: Shape, size: int) -> bytes:
    grown = shape(size, value_at(place.document, place.path), str(place.path[-1]))
    return way.form.body_with(place.document, {place.path: grown})


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
        left = {
            (place, other) for place, other in combinations(range(len(own)), 2) if _are_apart(own[place], own[other])
        }
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


def of_lists(way: Way, together: Iterable[tuple[Place, ...]], size: int, kinds: Iterable[str]) -> Iterator[Figure]:
    """Yield a figure for places that grow together: a loop within a loop takes their product."""
    for group in together:
        name = " x ".join(place.name for place in group)
        for kind in kinds:
            yield figure(
                way, name, kind, partial(_together, way, group, way.form.shapes[kind]), size, group[0].document
            )


def _together(way: Way, group: tuple[Place, ...], shape: Shape, size: int) -> bytes:
    document = group[0].document
    grown = {
        place.path: shape(size // len(group), value_at(document, place.path), str(place.path[-1])) for place in group
    }
    return way.form.body_with(document, grown)


def of_tables(size: int) -> Iterator[Figure]:
    """Yield a figure for each thing in which a table grows."""
    for name, body_of_size in tables():
        yield figure(TABLES, name, "table", body_of_size, size)
