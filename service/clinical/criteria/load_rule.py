"""Reads the rule of a criteria file into the closed vocabulary of rules.py."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from service.clinical.criteria.rules import (
    AllOf,
    AtLeast,
    CutOff,
    Finding,
    FirstKnown,
    Limit,
    Linear,
    Measure,
    Node,
    Ratio,
    Rule,
    Sum,
    Tally,
    Term,
    Threshold,
)
from service.clinical.data import toml_reader
from service.clinical.data.references import CERTAINTIES, Source
from service.clinical.data.toml_reader import BadData, Table
from service.clinical.measurement.analytes import FINDINGS, MEASURES
from service.clinical.measurement.interval import COMPARE

SOURCE = ("ref", "sure")


class RuleReader:
    """Reads the nodes of one file, whose references are known."""

    def __init__(self, references: Collection[str]) -> None:
        self._references = references

    def rule(self, raw: object, where: str) -> Rule:
        """Return the whole rule: a score, or a node; raises BadData."""
        table: dict[str, Any] = raw if isinstance(raw, dict) else {}
        for kind, read in (("sum", self._sum), ("linear", self._linear), ("ratio", self._ratio)):
            if kind in table:
                toml_reader.keys(table, where, [kind, "cutoff"])
                parts = toml_reader.rows(table, kind, where)
                return read(parts, self._cutoff(table, where), f"{where}.{kind}")
        return self._node(raw, where)

    def _sum(self, parts: list[Any], cutoff: CutOff, where: str) -> Sum:
        return Sum(tuple(self._tally(part, where) for part in parts), cutoff)

    def _linear(self, parts: list[Any], cutoff: CutOff, where: str) -> Linear:
        return Linear(tuple(self._term(part, where) for part in parts), cutoff)

    def _ratio(self, parts: list[Any], cutoff: CutOff, where: str) -> Ratio:
        sides = [self._measure(part, where) for part in parts]
        if len(sides) != 2:
            raise BadData(f"{where}: what is divided and what divides it are expected")
        above, below = sides
        return Ratio((above, below), cutoff)

    def _node(self, raw: object, where: str) -> Node:
        table: dict[str, Any] = raw if isinstance(raw, dict) else {}
        for kind, read in (
            ("observation", self._threshold),
            ("finding", self._finding),
            ("first_known", self._first_known),
            ("all_of", self._all_of),
            ("any_of", self._any_of),
            ("at_least", self._at_least),
        ):
            if kind in table:
                return read(table, where)
        raise BadData(f"{where}: none of the known kinds of node")

    def _threshold(self, table: Table, where: str) -> Threshold:
        required, optional = ["observation", "op", "value", "unit", *SOURCE], ["id", "label", "also", "excluded_by"]
        toml_reader.keys(table, where, required, optional)
        observation = toml_reader.choice(table, "observation", where, MEASURES)
        where = f"{where}.{observation}"
        excluded_by = toml_reader.choice(table, "excluded_by", where, FINDINGS) if "excluded_by" in table else ""
        label = toml_reader.text(table, "label", where, MEASURES[observation].label)
        key = toml_reader.text(table, "id", where, observation)
        return Threshold(
            key, label, observation, _limit(table, observation, where), excluded_by, self._source(table, where)
        )

    def _finding(self, table: Table, where: str) -> Finding:
        toml_reader.keys(table, where, ["finding", *SOURCE], ["id", "label"])
        finding = toml_reader.choice(table, "finding", where, FINDINGS)
        label = toml_reader.text(table, "label", where, FINDINGS[finding].label)
        return Finding(toml_reader.text(table, "id", where, finding), label, finding, self._source(table, where))

    def _first_known(self, table: Table, where: str) -> FirstKnown:
        toml_reader.keys(table, where, ["id", "label", "first_known"])
        return FirstKnown(*_name(table, where), self._nodes(table["first_known"], f"{where}.{table['id']}"))

    def _all_of(self, table: Table, where: str) -> AllOf:
        toml_reader.keys(table, where, ["all_of"], ["id", "label", "part"])
        return AllOf(*_name(table, where), self._nodes(table["all_of"], where), toml_reader.flag(table, "part", where))

    def _any_of(self, table: Table, where: str) -> AtLeast:
        toml_reader.keys(table, where, ["any_of"], ["id", "label", "part"])
        return AtLeast(
            *_name(table, where), 1, self._nodes(table["any_of"], where), toml_reader.flag(table, "part", where)
        )

    def _at_least(self, table: Table, where: str) -> AtLeast:
        toml_reader.keys(table, where, ["at_least", "of"], ["id", "label", "part"])
        nodes, required = self._nodes(table["of"], where), table["at_least"]
        if type(required) is not int or not 1 <= required <= len(nodes):
            raise BadData(f"{where}.at_least: a whole number from 1 to {len(nodes)} is expected")
        return AtLeast(*_name(table, where), required, nodes, toml_reader.flag(table, "part", where))

    def _tally(self, raw: object, where: str) -> Tally:
        table = toml_reader.keys(raw, where, ["id", "label", "points", "of"])
        key, label = _name(table, where)
        points = tuple(
            toml_reader.number({"points": row}, "points", f"{where}.{key}")
            for row in toml_reader.rows(table, "points", f"{where}.{key}")
        )
        nodes = self._nodes(table["of"], f"{where}.{key}")
        if len(points) != len(nodes) + 1 or list(points) != sorted(points):
            raise BadData(f"{where}.{key}.points: one for none met, then one more for each that is met, never falling")
        return Tally(key, label, points, nodes)

    def _term(self, raw: object, where: str) -> Term:
        table = toml_reader.keys(raw, where, ["weight", *SOURCE], ["finding", "observation", "unit"])
        weight = toml_reader.number(table, "weight", where)
        if not weight:
            raise BadData(f"{where}.weight: a number other than 0 is expected")
        if "finding" in table and "observation" in table:
            raise BadData(f"{where}: a finding or an observation is expected, not both")
        if "finding" in table:
            finding = toml_reader.choice(table, "finding", where, FINDINGS)
            return Term(finding, FINDINGS[finding].label, "", finding, "", weight, self._source(table, where))
        observation = toml_reader.choice(table, "observation", where, MEASURES)
        unit, label = _unit(table, observation, f"{where}.{observation}"), MEASURES[observation].label
        return Term(observation, label, observation, "", unit, weight, self._source(table, where))

    def _measure(self, raw: object, where: str) -> Measure:
        table = toml_reader.keys(raw, where, ["observation", "unit", *SOURCE], ["resolution"])
        observation = toml_reader.choice(table, "observation", where, MEASURES)
        resolution = toml_reader.number({"resolution": table.get("resolution", 0)}, "resolution", where)
        unit, label = _unit(table, observation, f"{where}.{observation}"), MEASURES[observation].label
        return Measure(observation, label, observation, unit, self._source(table, where), resolution)

    def _cutoff(self, table: Table, where: str) -> CutOff:
        where = f"{where}.cutoff"
        cutoff = toml_reader.keys(table["cutoff"], where, ["op", "value", *SOURCE])
        comparator = toml_reader.choice(cutoff, "op", where, COMPARE)
        return CutOff(comparator, toml_reader.number(cutoff, "value", where), self._source(cutoff, where))

    def _nodes(self, raw: object, where: str) -> tuple[Node, ...]:
        if not isinstance(raw, list) or not raw:
            raise BadData(f"{where}: a list of nodes is expected")
        return tuple(self._node(inner, where) for inner in raw)

    def _source(self, table: Table, where: str) -> Source:
        return Source(
            toml_reader.choice(table, "ref", where, self._references),
            toml_reader.choice(table, "sure", where, CERTAINTIES),
        )


def _name(table: Table, where: str) -> tuple[str, str]:
    return toml_reader.text(table, "id", where, ""), toml_reader.text(table, "label", where, "")


def _unit(table: Table, observation: str, where: str) -> str:
    comparable = [unit.code for unit in MEASURES[observation].table.units.values() if unit.comparable]
    return toml_reader.choice(table, "unit", where, comparable)


def _limit(table: Table, observation: str, where: str) -> Limit:
    value, unit = toml_reader.number(table, "value", where), _unit(table, observation, where)
    units = MEASURES[observation].table
    by_unit = {known.code: units.convert(value, unit, known.code) for known in units.units.values() if known.comparable}
    printed = {unit: value}
    for raw in toml_reader.rows(table, "also", where) if "also" in table else []:
        other = toml_reader.keys(raw, f"{where}.also", ["value", "unit"])
        printed[_unit(other, observation, where)] = toml_reader.number(other, "value", f"{where}.also")
    return Limit(toml_reader.choice(table, "op", where, COMPARE), value, unit, by_unit | printed, printed)
