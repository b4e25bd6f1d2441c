"""The sentences that say why an item is met, not met or unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from service.clinical.criteria.rules import AllOf, AtLeast, FirstKnown, Measure, Tally, Term, Threshold
from service.clinical.evaluation.rule_engine import State, tallies, tally_points
from service.clinical.evaluation.set_result import Item
from service.clinical.measurement.analytes import MEASURES
from service.clinical.measurement.interval import INFINITY, MET, NOT_MET, UNKNOWN, Interval, Verdict
from service.clinical.measurement.numbers_in_words import (
    DECIDING_DIGITS,
    converted_text,
    interval_text,
    number_text,
    unit_text,
)
from service.clinical.measurement.reading import IMPLIED, MEASURED, Reading

SIDES = {">": "above", ">=": "at or above", "<": "below", "<=": "at or below"}
OTHER_SIDES = {">": "at or below", ">=": "below", "<": "at or above", "<=": "above"}
"""By comparator where a value lies that meets a limit, and one that does not."""
NOT_REPORTED = "not reported"
NOT_MEASURED = "was not measured"
NOT_READ = "was sent but could not be read"
PRESENCE = {MET: "present", NOT_MET: "absent", UNKNOWN: NOT_REPORTED}
GroupReason = Callable[[tuple[Item, ...]], str]
InWords = dict[tuple[str, str], str]
"""The text of each value, by observation and unit of the limit."""
SummandReason = Callable[[Reading | None, Interval], str]
LimitsInWords = Mapping[str, tuple[tuple[str, str], Mapping[State, str]]]
"""By the unit of a result: its observation with the unit to quote it in, and how it lies to the limit.

It ``is at or below 181``, ``is above 156 mg/dL``.
"""


def limits_in_words(node: Threshold) -> LimitsInWords:
    """Return the limit in words for every unit: in the unit in which the paper prints it, named where it differs."""
    limit = node.limit
    elsewhere = _stances(limit.comparator, f"{number_text(limit.value)} {unit_text(limit.unit)}")
    quoted = (node.observation, limit.unit)
    printed = {
        unit: ((node.observation, unit), _stances(limit.comparator, number_text(value)))
        for unit, value in limit.printed.items()
    }
    return {unit: printed.get(unit, (quoted, elsewhere)) for unit in limit.by_unit}


def _stances(comparator: str, limit: str) -> dict[State, str]:
    side, other_side = f"{SIDES[comparator]} {limit}", f"{OTHER_SIDES[comparator]} {limit}"
    return {MET: f"is {side}", NOT_MET: f"is {other_side}", UNKNOWN: f"leaves open whether it is {side}"}


def threshold_reason(limits: LimitsInWords, reading: Reading, verdict: State, in_words: InWords) -> str:
    """Say how a usable result lies to the limit; ``verdict`` counts what words imply."""
    quoted, stances = limits[reading.unit]
    text = in_words.get(quoted)
    if text is None:
        text = in_words[quoted] = value_text(reading, *quoted)
    if reading.evidence is IMPLIED:
        return f"{worded(reading)}: {text} {stances[verdict]}"
    return f"{text} {stances[verdict]}"


def worded(reading: Reading) -> str:
    """Say that a word stands in for a result."""
    return f"reported only as '{reading.word}', which counts for the implied verdict alone"


def unusable(reading: Reading, observation: str) -> str:
    """Say why a result cannot be used."""
    if reading.word:
        return f"reported as '{reading.word}' without a usable reference range, which proves nothing here"
    return f"reported in {reading.unit}, which has no fixed factor to {MEASURES[observation].canonical}"


def value_text(reading: Reading, observation: str, unit: str) -> str:
    """Write a value as it came, and in ``unit`` (that of a limit) as well where that is another."""
    text = interval_text(reading.interval, DECIDING_DIGITS)
    if unit == reading.unit:
        return text
    value = MEASURES[observation].table.convert_interval(reading.interval, reading.unit, unit)
    return f"{text} {unit_text(reading.unit)} ({converted_text(value, reading.interval)} {unit_text(unit)})"


def group_reasoner(node: FirstKnown | AllOf | AtLeast | Tally, *, is_banded: bool) -> GroupReason:
    """Return the function that says how a group stands; ``is_banded`` if its items are bands of one observation."""
    size = len(node.of)
    if isinstance(node, FirstKnown):
        return _first_known_reason
    if isinstance(node, Tally) and (is_banded or size == 1):
        texts = {key: f": {points_text(points)}" for key, points in tally_points(node).items()}
        return lambda items: _band_reason(items) + texts[_met_and_unknown(items)]
    if isinstance(node, Tally):
        texts = {key: f"{_tally_text(size, *key)}: {points_text(points)}" for key, points in tally_points(node).items()}
    else:
        needed = node.required if isinstance(node, AtLeast) else size
        texts = {key: f"{_tally_text(size, *key)}; {needed} needed" for key in tallies(size)}
    return lambda items: texts[_met_and_unknown(items)]


def _first_known_reason(items: tuple[Item, ...]) -> str:
    """Quote the way that settled it, else one by which something is known, else say that nothing is."""
    settled = next((item for item in items if item.status is not UNKNOWN), None)
    item = settled or next((item for item in items if item.reading is not None), None)
    if item is None:
        return NOT_REPORTED
    return f"{item.label.lower()}: {item.reason}" if isinstance(item.node, Threshold) else item.reason


def _tally_text(size: int, met: int, unknown: int) -> str:
    return f"{met} of {size} met" + (f", {unknown} unknown" if unknown else "")


def _met_and_unknown(items: tuple[Item, ...]) -> tuple[int, int]:
    statuses = [item.status for item in items]
    return statuses.count(MET), statuses.count(UNKNOWN)


def _band_reason(items: tuple[Item, ...]) -> str:
    """Quote the first band that is unknown, else the highest that is met, else the lowest."""
    shown = items[0]
    for item in items:
        if item.status is UNKNOWN:
            return item.reason
        if item.status is MET:
            shown = item
    return shown.reason


def points_text(points: Interval) -> str:
    """Write points: ``33 points``, ``0 to 49 points``."""
    if points.is_point:
        return f"{number_text(points.low)} points"
    return f"{number_text(points.low)} to {number_text(points.high)} points"


def finding_term_reason(node: Term, presence: Verdict, value: Interval) -> str:
    """Say what a finding contributes as a summand."""
    return f"{PRESENCE[presence]}: {_between(value)} at a weight of {number_text(node.weight)}"


def term_reasoner(node: Term) -> SummandReason:
    """Return the function that says what a measured summand contributes."""
    weight, observation, unit = number_text(node.weight), node.observation, node.unit

    def reason(reading: Reading | None, value: Interval) -> str:
        if reading is None:
            return f"{NOT_REPORTED}: {_between(value)} over the plausible range"
        if reading.evidence is MEASURED:
            weighed = value_text(reading, observation, unit)  # the weight is one per ``unit``, whatever was sent
            named = f"{weighed} {unit}" if reading.unit == unit else weighed
            return f"{weight} x {named} gives {_between(value)}"
        known = worded(reading) if reading.evidence is IMPLIED else unusable(reading, observation)
        return f"{known}: {_between(value)} over the plausible range"

    return reason


def measure_reasoner(node: Measure) -> SummandReason:
    """Return the function that says what one side of a ratio is."""
    unit, observation = node.unit, node.observation

    def reason(reading: Reading | None, value: Interval) -> str:
        if reading is None:
            return NOT_REPORTED
        if reading.evidence is MEASURED:
            return f"{interval_text(value, DECIDING_DIGITS)} {unit}"
        return worded(reading) if reading.evidence is IMPLIED else unusable(reading, observation)

    return reason


def _between(value: Interval) -> str:
    low = number_text(value.low)
    if value.is_point:
        return low
    high = number_text(value.high)
    if value.high == INFINITY:
        return f"{low} or more"
    return f"{high} or less" if value.low == -INFINITY else f"{low} to {high}"
