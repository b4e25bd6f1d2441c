"""A score's probability by the paper's printed table, interpolated on the log-odds between its rows and labelled so."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from service.clinical.criteria.criteria_set import Knot
from service.clinical.measurement.interval import Number
from service.clinical.measurement.numbers_in_words import as_decimal

TENTH = Decimal("0.1")
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Probability:
    """A percentage with its relation (``<``, ``=``, ``>``); ``interpolated`` if no row of the table says it."""

    percent: Decimal
    relation: str
    interpolated: bool


def probability(knots: tuple[Knot, ...], score: Number) -> Probability:
    """Return the probability of a score; beyond a row that says only "below" or "above" no figure is invented."""
    value = as_decimal(score)
    below = [knot for knot in knots if knot.score <= value]
    above = [knot for knot in knots if knot.score >= value]
    left, right = below[-1] if below else above[0], above[0] if above else below[-1]
    if left is right:
        return Probability(left.percent, left.relation, interpolated=False)
    if left.relation == "<":
        return Probability(right.percent, "<", interpolated=False)
    if right.relation == ">":
        return Probability(left.percent, ">", interpolated=False)
    return Probability(_between(left, right, value), "=", interpolated=True)


def _between(left: Knot, right: Knot, score: Decimal) -> Decimal:
    share = (score - left.score) / (right.score - left.score)
    low, high = _log_odds(left.percent), _log_odds(right.percent)
    odds = (low + share * (high - low)).exp()
    return (HUNDRED * odds / (1 + odds)).quantize(TENTH, ROUND_HALF_EVEN)


def _log_odds(percent: Decimal) -> Decimal:
    return (percent / (HUNDRED - percent)).ln()
