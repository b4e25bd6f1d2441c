"""The change from one result to the next, as an interval, and whether MAS moves it that way.

Experts agree which way MAS moves a test and which tests a class of drugs hides (dynamics.toml).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from service.clinical.course.visit import Visit
from service.clinical.data import toml_reader
from service.clinical.data.references import Reference, read_reference
from service.clinical.data.toml_reader import BadData
from service.clinical.measurement.analytes import ANALYTES, Analyte
from service.clinical.measurement.interval import COMPARE, MET, MINUS_ONE, ZERO, Interval, quotient, total
from service.clinical.measurement.numbers_in_words import converted_text, number_text
from service.clinical.measurement.reading import UNUSABLE, Reading
from service.clinical.measurement.units import Conversion, converted_interval
from service.clinical.panel.moment import Moment

UP, DOWN, UNCHANGED, UNKNOWN_DIRECTION = "up", "down", "unchanged", "unknown"
NEGATED = Conversion(ZERO, MINUS_ONE, ZERO)
TO_PERCENT_CHANGE = Conversion(ZERO, Decimal(100), Decimal(-100))
"""Of a ratio: 1 is 0 % more."""
MOST_PLACES = 9
"""Decimals of a percentage in words: no result is exact to more, and a number of a caller may have a million."""
VERBS = {UP: "rose", DOWN: "fell", UNCHANGED: "did not change", UNKNOWN_DIRECTION: "may have risen or fallen"}


@dataclass(frozen=True, slots=True)
class Consensus:
    """The way each test moves as MAS begins, the tests that a class of drugs hides, and the source."""

    direction: dict[str, str]
    masked: dict[str, tuple[str, ...]]
    reference: Reference
    note: str


def load_consensus(path: Path) -> Consensus:
    """Read the directions and what treatments hide; raises BadData with the file and the key."""
    table = toml_reader.keys(toml_reader.read(path), path.name, ["consensus", "direction", "masked_by"])
    where = f"{path.name}: consensus"
    source = toml_reader.keys(table["consensus"], where, ["citation", "doi", "certainty", "note"])
    direction, masked = table["direction"], table["masked_by"]
    hidden = {key: toml_reader.texts(masked, key, f"{path.name}: masked_by") for key in masked}
    if any(
        key not in ANALYTES for key in (*direction, *(observation for ids in hidden.values() for observation in ids))
    ):
        raise BadData(f"{path.name}: an observation is named that does not exist")
    ways = {key: toml_reader.choice(direction, key, f"{path.name}: direction", (UP, DOWN)) for key in direction}
    return Consensus(ways, hidden, read_reference(source, where), toml_reader.text(source, "note", where))


def masked_by(observation: str, therapies: Iterable[str]) -> tuple[str, ...]:
    """Return those of some classes of drugs that hide what this observation would show."""
    return tuple(therapy for therapy in therapies if observation in CONSENSUS.masked.get(therapy, ()))


CONSENSUS = load_consensus(toml_reader.FOLDER / "dynamics.toml")  # its name is part of the fingerprint of the data


@dataclass(frozen=True, slots=True)
class TimedReading:
    """One result of a panel, at its own time if it has one, else at that of the panel."""

    visit: Visit
    reading: Reading
    moment: Moment


@dataclass(frozen=True, slots=True)
class Change:
    """One observation from one result to the next; ``before``, ``after`` and ``delta`` are in ``unit``.

    ``percent`` is None where a percentage means nothing: from 0, or on a scale without a true zero.
    """

    observation: str
    unit: str
    earlier: TimedReading
    later: TimedReading
    before: Interval
    after: Interval
    delta: Interval
    percent: Interval | None
    days: Fraction
    direction: str
    in_mas_direction: bool | None
    masked_by: tuple[str, ...]

    @property
    def text(self) -> str:
        """The change in words; only the percentage and the days are rounded."""
        label = ANALYTES[self.observation].label
        told = f"{label} {VERBS[self.direction]}"
        if self.before.is_point and self.after.is_point:
            before = converted_text(self.before, self.earlier.reading.interval)
            told += f" from {before} to {converted_text(self.after, self.later.reading.interval)} {self.unit}"
            if self.percent is not None:
                told += f" ({_signed(Fraction(self.percent.low))} %)"
        return f"{told} in {_days(self.days)}"


def changes(visits: Sequence[Visit]) -> Iterator[Change]:
    """Yield the changes by observation, then by time: each usable result beside the one before it.

    One that is not certain to be later than the one before is carried along from it, or older: no change follows.
    """
    for key, analyte in ANALYTES.items():
        last: TimedReading | None = None
        for visit in visits:
            result = usable(key, visit)
            if result is None or (last is not None and not last.moment.precedes(result.moment)):
                continue
            if last is not None:
                yield change_between(analyte, last, result)
            last = result


def usable(observation: str, visit: Visit) -> TimedReading | None:
    """Return the result of a panel with its time, None where it has none that says something."""
    reading = visit.panel.readings.get(observation)
    if reading is None or reading.evidence is UNUSABLE:
        return None
    return TimedReading(visit, reading, visit.time_of(reading))


def change_between(analyte: Analyte, earlier: TimedReading, later: TimedReading) -> Change:
    """Return the change from one result to a later one."""
    old, new = earlier.reading, later.reading
    unit = new.unit if new.unit == old.unit else analyte.canonical
    before, after = _in(analyte, old, unit), _in(analyte, new, unit)
    delta = total((after, converted_interval(before, NEGATED)))
    direction = _direction(delta)
    return Change(
        analyte.id,
        unit,
        earlier,
        later,
        before,
        after,
        delta,
        _percent(analyte, before, after),
        earlier.moment.days_until(later.moment),
        direction,
        _as_in_mas(analyte.id, direction),
        masked_by(analyte.id, later.visit.therapies),
    )


def _in(analyte: Analyte, reading: Reading, unit: str) -> Interval:
    return analyte.table.convert_interval(reading.interval, reading.unit, unit)


def _percent(analyte: Analyte, before: Interval, after: Interval) -> Interval | None:
    if before.high == 0 or any(unit.offset for unit in analyte.table.units.values()):
        return None
    return converted_interval(quotient(after, before), TO_PERCENT_CHANGE)


def _direction(delta: Interval) -> str:
    if delta.is_point and delta.low == 0:
        return UNCHANGED
    if COMPARE[">"](delta, ZERO) is MET:
        return UP
    return DOWN if COMPARE["<"](delta, ZERO) is MET else UNKNOWN_DIRECTION


def _as_in_mas(observation: str, direction: str) -> bool | None:
    expected = CONSENSUS.direction.get(observation)
    return None if expected is None or direction == UNKNOWN_DIRECTION else direction == expected


def _signed(percent: Fraction) -> str:
    """Write a percentage to one decimal, with some more where one would make nothing or all of it."""
    for places in range(1, MOST_PLACES + 1):
        shown = Decimal(round(percent * 10**places)).scaleb(-places)
        if shown not in (0, -100) or shown == percent:
            break
    return f"{'+' if shown > 0 else ''}{number_text(shown)}"


def _days(days: Fraction) -> str:
    shown = number_text(Decimal(round(days * 10)) / 10)
    return "1 day" if shown == "1" else f"{'less than 0.1' if shown == '0' else shown} days"
