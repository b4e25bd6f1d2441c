"""Lines on disk while they are put in order by patient: sorted runs, merged a few at a time, so memory stays bounded.

Each record is one line: the patient as JSON text, the place (file and line) in digits, and the resource, with tabs
between. Records compare as bytes, so those of a patient stand together, in the order of the export.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from service.cohort.processes import endings_held_back

RUNS_AT_ONCE = 64
LOST = b"!"
"""How what stands in place of a line begins that was not read; the reason follows. No JSON begins so."""
_FILE_DIGITS, _LINE_DIGITS = 6, 12
PREFIX = "mas-from-fhir-"


class Record(NamedTuple):
    """What stands in one record: whose it is, its place, and the resource or LOST with the reason."""

    key: str
    place: str
    resource: bytes


def place_text(file: int, line: int) -> str:
    """Return the place of a line as the records hold it."""
    return f"{file:0{_FILE_DIGITS}}{line:0{_LINE_DIGITS}}"


def place_of(text: str, names: list[str]) -> str:
    """Return a place as people read it: ``Observation.000.ndjson:17``."""
    return f"{names[int(text[:_FILE_DIGITS])]}:{int(text[_FILE_DIGITS:])}"


def written(record: Record) -> bytes:
    """Return a record as one line."""
    return b"%b\t%b\t%b\n" % (key_text(record.key), record.place.encode(), record.resource)


def key_text(key: str) -> bytes:
    """Return a key as the records hold it, without any blank or break of its own."""
    return json.dumps(key)[1:-1].encode()


def key_of(record: bytes) -> bytes:
    """Return the key of a record that was written."""
    return record.partition(b"\t")[0]


def read_key(key: bytes) -> str:
    """Return the key as text."""
    found: str = json.loads(b'"%b"' % key)
    return found


def write_run(folder: Path, records: list[bytes]) -> Path | None:
    """Write records in their order into a new file of a folder; None if there are none."""
    if not records:
        return None
    records.sort()
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as stream:  # of mode 0600
        stream.writelines(records)
    return Path(stream.name)


class Sorter:
    """Runs of records, merged into longer ones whenever many have come together."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._levels: list[list[Path]] = []

    def add(self, run: Path | None, level: int = 0) -> None:
        """Take a run."""
        if run is None:
            return
        if level == len(self._levels):
            self._levels.append([])
        self._levels[level].append(run)
        if len(self._levels[level]) == RUNS_AT_ONCE:
            runs, self._levels[level] = self._levels[level], []
            self.add(self._merged(runs), level + 1)

    def records(self) -> Iterator[bytes]:
        """Yield all records in order."""
        return _read(self.runs)

    @property
    def runs(self) -> list[Path]:
        """The runs that there are."""
        return [run for level in self._levels for run in level]

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return sum(run.stat().st_size for run in self.runs)

    def _merged(self, runs: list[Path]) -> Path:
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as stream:
            stream.writelines(_read(runs))
        for run in runs:
            run.unlink()
        return Path(stream.name)


def _read(runs: list[Path]) -> Iterator[bytes]:
    with ExitStack() as stack:
        yield from merge(*(stack.enter_context(run.open("rb")) for run in runs))


class Shelf:
    """What no single patient has: resources that several refer to, and the names of those that were deleted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.has_shared = self.has_deleted = False
        with closing(sqlite3.connect(path)) as base, base:
            base.execute("CREATE TABLE shared (name TEXT, place TEXT, resource BLOB)")
            base.execute("CREATE TABLE deleted (name TEXT, at TEXT)")

    def put(self, shared: Iterable[tuple[str, str, bytes]], deleted: Iterable[tuple[str, str]]) -> None:
        """Add resources with their names and places, and names with the times of their deletion."""
        with closing(sqlite3.connect(self._path)) as base, base:
            base.executemany("INSERT INTO shared VALUES (?, ?, ?)", shared)
            base.executemany("INSERT INTO deleted VALUES (?, ?)", deleted)

    def close(self) -> None:
        """Make ready to be asked: all is there."""
        with closing(sqlite3.connect(self._path)) as base, base:
            for table in ("shared", "deleted"):
                base.execute(f"CREATE INDEX by_name_{table} ON {table} (name)")
            self.has_shared = bool(base.execute("SELECT EXISTS (SELECT 1 FROM shared)").fetchone()[0])
            self.has_deleted = bool(base.execute("SELECT EXISTS (SELECT 1 FROM deleted)").fetchone()[0])

    def shared(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield place and resource of each thing of these names, in the order of the export."""
        with closing(sqlite3.connect(self._path)) as base:
            for name in names:
                yield from base.execute("SELECT place, resource FROM shared WHERE name = ? ORDER BY place", (name,))

    def deleted(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield name and time of each deletion of these names."""
        with closing(sqlite3.connect(self._path)) as base:
            for name in names:
                yield from base.execute("SELECT name, at FROM deleted WHERE name = ? ORDER BY at", (name,))


class Workspace:
    """A folder of its own for the data of patients, which nobody else may read; it is removed at the end."""

    def __init__(self, parent: str | None = None) -> None:
        self._parent = parent

    def __enter__(self) -> Path:
        try:
            with endings_held_back():  # or the folder could be made and nobody know of it
                self._folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self._parent))
        except KeyboardInterrupt:  # that waited meanwhile
            self.__exit__()
            raise
        return self._folder

    def __exit__(self, *_: object) -> None:
        with endings_held_back():
            shutil.rmtree(self._folder)


def joined(owners: Iterable[bytes], waiting: Iterable[bytes]) -> Iterator[tuple[list[str], bytes]]:
    """Yield each record that waits under an identifier, with the patients who have it; both are in order by identifier.

    Those of ``owners`` have no place, so that they come first, and the name of the patient in place of a resource.
    """
    for _, same in groupby(merge(owners, waiting), key=key_of):
        patients: dict[str, None] = {}
        for record in same:
            _, place, resource = record.rstrip(b"\n").split(b"\t", 2)
            if place:
                yield [*patients], record
            else:
                patients[read_key(resource)] = None
