"""One run over an export: sort its lines by patient on disk, judge each patient, write the results."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from service import __version__
from service.clinical.criteria import DIGEST
from service.cohort.bulk import output
from service.cohort.bulk.export import BOMB, DAMAGED, TOO_LONG, Export
from service.cohort.bulk.judgement import BULK_COLUMNS, Judged, Manner, judge_all
from service.cohort.bulk.output import Mark, Output
from service.cohort.bulk.ownership import FAILED, NO_RESOURCE, NO_SUBJECT, NOT_JSON
from service.cohort.bulk.patients import in_chunks, patients_in
from service.cohort.bulk.sorting import MOST_TOLD, OTHER_TYPES, Fault, Sorted, sort_block, sort_waiting
from service.cohort.bulk.spill import Shelf, Sorter, Workspace, joined, place_of
from service.cohort.processes import in_order
from service.cohort.results import write_rows
from service.server import budget

REASONS = {
    NOT_JSON: "not JSON",
    NO_RESOURCE: "not a FHIR resource",
    NO_SUBJECT: "names no patient",
    FAILED: "says that a query failed or gave only a part",
    TOO_LONG: "longer than --most-line-bytes",
    DAMAGED: "from here on the packed file is damaged or cut off, and not read",
    BOMB: "from here on not read: the file unpacks to more than --most-unpacked-times its size",
}
MOST_TYPES = 100
OF_ANYBODY = "Since {} of them may be of any patient, nobody is called unlikely. Mend or remove them."
OF_ANY = "whose it is cannot be told, so it may be of any patient"
OF_ONE = "its patient is marked"


@dataclass(slots=True)
class Totals:
    """What there was in the files: lines, what was not read with its first faults, and types that name no patient."""

    lines: int = 0
    lost: int = 0
    lost_of_any: int = 0
    faults: list[Fault] = field(default_factory=list)
    of_nobody: Counter[str] = field(default_factory=Counter)

    def add(self, part: Sorted) -> None:
        """Count some more."""
        self.lines += part.lines
        self.lost += part.lost
        self.lost_of_any += part.lost_of_any
        self.faults += part.faults[: MOST_TOLD - len(self.faults)]
        for kind, many in part.of_nobody.items():
            is_counted = kind in self.of_nobody or len(self.of_nobody) < MOST_TYPES
            self.of_nobody[kind if is_counted else OTHER_TYPES] += many


@dataclass(frozen=True, slots=True)
class Run:
    """One run: the export, how to judge, where to work and to write, and who is told how far it is.

    ``bar`` makes of a name and a length what is told of progress.
    """

    export: Export
    manner: Manner
    output: Path | None
    resume: bool
    spill: str | None
    workers: int
    bar: Callable[[str, int], Any]

    def do(self) -> tuple[Totals, Mark]:
        """Do it; return what was read and written."""
        budget.end()  # that of a request says nothing of a run
        if self.resume and self.output:
            output.refuse_unless_resumable(self.output)
        digest = self._digest()
        with Workspace(self.spill) as folder:
            shelf, sorter, totals = Shelf(folder / "shelf"), Sorter(folder), Totals()
            of_any = self._sort(folder, shelf, sorter, totals)
            shelf.close()
            manner = replace(self.manner, shelf=shelf, of_any=tuple(of_any), more=totals.lost_of_any - len(of_any))
            with output.opened(self.output, digest, resume=self.resume) as results:
                self._judge(manner, sorter, results)
        return totals, results.mark

    def _digest(self) -> str:
        """Return what must be the same where a run is resumed: the export, the options, and the version."""
        if self.output is None:
            return ""
        code_map = Path(self.manner.code_map).read_bytes() if self.manner.code_map else b""
        said = repr((__version__, DIGEST, self.export.digest(), self.export.limits, self.manner)).encode()
        return hashlib.blake2b(said + code_map, digest_size=16).hexdigest()

    def _sort(self, folder: Path, shelf: Shelf, sorter: Sorter, totals: Totals) -> list[str]:
        """Bring all lines into order; return the first places of those lost that may be of any patient."""
        names, waiting, of_any = Sorter(folder), Sorter(folder), list[str]()
        with self.bar("Reading", self.export.size) as bar:
            blocks = self.export.blocks(bar.update)
            for part in in_order(partial(sort_block, folder), blocks, self.workers):
                sorter.add(part.owned)
                names.add(part.names)
                waiting.add(part.waiting)
                shelf.put(part.shared, part.deleted)
                totals.add(part)
                of_any += [fault.place for fault in part.faults if not fault.is_told][: MOST_TOLD - len(of_any)]
        if waiting.runs:
            for run in sort_waiting(folder, joined(names.records(), waiting.records())):
                sorter.add(run)
        return of_any

    def _judge(self, manner: Manner, sorter: Sorter, results: Output) -> None:
        if not results.mark.size and not manner.as_fhir:
            results.write(write_rows([BULK_COLUMNS]).encode(), 0, 0, 0)
        patients = patients_in(sorter.records(), manner.most_patient_bytes)
        left = islice(patients, results.mark.patients, None)
        with self.bar("Judging", sorter.size) as bar:
            for judged in in_order(partial(judge_all, manner), in_chunks(left), self.workers):
                _write(judged, results)
                bar.update(judged.bytes)


def _write(judged: Judged, results: Output) -> None:
    first = results.mark.rows + 1
    for number, row in enumerate(judged.rows, first):
        row[0] = str(number)
    text = write_rows(judged.rows).encode() + b"".join(judged.lines)
    results.write(text, judged.patients, len(judged.rows) + len(judged.lines), judged.refused)


def told(export: Export, totals: Totals, mark: Mark) -> Iterator[str]:
    """Yield what is said of a run at its end; no value of a patient."""
    yield from export.notes
    if totals.of_nobody:
        types = ", ".join(f"{kind} {many}" for kind, many in sorted(totals.of_nobody.items()))
        yield f"Of no patient, not judged: {types}."
    for fault in totals.faults:
        yield _fault_text(fault, export.names)
    if totals.lost > len(totals.faults):
        yield f"{totals.lost - len(totals.faults)} more lines could not be read."
    if totals.lost_of_any:
        yield OF_ANYBODY.format(totals.lost_of_any)
    yield (
        f"{totals.lines} lines of {len(export.names)} files, {mark.patients} patients, {mark.rows} rows, "
        f"{mark.refused} refused, {totals.lost} lines not read."
    )


def _fault_text(fault: Fault, names: Iterable[str]) -> str:
    detail = f" ({fault.detail})" if fault.detail else ""
    return f"{place_of(fault.place, [*names])}: {REASONS[fault.reason]}{detail}; {OF_ONE if fault.is_told else OF_ANY}."
