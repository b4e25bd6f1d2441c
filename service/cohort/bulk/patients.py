"""Records in order by patient to the patients, one after the other: no more than one chunk of them is in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from service.cohort.bulk.spill import key_of, read_key

PATIENTS_AT_ONCE = 50
BYTES_AT_ONCE = 1 << 20


class Patient(NamedTuple):
    """All there is of one patient: the name by which the export refers to it, and place and resource of each record.

    Of one ``is_too_large`` nothing is kept. ``size`` counts the bytes of the records.
    """

    name: str
    records: list[tuple[str, bytes]]
    size: int
    is_too_large: bool = False


def patients_in(records: Iterable[bytes], most_bytes: int) -> Iterator[Patient]:
    """Yield the patients in the order of their names."""
    for key, same in groupby(records, key=key_of):
        kept, size = list[tuple[str, bytes]](), 0
        for record in same:
            size += len(record)
            if size > most_bytes:
                kept.clear()
            else:
                _, place, resource = record.rstrip(b"\n").split(b"\t", 2)
                kept.append((place.decode(), resource))
        yield Patient(read_key(key), kept, size, is_too_large=size > most_bytes)


def in_chunks(patients: Iterable[Patient]) -> Iterator[list[Patient]]:
    """Yield the patients some at a time."""
    chunk, size = list[Patient](), 0
    for patient in patients:
        chunk.append(patient)
        size += patient.size
        if len(chunk) == PATIENTS_AT_ONCE or size >= BYTES_AT_ONCE:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
