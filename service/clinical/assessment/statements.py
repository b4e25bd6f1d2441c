"""What a clinician must bear in mind beside a result (data/statements.toml). It counts for no set and no category."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from service.clinical.assessment.category import SJIA_SET
from service.clinical.criteria import CATALOGUE
from service.clinical.criteria.load import AGES
from service.clinical.criteria.rules import Threshold, leaves
from service.clinical.data import toml_reader
from service.clinical.data.references import CERTAINTIES, Reference, read_reference
from service.clinical.data.toml_reader import BadData
from service.clinical.evaluation.evaluate import AGE_GROUPS
from service.clinical.measurement.analytes import ANALYTES, HIGH_WORDS, LOW_WORDS, NORMAL_WORD
from service.clinical.measurement.interval import COMPARE, INFINITY, MET, ZERO, Number
from service.clinical.measurement.reading import MEASURED, WORDS, Reading
from service.clinical.panel.panel import CONDITIONS, CONFOUNDERS, UNKNOWN_CONDITION, Panel

HOOK_EFFECT = "hook_effect"
OF_COURSES = ("hook_effect_in_course", "mals_kinetics", "three_fs")
GROUNDS_OF_THEIR_OWN = (HOOK_EFFECT, *OF_COURSES)
FERRITIN = "ferritin"
FEWEST_OTHERS = 2
LOWEST_UPPER_LIMIT = ANALYTES[FERRITIN].implied_high or ZERO
REQUIRED = ("severity", "message", "sure", "references")
GROUNDS = ("conditions", "age", "observation", "op", "value", "unit", "above_range", "confounder", "unless", "fall")


@dataclass(frozen=True, slots=True)
class Fall:
    """A fall over a course in percent, how sure that number is, and the days after the first result when it counts."""

    percent: Decimal
    certainty: str
    first_day: Decimal
    last_day: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, its sources and its grounds; a ground that is empty holds for everybody."""

    id: str
    severity: str
    message: str
    certainty: str
    references: tuple[Reference, ...]
    conditions: tuple[str, ...]
    age: str
    confounder: str
    observation: str
    comparator: str
    value: Decimal | None
    unit: str
    above_range: bool
    unless: str
    fall: Fall | None


def load_statements(path: Path) -> dict[str, Statement]:
    """Read the statements by their id; raises BadData with the file and the key."""
    found = {}
    for key, raw in toml_reader.read(path).items():
        where = f"{path.name}: {key}"
        table = toml_reader.keys(raw, where, REQUIRED, GROUNDS)
        observation = toml_reader.choice(table, "observation", where, ANALYTES) if "observation" in table else ""
        has_limit = "value" in table
        conditions = toml_reader.texts(table, "conditions", where)
        if unknown := set(conditions) - {*CONDITIONS, UNKNOWN_CONDITION}:
            raise BadData(f"{where}.conditions: '{min(unknown)}' is not known here")
        found[key] = Statement(
            key,
            toml_reader.choice(table, "severity", where, ("info", "warning")),
            toml_reader.text(table, "message", where),
            toml_reader.choice(table, "sure", where, CERTAINTIES),
            tuple(_reference(row, f"{where}.references") for row in table["references"]),
            conditions,
            toml_reader.choice(table, "age", where, AGES) if "age" in table else "",
            toml_reader.choice(table, "confounder", where, CONFOUNDERS) if "confounder" in table else "",
            observation,
            toml_reader.choice(table, "op", where, COMPARE) if has_limit else "",
            toml_reader.number(table, "value", where) if has_limit else None,
            toml_reader.choice(table, "unit", where, ANALYTES[observation].table.units) if has_limit else "",
            toml_reader.flag(table, "above_range", where),
            toml_reader.choice(table, "unless", where, CONFOUNDERS) if "unless" in table else "",
            _fall(table["fall"], f"{where}.fall") if "fall" in table else None,
        )
    return found


def _fall(raw: object, where: str) -> Fall:
    table = toml_reader.keys(raw, where, ["percent", "sure"], ["first_day", "last_day"])
    percent = toml_reader.number(table, "percent", where)
    if not 0 < percent < 100:
        raise BadData(f"{where}.percent: a percentage lies between 0 and 100")
    return Fall(
        percent,
        toml_reader.choice(table, "sure", where, CERTAINTIES),
        toml_reader.number(table, "first_day", where) if "first_day" in table else ZERO,
        toml_reader.number(table, "last_day", where) if "last_day" in table else INFINITY,
    )


def _reference(raw: object, where: str) -> Reference:
    return read_reference(toml_reader.keys(raw, where, ["citation", "certainty"], ["doi"]), where)


STATEMENTS = load_statements(toml_reader.FOLDER / "statements.toml")  # its name is part of the fingerprint of the data
BY_GROUNDS = tuple(statement for key, statement in STATEMENTS.items() if key not in GROUNDS_OF_THEIR_OWN)
OTHER_ITEMS = tuple(
    leaf
    for leaf in leaves(CATALOGUE[SJIA_SET].rule)
    if isinstance(leaf, Threshold) and leaf.observation not in (FERRITIN, "temperature")
)
"""The laboratory items of the 2016 criteria beside ferritin."""


def fall_of(key: str) -> Fall:
    """Return the fall that a statement about a course names; raises BadData if it names none."""
    fall = STATEMENTS[key].fall
    if fall is None:
        raise BadData(f"statements.toml: {key}: the key 'fall' is missing")
    return fall


def statements(panel: Panel) -> Iterator[Statement]:
    """Yield what holds for this panel, in the order of the data."""
    for statement in BY_GROUNDS:
        if _holds(statement, panel):
            yield statement
    if may_be_hook_effect(panel):
        yield STATEMENTS[HOOK_EFFECT]


def _holds(statement: Statement, panel: Panel) -> bool:
    if statement.conditions and panel.condition not in statement.conditions:
        return False
    if statement.age and statement.age != AGE_GROUPS[panel.is_adult]:
        return False
    if statement.confounder and statement.confounder not in panel.confounders:
        return False
    if statement.unless in panel.confounders:
        return False
    known = panel.readings if statement.above_range else panel.measured
    return not statement.observation or _is_past(statement, known.get(statement.observation))


def _is_past(statement: Statement, reading: Reading | None) -> bool:
    if reading is None:
        return False
    if statement.above_range:
        return is_above_range(reading)
    if statement.value is None:
        return True
    limit = ANALYTES[statement.observation].table.convert(statement.value, statement.unit, reading.unit)
    return COMPARE[statement.comparator](reading.interval, limit) is MET


def may_be_hook_effect(panel: Panel) -> bool:
    """Return whether ferritin is low or normal where at least two other items of the 2016 criteria are surely met."""
    ferritin = panel.readings.get(FERRITIN)
    if ferritin is None or not _is_low_or_normal(ferritin):
        return False
    return sum(_is_met(leaf, panel.measured.get(leaf.observation)) for leaf in OTHER_ITEMS) >= FEWEST_OTHERS


def is_above_range(reading: Reading) -> bool:
    """Return whether a result lies above the range of its own laboratory; without an upper end the word counts."""
    end = _upper_end(reading)
    return reading.word in HIGH_WORDS if end is None else COMPARE[">"](reading.interval, end) is MET


def _upper_end(reading: Reading) -> Number | None:
    """Return the upper end of the laboratory's range, None where it sent none."""
    if reading.reference is None or reading.reference.high == INFINITY or reading.evidence is not MEASURED:
        return None
    return reading.reference.high


def _is_low_or_normal(ferritin: Reading) -> bool:
    """Return whether ferritin is not raised: by its range, else by its word, else by the lowest upper limit in use."""
    end = _upper_end(ferritin)
    if end is not None:
        return COMPARE["<="](ferritin.interval, end) is MET
    if ferritin.word in WORDS or ferritin.evidence is not MEASURED:
        return ferritin.word in (*LOW_WORDS, NORMAL_WORD)
    limit = ANALYTES[FERRITIN].table.convert(LOWEST_UPPER_LIMIT, ANALYTES[FERRITIN].implied_unit, ferritin.unit)
    return COMPARE["<="](ferritin.interval, limit) is MET


def _is_met(leaf: Threshold, reading: Reading | None) -> bool:
    if reading is None:
        return False
    return COMPARE[leaf.limit.comparator](reading.interval, leaf.limit.by_unit[reading.unit]) is MET
