"""How many examples a test draws: all of them if ``CI`` is set, else a quarter, so that ``make test`` takes minutes.

Every test runs either way. CI draws all examples before a change lands.
"""

import os

ALL = bool(os.environ.get("CI"))
SHARE = 1 if ALL else 4
"""A test draws one example out of so many."""


def drawn(number: int) -> int:
    """Return how many examples to draw, of the number that CI draws."""
    return -(-number // SHARE)
