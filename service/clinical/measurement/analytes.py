"""The tests and the findings that a panel may hold, loaded once from analytes.toml and findings.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from service.clinical.data import toml_reader
from service.clinical.data.toml_reader import BadData, Table
from service.clinical.measurement.interval import INFINITY, ZERO, Interval, Number, exact
from service.clinical.measurement.units import Unit, UnitTable

BASES = ("ucum", "molar", "convention")
LOW_WORDS, HIGH_WORDS, NORMAL_WORD = ("L", "LL"), ("H", "HH"), "N"


@dataclass(frozen=True, slots=True)
class Analyte:
    """One observation: its units, the range that rejects (hard) and the one that warns (soft), its implied limits.

    ``hard`` and ``soft`` are in the canonical unit, ``hard_in`` and ``soft_in`` hold them in those units where
    they are Decimals; ``implied`` are in ``implied_unit``.
    """

    id: str
    label: str
    canonical: str
    table: UnitTable
    hard: Interval
    soft: Interval
    implied_low: Decimal | None
    implied_high: Decimal | None
    implied_unit: str
    loinc: tuple[str, ...]
    hard_in: Mapping[str, Interval] = field(init=False, repr=False)
    soft_in: Mapping[str, Interval] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hard_in", self.table.where_exact(self.hard, self.canonical))
        object.__setattr__(self, "soft_in", self.table.where_exact(self.soft, self.canonical))

    def implied(self, word: str) -> Interval | None:
        """Return what a word without a reference range proves, in ``implied_unit``; None if it proves nothing."""
        if word in LOW_WORDS and self.implied_low is not None:
            return Interval(ZERO, self.implied_low, high_open=True)
        if word in HIGH_WORDS and self.implied_high is not None:
            return Interval(self.implied_high, INFINITY, low_open=True, high_open=True)
        return None


@dataclass(frozen=True, slots=True)
class FindingKind:
    """One finding; ``absent_is_false`` marks the single one that is a diagnosis in hand, not a state of the body."""

    id: str
    label: str
    meaning: str
    absent_is_false: bool


def load_analytes(path: Path) -> dict[str, Analyte]:
    """Read the analytes in file order; raises BadData with the file and the key."""
    return {key: _analyte(key, table, f"{path.name}: {key}") for key, table in toml_reader.read(path).items()}


def load_findings(path: Path) -> dict[str, FindingKind]:
    """Read the findings in file order; raises BadData with the file and the key."""
    kinds = {}
    for key, raw in toml_reader.read(path).items():
        where = f"{path.name}: {key}"
        table = toml_reader.keys(raw, where, ["label"], ["meaning", "absent_is_false"])
        label, meaning = toml_reader.text(table, "label", where), toml_reader.text(table, "meaning", where, "")
        kinds[key] = FindingKind(key, label, meaning, toml_reader.flag(table, "absent_is_false", where))
    return kinds


def _analyte(key: str, raw: object, where: str) -> Analyte:
    table = toml_reader.keys(raw, where, ["label", "canonical", "hard", "soft", "loinc", "units"], ["implied"])
    canonical = toml_reader.text(table, "canonical", where)
    try:
        units = UnitTable.of(_unit(entry, f"{where}.units") for entry in toml_reader.rows(table, "units", where))
    except ValueError as error:
        raise error if isinstance(error, BadData) else BadData(f"{where}.units: {error}") from error
    if canonical not in units.units:
        raise BadData(f"{where}.canonical: '{canonical}' is not among the units")
    hard, soft = _range(table, "hard", where), _range(table, "soft", where)
    if soft.low < hard.low or soft.high > hard.high:
        raise BadData(f"{where}.soft: the usual range must lie within the hard one")
    low, high, implied_unit = _implied(table, units, where) if "implied" in table else (None, None, canonical)
    return Analyte(
        key,
        toml_reader.text(table, "label", where),
        canonical,
        units,
        hard,
        soft,
        low,
        high,
        implied_unit,
        toml_reader.texts(table, "loinc", where),
    )


def _unit(raw: object, where: str) -> Unit:
    optional = ["factor", "offset", "spellings", "basis", "comparable", "approximate"]
    table = toml_reader.keys(raw, where, ["code"], optional)
    code = toml_reader.text(table, "code", where)
    where = f"{where}.{code}"
    basis = toml_reader.choice(table, "basis", where, BASES) if "basis" in table else "ucum"
    comparable = toml_reader.flag(table, "comparable", where, default=True)
    factor = _factor(table, where) if comparable else Fraction(1)
    offset = toml_reader.number(table, "offset", where) if "offset" in table else ZERO
    spellings = toml_reader.texts(table, "spellings", where)
    return Unit(
        code, exact(factor), offset, spellings, basis, comparable, toml_reader.flag(table, "approximate", where)
    )


def _factor(table: Table, where: str) -> Fraction:
    value = table.get("factor")
    if isinstance(value, str):
        above, slash, below = value.partition("/")
        if not slash:
            raise BadData(f"{where}.factor: a number or a fraction such as '5/9' is expected")
        value = Fraction(above) / Fraction(below) if Fraction(below) else Fraction(0)
    factor = Fraction(value if isinstance(value, Fraction) else toml_reader.number(table, "factor", where))
    if factor <= 0:
        raise BadData(f"{where}.factor: a number above 0 is expected")
    return factor


def _range(table: Table, key: str, where: str) -> Interval:
    ends = table[key]
    if not isinstance(ends, list) or len(ends) != 2:
        raise BadData(f"{where}.{key}: a low and a high number are expected")
    low, high = (toml_reader.number({key: end}, key, where) for end in ends)
    if low >= high:
        raise BadData(f"{where}.{key}: the low end must be below the high end")
    return Interval(low, high)


def _implied(table: Table, units: UnitTable, where: str) -> tuple[Decimal | None, Decimal | None, str]:
    where = f"{where}.implied"
    limits = toml_reader.keys(table["implied"], where, ["unit"], ["low", "high"])
    unit = toml_reader.text(limits, "unit", where)
    if unit not in units.units:
        raise BadData(f"{where}.unit: '{unit}' is not among the units")
    low, high = (toml_reader.number(limits, end, where) if end in limits else None for end in ("low", "high"))
    return low, high, unit


ANALYTES = load_analytes(toml_reader.FOLDER / "analytes.toml")
FINDINGS = load_findings(toml_reader.FOLDER / "findings.toml")

YEARS = "a"
AGE = "age_years"
AGE_AT_ONSET = "age_at_onset_years"


def _age(key: str, label: str) -> Analyte:
    years = UnitTable.of([Unit(YEARS, Decimal(1)), Unit("d", exact(Fraction(100, 36525)))])
    lifetime = Interval(ZERO, Decimal(120))
    return Analyte(key, label, YEARS, years, lifetime, lifetime, None, None, YEARS, ())


AGES = {AGE: _age(AGE, "Age"), AGE_AT_ONSET: _age(AGE_AT_ONSET, "Age at onset")}
MEASURES = ANALYTES | AGES
"""Everything that a rule can compare with a number: the observations, and the two ages of the patient."""


def within(limits_in: Mapping[str, Interval], analyte: Analyte, value: Number, unit: str) -> bool:
    """Return whether a value lies in the analyte's hard or soft range, given as ``hard_in`` or ``soft_in``."""
    limits = limits_in.get(unit)
    if limits is None:
        value, limits = analyte.table.convert(value, unit, analyte.canonical), limits_in[analyte.canonical]
    return limits.low <= value <= limits.high


def is_usual(analyte: Analyte, interval: Interval, unit: str) -> bool:
    """Return whether a result lies where results usually lie; outside it is accepted with a warning."""
    low, high, _, _ = interval
    if low == high:
        return within(analyte.soft_in, analyte, low, unit)
    return all(within(analyte.soft_in, analyte, end, unit) for end in _ends(interval))


def suggestion(analyte: Analyte, value: Number, sent: Unit | None) -> dict[str, object]:
    """Name the first unit in which the same number would be an ordinary result; the sender decides, never we."""
    for unit in analyte.table.units.values():
        if unit is not sent and unit.comparable and within(analyte.soft_in, analyte, value, unit.code):
            return {"suggestion": unit.code}
    return {}


def _ends(interval: Interval) -> list[Number]:
    """Return the ends that someone has set: 0 and infinity only say that there is none."""
    return [end for end in interval[:2] if end not in (ZERO, INFINITY, -INFINITY)]
