"""Reads one criteria file; every slip is refused with the file and the key."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from service.clinical.criteria.criteria_set import MET_ALONE, Applicability, Audit, Case, CriteriaSet, Knot, Note
from service.clinical.criteria.directions import check_directions
from service.clinical.criteria.load_rule import RuleReader
from service.clinical.criteria.rules import inputs, leaves
from service.clinical.data import toml_reader
from service.clinical.data.references import CERTAINTIES, Reference, read_reference
from service.clinical.data.toml_reader import BadData, Table
from service.clinical.panel.panel import CONDITIONS, CONFOUNDERS

KINDS = ("classification", "diagnostic guideline", "score")
FITS = ("applicable", "extrapolated", "unknown", "not_applicable")
VERDICTS = ("met", "not_met", "indeterminate")
WHEN = (*VERDICTS, MET_ALONE, "always")
AGES = ("child", "adult")
REQUIRED = ("id", "version", "title", "short", "kind", "audit", "reference", "applicability", "rule", "case")
OPTIONAL = ("confounders", "note", "probability")


def load_set(path: Path) -> CriteriaSet:
    """Return the set in the file; raises BadData."""
    where = path.name
    table = toml_reader.keys(toml_reader.read(path), where, REQUIRED, OPTIONAL)
    if toml_reader.text(table, "id", where) != path.stem:
        raise BadData(f"{where}.id: the id must be the name of the file")
    references = tuple(_reference(raw, f"{where}: reference") for raw in toml_reader.rows(table, "reference", where))
    known = {reference.key for reference in references}
    rule = RuleReader(known).rule(table["rule"], f"{where}: rule")
    check_directions(rule, where)
    return CriteriaSet(
        table["id"],
        toml_reader.text(table, "version", where),
        toml_reader.text(table, "title", where),
        toml_reader.text(table, "short", where),
        toml_reader.choice(table, "kind", where, KINDS),
        _audit(table["audit"], f"{where}: audit"),
        references,
        _applicability(table["applicability"], f"{where}: applicability"),
        rule,
        _confounders(table.get("confounders", {}), {key for leaf in leaves(rule) for key in inputs(leaf)}, where),
        tuple(_note(raw, known, f"{where}: note") for raw in table.get("note", [])),
        _knots(table, where),
        tuple(_case(raw, f"{where}: case") for raw in table["case"]),
    )


def _reference(raw: object, where: str) -> Reference:
    return read_reference(toml_reader.keys(raw, where, ["key", "citation", "certainty"], ["doi"]), where)


def _audit(raw: object, where: str) -> Audit:
    table = toml_reader.keys(raw, where, ["intent", "population", "performance", "caveats"])
    return Audit(
        toml_reader.text(table, "intent", where),
        toml_reader.text(table, "population", where),
        toml_reader.texts(table, "performance", where),
        toml_reader.texts(table, "caveats", where),
    )


def _applicability(raw: object, where: str) -> Applicability:
    table = toml_reader.keys(raw, where, [], ["condition", "age"])
    if not table:
        raise BadData(f"{where}: say for which condition or age the set was made")
    condition = _fits(table, "condition", where, (*CONDITIONS, "unknown", "otherwise"))
    return Applicability(condition, _fits(table, "age", where, ("child", "adult", "unknown")))


def _fits(table: Table, key: str, where: str, groups: tuple[str, ...]) -> dict[str, str]:
    if key not in table:
        return {}
    where = f"{where}.{key}"
    required = groups if key == "age" else ("unknown", "otherwise")
    rows = toml_reader.keys(table[key], where, required, groups)
    return {group: toml_reader.choice(rows, group, where, FITS) for group in rows}


def _confounders(raw: object, known: set[str], where: str) -> dict[str, tuple[str, ...]]:
    where = f"{where}: confounders"
    table = toml_reader.keys(raw, where, [], CONFOUNDERS)
    found = {key: toml_reader.texts(table, key, where) for key in table}
    for key, observations in found.items():
        for observation in set(observations) - known:
            raise BadData(f"{where}.{key}: the rule does not read '{observation}'")
    return found


def _note(raw: object, known: set[str], where: str) -> Note:
    table = toml_reader.keys(raw, where, ["when", "text", "ref", "sure"], ["conditions", "age"])
    conditions = toml_reader.texts(table, "conditions", where) if "conditions" in table else ()
    for condition in set(conditions) - set(CONDITIONS):
        raise BadData(f"{where}.conditions: '{condition}' is not known here")
    return Note(
        toml_reader.choice(table, "when", where, WHEN),
        toml_reader.text(table, "text", where),
        toml_reader.choice(table, "ref", where, known),
        toml_reader.choice(table, "sure", where, CERTAINTIES),
        conditions,
        toml_reader.choice(table, "age", where, AGES) if "age" in table else "",
    )


def _knots(table: Table, where: str) -> tuple[Knot, ...]:
    where = f"{where}: probability"
    knots = tuple(_knot(raw, where) for raw in table.get("probability", []))
    if list(knots) != sorted(knots, key=lambda knot: knot.score):
        raise BadData(f"{where}: the scores must rise")
    return knots


def _knot(raw: object, where: str) -> Knot:
    table = toml_reader.keys(raw, where, ["score", "percent"], ["relation"])
    score, percent = toml_reader.number(table, "score", where), toml_reader.number(table, "percent", where)
    if not 0 < percent < 100:
        raise BadData(f"{where}: a percentage lies between 0 and 100")
    return Knot(score, percent, toml_reader.choice(table, "relation", where, "<=>") if "relation" in table else "=")


def _case(raw: object, where: str) -> Case:
    parts, told = ("patient", "context", "observations", "findings"), ("printed", "why", "assumed")
    table = toml_reader.keys(raw, where, ["name", "source", "expect"], (*parts, *told))
    where = f"{where} '{toml_reader.text(table, 'name', where)}'"
    expected = ("verdict_implied", "applicability", "score_min", "score_max", "met", "unknown", "decisive")
    expect = toml_reader.keys(table["expect"], f"{where}.expect", ["verdict"], expected)
    toml_reader.choice(expect, "verdict", f"{where}.expect", VERDICTS)
    if "why" in table and "printed" not in table:
        raise BadData(f"{where}.why: say what the source prints as well")
    request: dict[str, Any] = {key: table[key] for key in parts if key in table}
    source, texts = toml_reader.text(table, "source", where), [toml_reader.text(table, key, where, "") for key in told]
    return Case(table["name"], source, _exact(request), expect, *texts)


def _exact(value: Any) -> Any:
    """Make every number of a worked case a Decimal, as a request's numbers are."""
    if isinstance(value, dict):
        return {key: _exact(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_exact(inner) for inner in value]
    return Decimal(value) if type(value) is int else value
