"""How far two judgements agree beyond chance: Cohen's kappa of a two-by-two table, with a bootstrap interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service.cohort.report.tally import PAIRS, SETS, Tally

DRAWS = 10_000
SEED = 20161  # any number will do: it is fixed so that the same table gives the same interval
_MIDDLE = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two sets on the rows that both decide; ``open`` are the rows that both answer and one or both leave open."""

    first: str
    second: str
    both: int
    first_only: int
    second_only: int
    neither: int
    open: int

    @property
    def decided(self) -> int:
        """Rows that both sets decide."""
        return self.both + self.first_only + self.second_only + self.neither


def agreements(tally: Tally) -> list[Agreement]:
    """Return the pairs of sets that share a decided row, in the order of the catalogue, by measured evidence."""
    found = []
    for first, second in PAIRS:
        asked = {key[2:]: count for key, count in tally.pairs.items() if key[:2] == (first, second)}
        sides = ("met", "not_met")
        both, first_only, second_only, neither = (asked.pop((one, other), 0) for one in sides for other in sides)
        pair = Agreement(SETS[first], SETS[second], both, first_only, second_only, neither, sum(asked.values()))
        if pair.decided:
            found.append(pair)
    return found


def kappa(both: int, first_only: int, second_only: int, neither: int) -> float | None:
    """Return Cohen's kappa, None where it has no value: no row, or both judgements the same on every row."""
    number = both + first_only + second_only + neither
    first, second = both + first_only, both + second_only
    expected = first * second + (number - first) * (number - second)
    if number * number == expected:
        return None
    return (number * (both + neither) - expected) / (number * number - expected)


def kappa_interval(both: int, first_only: int, second_only: int, neither: int) -> tuple[float, float] | None:
    """Return the 95 % interval: percentiles of the kappas of 10,000 tables drawn from the rows, with a fixed seed.

    To draw rows with replacement is to draw the four counts from a multinomial. None where one judgement is the same on
    every row, so that kappa is 0 in every draw or has no value. None too where it has none in more than one draw of
    twenty, since the rest would not stand for all.
    """
    first, second = (both + first_only, second_only + neither), (both + second_only, first_only + neither)
    if not all((*first, *second)):
        return None
    counts = np.array([both, first_only, second_only, neither])
    number = int(counts.sum())
    drawn = np.random.default_rng(SEED).multinomial(number, counts / number, DRAWS).astype(float)
    a, b, c, d = drawn.T
    expected = (a + b) * (a + c) + (c + d) * (b + d)
    chance_left = number * number - expected
    usable = chance_left > 0
    if usable.mean() < 1 - 1 / 20:
        return None
    kappas = (number * (a + d) - expected)[usable] / chance_left[usable]
    low, high = np.quantile(kappas, _MIDDLE)
    return float(low), float(high)
