"""One block of lines to sorted runs: each resource under its patient, and what is to be told of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from service.cohort.bulk import spill
from service.cohort.bulk.export import Block
from service.cohort.bulk.ownership import (
    Deleted,
    Lost,
    OfIdentifier,
    OfPatient,
    Owned,
    Shared,
    owners,
    told_by_text,
)
from service.cohort.bulk.spill import LOST, Record, place_text, write_run

MOST_TOLD = 20
LONGEST_TYPE = 64
OTHER_TYPES = "other types"
RUN_BYTES = 4 << 20


class Fault(NamedTuple):
    """What was not read: where, why, and whether it is told of which patient it is."""

    place: str
    reason: str
    detail: str
    is_told: bool


@dataclass(slots=True)
class Sorted:
    """What was made of some lines: runs of records, things of no single patient, and what was not read.

    ``owned`` are resources by patient, ``names`` the identifiers of patients, ``waiting`` resources by identifier.
    ``faults`` are the first of those that ``lost`` and ``lost_of_any`` count: all, and those of any patient.
    """

    owned: Path | None = None
    names: Path | None = None
    waiting: Path | None = None
    shared: list[tuple[str, str, bytes]] = field(default_factory=list)
    deleted: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lost: int = 0
    lost_of_any: int = 0
    lines: int = 0
    of_nobody: Counter[str] = field(default_factory=Counter)


def sort_block(folder: Path, block: Block) -> Sorted:
    """Write the lines of a block into runs in a folder."""
    sorting = _Sorting()
    if block.fault:
        sorting.take(place_text(block.file, block.first), told_by_text(block.lines, block.fault))
        sorting.done.lines += bool(block.lines)
    else:
        for number, line in enumerate(block.lines.split(b"\n"), block.first):
            if said := line.strip():
                sorting.done.lines += 1
                sorting.take_all(place_text(block.file, number), owners(said))
    return sorting.into(folder)


def sort_waiting(folder: Path, pairs: Iterable[tuple[list[str], bytes]]) -> Iterator[Path | None]:
    """Write records that waited under an identifier into runs, under the patient who has it.

    Those of an identifier that nobody has stay under it; one that several have may be of each of them.
    """
    records, size = list[bytes](), 0
    for patients, record in pairs:
        key, place, resource = record.rstrip(b"\n").split(b"\t", 2)
        if len(patients) == 1:
            records.append(spill.written(Record(patients[0], place.decode(), resource)))
        elif patients:
            lost = LOST + b"identifier_shared"
            records += [spill.written(Record(patient, place.decode(), lost)) for patient in patients]
        else:
            records.append(b"%b\t%b\t%b\n" % (key, place, resource))
        size += len(record)
        if size >= RUN_BYTES:
            yield write_run(folder, records)
            records, size = [], 0
    yield write_run(folder, records)


class _Sorting:
    def __init__(self) -> None:
        self.done = Sorted()
        self._owned: list[bytes] = []
        self._names: list[bytes] = []
        self._waiting: list[bytes] = []

    def take_all(self, place: str, things: Iterable[Owned]) -> None:
        for thing in things:
            self.take(place, thing)

    def take(self, place: str, thing: Owned) -> None:
        """Put a thing where it belongs."""
        done = self.done
        match thing:
            case OfPatient(patient, resource, names):
                self._owned.append(spill.written(Record(patient, place, resource)))
                self._names += [spill.written(Record(name, "", spill.key_text(patient))) for name in names]
            case OfIdentifier(identifier, resource):
                self._waiting.append(spill.written(Record(identifier, place, resource)))
            case Shared(name, resource):
                done.shared.append((name, place, resource))
            case Deleted(name, at):
                done.deleted.append((name, at))
            case Lost():
                self._lose(place, thing)
            case _:
                is_name = thing.type.isascii() and thing.type.isalpha() and len(thing.type) <= LONGEST_TYPE
                done.of_nobody[thing.type if is_name else OTHER_TYPES] += 1

    def _lose(self, place: str, lost: Lost) -> None:
        done = self.done
        if lost.patient:
            self._owned.append(spill.written(Record(lost.patient, place, LOST + lost.reason.encode())))
        done.lost += 1
        done.lost_of_any += not lost.patient
        if len(done.faults) < MOST_TOLD:
            done.faults.append(Fault(place, lost.reason, lost.detail, bool(lost.patient)))

    def into(self, folder: Path) -> Sorted:
        """Write the runs."""
        done = self.done
        done.owned, done.names, done.waiting = (
            write_run(folder, records) for records in (self._owned, self._names, self._waiting)
        )
        return done
