"""Reads the observations and findings of a request; a fault of one never hides those of the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from service.api.error_messages import (
    TRUTH_NEEDED,
    invalid_value,
    no_result,
    unknown_field,
    unknown_fields,
    word_conflict,
)
from service.api.problems import MOST_LISTED, Entry
from service.api.request.fields import Checked
from service.api.request.observation import Faulty, read_observation
from service.clinical.measurement.analytes import ANALYTES, FINDINGS
from service.clinical.measurement.no_result import NO_RESULT, Absence
from service.clinical.measurement.reading import MEASURED, Reading, contradicts


@dataclass(slots=True)
class Observed:
    """The readings, a word beside an unreadable number included, and the faults of the rest.

    ``doubts`` are faults for which no request is refused: the value counts as unknown.
    """

    readings: dict[str, Reading] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    doubts: list[Entry] = field(default_factory=list)

    def add(self, key: str, reading: Reading) -> None:
        """Keep a reading, unless its number and its word contradict each other."""
        is_doubtful = reading.reference is not None and reading.evidence is MEASURED
        if is_doubtful and contradicts(reading.word, reading.interval, reading.reference):
            self.doubts.append(word_conflict(("observations", key)))
        else:
            self.readings[key] = reading


class Observations(Checked[Observed]):
    """An object from observation id to a quantity; it collects the faults instead of raising at the first."""

    def __init__(self) -> None:
        super().__init__(allow_none=True)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any) -> Observed:
        if not isinstance(value, dict):
            raise ValidationError([invalid_value((), "An object from observation to value is needed here.")])
        observed = Observed()
        for key, raw in value.items():
            where, analyte = ("observations", key), ANALYTES.get(key)
            if analyte is None:
                if len(observed.entries) < MOST_LISTED:
                    observed.entries.append(unknown_field(where, ANALYTES))
            elif raw is not None:
                try:
                    observed.add(key, read_observation(analyte, raw, where))
                except Faulty as faulty:
                    observed.entries += faulty.entries
                    if faulty.left is not None:
                        observed.readings[key] = faulty.left
        return observed


class Findings(Checked[tuple[dict[str, bool], list[Entry]]]):
    """An object from finding id to true, false or null (unknown); the faults are collected."""

    def __init__(self) -> None:
        super().__init__(allow_none=True)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any
    ) -> tuple[dict[str, bool], list[Entry]]:
        if not isinstance(value, dict):
            raise ValidationError([invalid_value((), "An object from finding to true or false is needed here.")])
        sent = {key: present for key, present in value.items() if present is not None and key in FINDINGS}
        found = {key: present for key, present in sent.items() if isinstance(present, bool)}
        wrong = [_not_readable(("findings", key), present) for key, present in sent.items() if key not in found]
        return found, unknown_fields(value, FINDINGS, ("findings",)) + wrong


def _not_readable(where: tuple[str, ...], sent: object) -> Entry:
    absence = NO_RESULT.said(sent) if isinstance(sent, str) else None
    if absence is Absence.NOTHING:
        return no_result(where, "invalid_value", absence)
    return invalid_value(where, TRUTH_NEEDED)
