"""Where the results go, and how far they are: so that a run that was ended can go on where it stood."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from service.cohort.bulk.export import UnusableExport

OTHER_RUN = (
    "{} is of a run on another export, with other options or of another version: leave out --resume to begin anew."
)
NO_RUN = "{} has no run to resume (there is no {}): it is complete, or of something else. Name another file."


class Mark(NamedTuple):
    """How far the results are: patients, rows, those refused, and bytes."""

    patients: int = 0
    rows: int = 0
    refused: int = 0
    size: int = 0


@dataclass(slots=True)
class Output:
    """A stream of results with a file beside it that says how far they are; without that of standard output."""

    stream: BinaryIO
    journal: BinaryIO | None
    mark: Mark

    def write(self, results: bytes, patients: int, rows: int, refused: int) -> None:
        """Write what is finished of some patients."""
        self.stream.write(results)
        done = self.mark
        self.mark = Mark(done.patients + patients, done.rows + rows, done.refused + refused, done.size + len(results))
        if self.journal:
            self.stream.flush()  # first the results, then how far they are: what is said to be there is there
            self.journal.write(b"%d %d %d %d\n" % self.mark)
            self.journal.flush()


@contextmanager
def opened(path: Path | None, digest: str, *, resume: bool) -> Iterator[Output]:
    """Open the results, at the place where a run of this digest stood if it is to be resumed; raises UnusableExport.

    The file that says how far they are goes once all are written.
    """
    if path is None:
        yield Output(sys.stdout.buffer, None, Mark())
        sys.stdout.buffer.flush()
        return
    beside = beside_of(path)
    mark = _mark(path, beside, digest) if resume else None
    if mark is None:
        _write(beside, digest)
    with beside.open("ab") as journal, path.open("wb" if mark is None else "r+b") as stream:
        stream.truncate(mark.size if mark else 0)
        stream.seek(0, os.SEEK_END)
        yield Output(stream, journal, mark or Mark())
    beside.unlink()


def beside_of(path: Path) -> Path:
    """Return the path of the file that says how far the results are."""
    return path.with_name(f"{path.name}.progress")


def refuse_unless_resumable(path: Path) -> None:
    """Refuse results of which no run can be resumed, before anything is read; raises UnusableExport."""
    if path.exists() and not beside_of(path).exists():
        raise UnusableExport(NO_RUN.format(path, beside_of(path).name))


def _mark(path: Path, beside: Path, digest: str) -> Mark | None:
    """Return how far the results are that are really there, None if nothing is; a broken last line is dropped."""
    if not (path.exists() and beside.exists()):
        return None
    said, *lines = beside.read_bytes().split(b"\n")[:-1]
    if said.decode("utf-8", "replace") != digest:
        raise UnusableExport(OTHER_RUN.format(path))
    size = path.stat().st_size
    marks = [mark for mark in (Mark(*map(int, line.split())) for line in lines) if mark.size <= size]
    _write(beside, digest, marks)
    return marks[-1] if marks else Mark()


def _write(beside: Path, digest: str, marks: Iterable[Mark] = ()) -> None:
    """Write the file that says how far the results are; it is there as a whole or not at all."""
    new = beside.with_name(f"{beside.name}.new")
    with new.open("wb") as journal:
        journal.write(f"{digest}\n".encode())
        journal.writelines(b"%d %d %d %d\n" % mark for mark in marks)
        journal.flush()
        os.fsync(journal.fileno())
    new.replace(beside)
